/**
 * How a package stands on this host: how many run it, and how it goes there. Downloads are in none of it: whoever wants to
 * seem liked makes as many as he likes. Nor is anything that one tenant can do more than once: tenants are counted, and
 * each has one voice about errors, however many calls it makes.
 */

export interface RunningFigures {
  /** Distinct tenants in which it is enabled and was called within 30 days. */
  readonly tenants: number
  /** The mean over those tenants of the share of calls that failed, 0 to 1; null: nobody called it. */
  readonly failedShare: number | null
  /** Within 90 days: rollouts that were aborted or taken back, and versions that stopped being called after crashes. */
  readonly setbacks: number
}

/** So many tenants are all that a package can have of standing by them: beyond, more say nothing new. */
const FULL = 256

/** A tenth of the calls failing is as bad as it gets. */
const UNUSABLE = 0.1

/** Each setback takes a sixth, and never all: a package that had its bad week is still to be found. */
const SETBACK = 5 / 6
const LEAST_HEALTH = 0.1

/** @returns 0 to 1: the logarithm of tenants, since the tenth says more than the hundredth, times health */
export function standingOf(figures: RunningFigures): number {
  const reach = Math.min(1, Math.log2(1 + Math.max(0, figures.tenants)) / Math.log2(1 + FULL))
  return reach * healthOf(figures)
}

/** @returns 0.1 to 1 */
export function healthOf({ failedShare, setbacks }: RunningFigures): number {
  const answered = 1 - Math.min(1, (failedShare ?? 0) / UNUSABLE)
  return Math.max(LEAST_HEALTH, answered * SETBACK ** Math.max(0, setbacks))
}
