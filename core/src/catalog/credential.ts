/** `key`: sent with each call. `secret`: of an OAuth client, exchanged for tokens that end after minutes. */
export type CredentialKind = 'key' | 'secret'

/** One as people see it: never its secret, of which only a hash is kept. Instants are ISO 8601. */
export interface CredentialRow {
  readonly id: string
  readonly kind: CredentialKind
  readonly name: string | null
  readonly createdAt: string
  readonly expiresAt: string | null
  /** To the flush of a node, some seconds. */
  readonly lastUsedAt: string | null
}

/** Two of a kind: enough to change one for the other without a pause, too few to lose count of. */
export const MAX_CREDENTIALS = 2

/** Time to bring a new key to every place that has the old one: a day has a night in it. */
export const DEFAULT_OVERLAP_S = 86_400

export const MAX_OVERLAP_S = 30 * 86_400

/** Instants are milliseconds since the epoch; null never ends. */
export function earlierEnd(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other
  return Math.min(one, other)
}

export function isOver(endsAt: number | null | undefined, now: number): boolean {
  return endsAt !== null && endsAt !== undefined && now >= endsAt
}

/** When the old key ends: after the overlap, and never later than it would have. */
export function endOfRotated(endsAt: number | null, overlapS: number, now: number): number {
  return earlierEnd(endsAt, now + overlapS * 1000) as number
}
