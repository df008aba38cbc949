import type { Column } from '@signalbox/sandbox'
import type { CodedError } from '@signalbox/sdk/errors'

export type DigestAlgorithm = 'sha256' | 'sha512'

/** What the pool's threads can do. All of it is the host's own code on bytes: nothing of a guest runs here. */
export type ComputeTask =
  | { readonly kind: 'digest'; readonly algorithm: DigestAlgorithm; readonly bytes: Uint8Array }
  | {
      readonly kind: 'verify'
      readonly bytes: Uint8Array
      readonly signature: Uint8Array
      /** SPKI in PEM; its type says the algorithm: Ed25519, or ECDSA and RSA over SHA-256. */
      readonly publicKey: string
    }
  | { readonly kind: 'read-arrow'; readonly bytes: Uint8Array }

export interface ComputeResults {
  readonly digest: Uint8Array
  readonly verify: boolean
  readonly 'read-arrow': readonly Column[]
}

/** A refusal loses its class on the way between threads: its name and what fills it go across. */
export type ComputeAnswer =
  | { readonly ok: true; readonly result: ComputeResults[keyof ComputeResults] }
  | { readonly ok: false; readonly code: string; readonly parameters: Refused }

type Refused = CodedError['parameters']
