import type { Snapshot } from './snapshot.ts'

/**
 * How long a node gives calls to canaries without having read whether it still may. Ten polls of 500 ms: a lost
 * connection to PostgreSQL costs two seconds to be noticed and two to be made anew, and takes no canary its calls.
 * What is longer may be the abort that this node does not hear.
 */
export const LEASE_MS = 5000

/** Whether the last reading is too old for a canary. Both instants of the same monotonic clock: no other may decide. */
export function isLeaseOver(heardAt: number, now: number): boolean {
  return now - heardAt > LEASE_MS
}

/**
 * What a node routes by, of what it has read and when. Past the lease it gives no call to a canary, at 100 % neither:
 * stable is warm, and all else is as it was read. The one place that every entry point obeys, for all of them pick by
 * a snapshot.
 */
export function routedBy(read: Snapshot, heardAt: number, now: number): Snapshot {
  return isLeaseOver(heardAt, now) ? withheld(read) : read
}

const known = new WeakMap<Snapshot, Snapshot>()

/** Made once for a snapshot: it is asked for at each call. */
function withheld(read: Snapshot): Snapshot {
  if (read.rollouts.size === 0) return read
  const before = known.get(read)
  if (before !== undefined) return before
  const rollouts = new Map(
    [...read.rollouts].map(([plugin, live]) => [plugin, { ...live, isWithheld: true }] as const),
  )
  const made = Object.freeze({ ...read, rollouts })
  known.set(read, made)
  return made
}
