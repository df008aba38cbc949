/** What bytes can be that were to be read, as a code that people and tests can hold on to. */
export type MalformedCode =
  | 'DER_MALFORMED'
  | 'DER_TOO_DEEP'
  | 'DER_TOO_LARGE'
  | 'CMS_MALFORMED'
  | 'CERTIFICATE_MALFORMED'
  | 'CRL_MALFORMED'
  | 'OCSP_MALFORMED'
  | 'TIMESTAMP_MALFORMED'
  | 'CBOR_MALFORMED'
  | 'PASSKEY_MALFORMED'

/** The only error that the readers of this plugin throw: the bytes are not what they should be. */
export class Malformed extends Error {
  override readonly name = 'Malformed'
  readonly code: MalformedCode

  constructor(code: MalformedCode, message: string) {
    super(message)
    this.code = code
  }
}

/** What `read` answers; a fault of the encoding inside of a structure is told as one of that structure. */
export function readAs<T>(code: MalformedCode, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof Malformed)) throw error
    const isOfBytes = error.code === 'DER_TOO_DEEP' || error.code === 'DER_TOO_LARGE'
    throw isOfBytes ? error : new Malformed(code, error.message)
  }
}

/** @returns undefined where `read` met malformed bytes: for parts that a reader may pass over */
export function readOrNothing<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof Malformed) return undefined
    throw error
  }
}
