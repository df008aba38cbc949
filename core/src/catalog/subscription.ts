import type { SubscriptionSide, SubscriptionState } from './subscription-states.ts'

/** An app's use of a service, as it is stored and shown. Instants are ISO 8601. */
export interface SubscriptionRow {
  readonly id: string
  readonly tenant: string
  readonly app: string
  readonly service: string
  readonly major: number
  readonly plan: string
  /** Of the plan: what it was when this was agreed to. */
  readonly planVersion: number
  /** A plan that was asked for and waits for the owner, while the present one serves. */
  readonly wantedPlan: string | null
  readonly scopes: readonly string[] | null
  readonly state: SubscriptionState
  /** Rises with each change: what `If-Match` is compared with. */
  readonly revision: number
  /** Null: it has no end. */
  readonly expiresAt: string | null
  /** Days before the end of the last notice. */
  readonly noticedDays: number | null
  /** What it is for, in the words of who asked. */
  readonly purpose: string | null
  /** Why the last command was given. */
  readonly reason: string | null
  /** Who approved or rejected it; null: nobody was asked. */
  readonly decidedBy: string | null
  /** The actor who suspended it, and on whose side; null while it is not suspended. */
  readonly suspendedBy: string | null
  readonly suspendedAs: SubscriptionSide | null
}

/** Whatever a command changes. */
export type SubscriptionChange = Partial<
  Omit<SubscriptionRow, 'id' | 'tenant' | 'app' | 'service' | 'major' | 'revision' | 'purpose'>
>
