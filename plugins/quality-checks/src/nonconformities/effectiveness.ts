import type { Verification } from './nonconformity.ts'

/** A decided lot of the same supplier and item. */
export interface LaterLot {
  readonly lot: string
  readonly decidedAt: string
  readonly accepted: boolean
  /** What was found; a lot that was rejected for something else says nothing against this action. */
  readonly defects: readonly string[]
}

export interface Effectiveness {
  readonly verdict: 'pending' | 'proven' | 'failed'
  readonly by: 'lots' | 'person' | null
  /** Accepted lots that count, and of how many. */
  readonly accepted: number
  readonly needed: number
  /** The lot that shows it does not work. */
  readonly failedLot: string | null
}

/**
 * Whether a corrective action works, by the next lots after it stood: in the order of their decision the first `lots` must all
 * be accepted. A lot rejected for another defect is passed over, one whose defects nobody wrote down counts against it. The
 * same lots give the same verdict in whatever order they are heard of.
 */
export function effectivenessOf(
  { lots: needed, since, proof }: Verification,
  defect: string | null,
  later: readonly LaterLot[],
): Effectiveness {
  const nothing = { accepted: 0, needed, failedLot: null }
  if (since === null) return { verdict: 'pending', by: null, ...nothing }
  const ordered = later
    .filter(({ decidedAt }) => decidedAt > since)
    .toSorted((a, b) => compare(a.decidedAt, b.decidedAt) || compare(a.lot, b.lot))
  let accepted = 0
  for (const one of ordered) {
    if (needed > 0 && accepted >= needed) break
    if (one.accepted) accepted++
    else if (isSameDefect(defect, one.defects)) {
      return { verdict: 'failed', by: 'lots', accepted, needed, failedLot: one.lot }
    }
  }
  if (proof !== null) return { verdict: 'proven', by: 'person', ...nothing, accepted }
  const isProven = needed > 0 && accepted >= needed
  return {
    ...{ verdict: isProven ? 'proven' : 'pending', by: isProven ? 'lots' : null },
    ...{ accepted, needed, failedLot: null },
  }
}

function isSameDefect(defect: string | null, defects: readonly string[]): boolean {
  return defect === null || defects.length === 0 || defects.includes(defect)
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
