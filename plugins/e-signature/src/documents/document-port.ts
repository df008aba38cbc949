import type { Context } from '@signalbox/sdk'
import type { Signature } from '../envelopes/commands.ts'
import type { Envelope, EnvelopeDocument, Recipient } from '../envelopes/envelope.ts'
import type { CertificateData } from '../evidence/certificate-data.ts'
import type { Level } from '../policies/policy.ts'
import type { DocumentField } from '../signing/signing-plan.ts'

export interface PreparationWish {
  readonly bytes: Uint8Array
  readonly fields: readonly DocumentField[]
  readonly values: Readonly<Record<string, string | boolean>>
  readonly seals: readonly { readonly name: string; readonly image: Uint8Array }[]
  readonly signers: readonly { readonly id: string; readonly name: string }[]
  readonly texts: readonly string[]
}

export interface Prepared {
  readonly sha256: string
  readonly size: number
  readonly pages: number
  readonly plan: unknown
}

export interface SigningWish {
  readonly envelope: Envelope
  readonly recipient: Recipient
  readonly document: EnvelopeDocument
  readonly field: string
  readonly at: string
  /** By what it is signed: a certificate of one signature for a person, the key of the seal for an organisation. */
  readonly by:
    | { readonly kind: 'person'; readonly key: string }
    | {
        readonly kind: 'seal'
        readonly key: string
        readonly holder: string
        readonly seal: string
      }
  readonly level: Level
  readonly onTimestampDown: 'degrade' | 'refuse'
}

export interface Upgraded {
  readonly sha256: string
  readonly size: number
  readonly plan: unknown
  readonly level: Level
  /** Of a time stamp over the document: when its authority's certificate or its algorithm ends, RFC 3339. */
  readonly protectedUntil?: string
}

/** What is done to PDFs and by keys; everything else of an envelope knows no byte of them. */
export interface DocumentPort {
  /** @throws Refusal where nobody could sign it: encrypted, broken, without pages */
  inspect(bytes: Uint8Array, ctx: Context): Promise<{ readonly pages: number }>
  /** Fields with their values and all places of signatures, before the first is made. */
  prepare(wish: PreparationWish, ctx: Context): Promise<Prepared>
  /**
   * One signature as one increment of the document's newest revision, as a new file.
   * @throws Refusal TIMESTAMP_UNAVAILABLE under the policy `refuse`
   */
  sign(wish: SigningWish, ctx: Context): Promise<Signature>
  /**
   * One step of what proves the document's signatures for longer, as one revision more.
   * @returns undefined while the time-stamping authority does not answer
   * @throws Refusal with the reason why a step is not possible yet (`long-term/proof-faults.ts`)
   */
  upgrade(
    envelope: Envelope,
    document: EnvelopeDocument,
    ctx: Context,
  ): Promise<Upgraded | undefined>
  /** The certificate of completion as a file. */
  certificate(data: CertificateData, ctx: Context): Promise<{ readonly sha256: string }>
}
