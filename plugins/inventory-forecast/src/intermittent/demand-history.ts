import { Refusal } from '@signalbox/sdk'

/** What was done to a history before anything was read from it. */
export interface DemandHistory {
  /** Demand a period, oldest first; none negative. */
  readonly values: readonly number[]
  /** Periods without a number: unknown, not zero, so they are left out. */
  readonly missing: number
  /** Periods in which more came back than was asked for; a return is no demand below zero: they count as 0. */
  readonly returns: number
}

/** Beyond it doubles no longer tell single units of a sum of squares apart. */
const LARGEST_DEMAND = 1e12

/** @throws Refusal HISTORY_EMPTY, DEMAND_OUT_OF_RANGE */
export function demandHistory(history: readonly (number | null)[]): DemandHistory {
  const known = history.filter((value): value is number => value !== null && !Number.isNaN(value))
  if (known.length === 0) {
    throw new Refusal(
      'HISTORY_EMPTY',
      'The history has no period with a number: send at least one period of demand.',
    )
  }
  if (known.some((value) => Math.abs(value) > LARGEST_DEMAND)) {
    throw new Refusal(
      'DEMAND_OUT_OF_RANGE',
      `A period's demand is beyond ${LARGEST_DEMAND}: use a larger unit.`,
    )
  }
  return {
    values: known.map((value) => Math.max(value, 0)),
    missing: history.length - known.length,
    returns: known.filter((value) => value < 0).length,
  }
}
