/**
 * How many calls may be given to the other arm: a share of all calls, saved up to a burst. An outage in which
 * everything fails on both arms is then no storm of second attempts.
 *
 * One budget serves both arms, and it is asked before anything is counted: what the judge counts then depends
 * on the past alone, never on which arm failed.
 */
export interface ReplayBudget {
  readonly saved: number
}

/** One call in twenty, as much as a canary of 5 % adds. */
const SHARE = 0.05
/**
 * A dead canary at 50 % is found out after 12 failures; the rest are calls on their way while all nodes hear
 * of it: 200 calls/s for half a second.
 */
const BURST = 100

export const fullReplayBudget: ReplayBudget = Object.freeze({ saved: BURST })

export function earnReplays(budget: ReplayBudget, calls: number): ReplayBudget {
  return { saved: Math.min(BURST, budget.saved + calls * SHARE) }
}

/** @returns the budget that is left, or undefined where it is used up. */
export function spendReplay(budget: ReplayBudget): ReplayBudget | undefined {
  return budget.saved >= 1 ? { saved: budget.saved - 1 } : undefined
}
