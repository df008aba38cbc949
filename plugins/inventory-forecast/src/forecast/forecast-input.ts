import { Refusal } from '@signalbox/sdk'
import { type FixedSmoothing, shortestHistory } from '../smoothing/holt-winters.ts'

export type RequestedMethod = 'auto' | 'ets' | 'theta' | 'combination' | 'holt-winters'

/** The contract's input of `forecast`; the gateway has checked it against the schema. */
export interface ForecastInput {
  /** Demand of past periods in units, oldest first. */
  readonly history: readonly number[]
  /** Periods a year, or whatever the season's length is: 12 for months, 1 for none. */
  readonly frequency: number
  /** Periods to forecast. */
  readonly horizon: number
  readonly method?: RequestedMethod
  readonly nonNegative?: boolean
  /** Weights for `holt-winters`. */
  readonly smoothing?: FixedSmoothing
}

/** Fewer points leave nothing to tell a level from noise. */
export const SHORTEST_HISTORY = 4

/** What a schema cannot say about the input. */
export function refuseUnusable({ history, frequency, method, smoothing }: ForecastInput): void {
  if (method !== 'holt-winters') {
    refuseShort(history, SHORTEST_HISTORY, 'a forecast')
    return
  }
  if (smoothing === undefined) {
    throw new Refusal(
      'SMOOTHING_MISSING',
      'The method holt-winters uses fixed weights: give smoothing.alpha, and beta and gamma for trend and season.',
    )
  }
  const hasSeason = smoothing.gamma !== undefined
  if (hasSeason && frequency === 1) {
    throw new Refusal(
      'SEASON_MISSING',
      'A season of frequency 1 is none: leave smoothing.gamma out or give the number of periods a year.',
    )
  }
  if (hasSeason && smoothing.season === 'multiplicative' && history.some((value) => value <= 0)) {
    throw new Refusal(
      'HISTORY_NOT_POSITIVE',
      'Seasonal factors need a history above 0: use smoothing.season "additive".',
    )
  }
  refuseShort(history, shortestHistory(smoothing, frequency), 'these weights')
}

export function refuseShort(history: readonly unknown[], least: number, what: string): void {
  if (history.length >= least) return
  throw new Refusal(
    'HISTORY_TOO_SHORT',
    `The history has ${history.length} periods; ${what} needs ${least} or more.`,
  )
}
