import { Fields } from '../der/fields.ts'
import { Malformed, readAs } from '../der/malformed.ts'
import { readDer } from '../der/read-der.ts'
import { namedBitsOf, smallIntegerOf, Tag, textOf } from '../der/values.ts'

export type TimestampResponse =
  | {
      readonly granted: true
      /** TimeStampToken, DER. */
      readonly token: Uint8Array
      /** The authority changed something that was asked for, and said so. */
      readonly withChanges: boolean
    }
  | {
      readonly granted: false
      readonly status: 'rejection' | 'waiting' | 'revocation-warning' | 'revocation' | 'unknown'
      readonly failures: readonly string[]
      readonly text: string
    }

const statuses = ['rejection', 'waiting', 'revocation-warning', 'revocation'] as const

/** PKIFailureInfo, by its bits (RFC 3161 §2.4.2). */
const failures: Readonly<Record<number, string>> = {
  0: 'bad-algorithm',
  2: 'bad-request',
  5: 'bad-data-format',
  14: 'time-not-available',
  15: 'unaccepted-policy',
  16: 'unaccepted-extension',
  17: 'additional-information-not-available',
  25: 'system-failure',
}

/** A token has five to ten thousand bytes. */
const LIMITS = { maxBytes: 256 * 1024, maxValues: 20_000 }

/** TimeStampResp (RFC 3161 §2.4.2), as it came over HTTP. @throws Malformed `TIMESTAMP_MALFORMED` */
export function readTimestampResponse(bytes: Uint8Array): TimestampResponse {
  return readAs('TIMESTAMP_MALFORMED', () => {
    const fields = new Fields(readDer(bytes, LIMITS))
    const info = new Fields(fields.take())
    const status = smallIntegerOf(info.take())
    const texts = info.takeIf(Tag.sequence)?.children ?? []
    const failure = info.takeIf(Tag.bitString)
    const token = fields.takeIf(Tag.sequence)
    if (status <= 1) {
      if (token === undefined)
        throw new Malformed('TIMESTAMP_MALFORMED', 'granted, without a token')
      return { granted: true, token: token.bytes, withChanges: status === 1 }
    }
    const bits = failure === undefined ? [] : [...namedBitsOf(failure)]
    return {
      granted: false,
      status: statuses[status - 2] ?? 'unknown',
      failures: bits.map((bit) => failures[bit] ?? `bit-${bit}`),
      text: texts.map(textOf).join(' ').slice(0, 500),
    }
  })
}
