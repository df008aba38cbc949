import type { Head } from '../evidence/chain.ts'
import type { Level, Policy, Proof } from '../policies/policy.ts'
import type { KeptCode } from '../recipients/one-time-code.ts'
import type { FieldValues } from '../routing/condition.ts'
import type { Group } from '../routing/groups.ts'
import type { ContractFields, Field, Role, RoleKind } from '../templates/template.ts'
import type { EnvelopeState } from './envelope-states.ts'

/** How somebody showed who he is, as it is kept with his signature. */
export interface Identity {
  readonly proof: Proof
  readonly at: string
  /** Such as the masked address a code went to, or the id of a passkey. */
  readonly by: string
}

/** That he has agreed, and to what: from here on the signature is made even if a machine fails on the way. */
export interface Signing {
  readonly at: string
  /** Documents that he saw, by their hash. */
  readonly seen: Readonly<Record<string, string>>
  readonly identity: Identity
  readonly consent: string
  /** Of organisations. */
  readonly seal?: string
  /** Of a picture of his hand, as a file of the plugin. */
  readonly image?: string
  /** Documents that carry it already. */
  readonly done: readonly string[]
}

export interface SealRequest {
  readonly seal: string
  readonly by: string
  readonly at: string
  readonly reason: string
}

export type RecipientState = 'waiting' | 'notified' | 'viewed' | 'signed' | 'rejected' | 'delegated'

export interface Recipient {
  readonly recipient: string
  readonly role: string
  readonly kind: RoleKind
  readonly name: string
  readonly email?: string
  readonly phone?: string
  readonly organisation?: string
  /** Of the host, such as `user:mei`: he signs in the console. */
  readonly user?: string
  readonly state: RecipientState
  readonly order: number
  readonly at?: string
  /** Of a seal: which one. */
  readonly seal?: string
  /** Ids of links by which he looks at what is to be signed, as they were sent to him. */
  readonly doors: readonly string[]
  /** Ids of links by which he acts, as his looking made them. */
  readonly links: readonly string[]
  readonly notifiedAt?: string
  readonly viewedAt?: string
  /** Documents opened to the end, by what was shown. */
  readonly read: Readonly<Record<string, string>>
  readonly reminders: number
  readonly remindedAt?: string
  readonly code?: KeptCode
  readonly identity?: Identity
  readonly signing?: Signing
  readonly sealRequest?: SealRequest
  /** Delegated: who stands in his place. */
  readonly delegate?: string
  readonly reason?: string
}

export interface EnvelopeDocument {
  readonly document: string
  readonly name: string
  readonly sha256: string
  readonly size: number
  readonly pages: number
  /** Of its bytes: 0 prepared, one more with each signature. */
  readonly revision: number
  readonly level?: Level
  readonly fields: readonly Field[]
  /** What the next increment is written from; whose words it is in, only the port knows. */
  readonly plan: unknown
}

export interface Envelope {
  readonly envelope: string
  readonly title: string
  readonly state: EnvelopeState
  readonly orderId?: string
  readonly template: string
  readonly createdAt: string
  readonly createdBy: string
  readonly sentAt?: string
  readonly completedAt?: string
  readonly expiresAt: string
  readonly policy: Policy
  readonly roles: readonly Role[]
  readonly groups: readonly Group[]
  readonly contract?: ContractFields
  readonly values: FieldValues
  readonly recipients: readonly Recipient[]
  readonly documents: readonly EnvelopeDocument[]
  readonly head: Head
  readonly reason?: string
  /** The certificate of completion, once it is made. */
  readonly certificate?: string
  /** Documents whose signatures wait for a time stamp. */
  readonly upgrades: readonly string[]
  readonly revision: number
}

export function withRecipient(
  envelope: Envelope,
  recipient: string,
  change: Partial<Recipient>,
): Envelope {
  const recipients = envelope.recipients.map((one) =>
    one.recipient === recipient ? { ...one, ...change } : one,
  )
  return { ...envelope, recipients }
}

export function withDocument(
  envelope: Envelope,
  document: string,
  change: Partial<EnvelopeDocument>,
): Envelope {
  const documents = envelope.documents.map((one) =>
    one.document === document ? { ...one, ...change } : one,
  )
  return { ...envelope, documents }
}

/** Without a property, which `undefined` would not say under exact optional types. */
export function without<Value extends object, Key extends keyof Value>(
  value: Value,
  ...keys: readonly Key[]
): Omit<Value, Key> {
  return Object.fromEntries(
    Object.entries(value).filter(([key]) => !keys.includes(key as Key)),
  ) as Omit<Value, Key>
}
