import type { KeyAlgorithm } from './key-algorithms.ts'
import type { Verifier } from './signature-schemes.ts'

/** One key that a signature may be by. */
export interface VerifyingKey {
  readonly algorithm: KeyAlgorithm
  readonly verifier: Verifier
  /** Of a key of the tenant: its id and the version. */
  readonly key?: string
  readonly version?: number
  /** DER. */
  readonly certificate?: Buffer | undefined
  /** Who tokens of a tenant's key must be by. */
  readonly issuer?: string | undefined
  /** Signed attributes that may stand there unread. */
  readonly allowed: readonly string[]
}

/** What is answered of a signature; why it is none is one word, since a stranger may have sent it. */
export type Verdict =
  | {
      readonly valid: true
      readonly algorithm: string
      readonly keyVersion?: number
      readonly claims?: Readonly<Record<string, unknown>>
    }
  | {
      readonly valid: false
      readonly reason:
        | 'signature'
        | 'attributes'
        | 'claims'
        | 'expired'
        | 'malformed'
        | 'timestamp'
        | 'key-disabled'
      /** What is wrong with signed attributes. */
      readonly detail?: string
    }

/** With the version, where the key is the tenant's. */
export function validBy({ version }: VerifyingKey, algorithm: string) {
  return {
    valid: true,
    algorithm,
    ...(version === undefined ? {} : { keyVersion: version }),
  } as const
}
