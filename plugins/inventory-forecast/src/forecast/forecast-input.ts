import { Refusal } from '@signalbox/sdk'
import type { Period } from '../calendar/period.ts'
import type { Observation } from '../cleaning/aggregate-observations.ts'
import { type FixedSmoothing, shortestHistory } from '../smoothing/holt-winters.ts'

export type RequestedMethod =
  | 'auto'
  | 'ets'
  | 'theta'
  | 'damped'
  | 'seasonal-naive'
  | 'stl-ets'
  | 'median'
  | 'combination'
  | 'holt-winters'

/** The contract's input of `forecast`; the gateway has checked it against the schema. */
export interface ForecastInput {
  /** Demand of past periods in units, oldest first; null where it is not known. */
  readonly history?: readonly (number | null)[]
  /** Movements of demand in any order, instead of `history`. */
  readonly observations?: readonly Observation[]
  /** How observations come to periods. */
  readonly period?: Period
  readonly gaps?: 'zero' | 'missing'
  readonly duplicates?: 'sum' | 'last' | 'refuse'
  readonly until?: string
  /** Periods a year, or whatever the season's length is: 12 for months, 1 for none. */
  readonly frequency: number
  /** Periods to forecast. */
  readonly horizon: number
  readonly method?: RequestedMethod
  readonly nonNegative?: boolean
  readonly integer?: boolean
  /** Weights for `holt-winters`. */
  readonly smoothing?: FixedSmoothing
  readonly seasons?: readonly number[]
  readonly quantiles?: readonly number[]
  readonly levels?: readonly number[]
  readonly calendar?: { readonly region: 'CN'; readonly period?: Period; readonly start?: string }
  readonly stockouts?: readonly number[]
  readonly exclude?: readonly number[]
  readonly promotions?: { readonly past?: readonly number[]; readonly planned?: readonly number[] }
  readonly outliers?: 'report' | 'replace'
  readonly returns?: 'keep' | 'net'
  /** Also answer components, candidates and the back-test. */
  readonly explain?: boolean
}

/** What the methods of the first version take. */
export interface PlainInput extends ForecastInput {
  readonly history: readonly number[]
}

/** Fields that ask for more than point forecasts of a plain history. */
const furtherFields = [
  'observations',
  'period',
  'gaps',
  'duplicates',
  'until',
  'integer',
  'seasons',
  'quantiles',
  'levels',
  'calendar',
  'stockouts',
  'exclude',
  'promotions',
  'outliers',
  'returns',
  'explain',
] as const satisfies readonly (keyof ForecastInput)[]

/** Methods that answer as they did before there were others: point forecasts, fitted models kept. */
const plainMethods: readonly (RequestedMethod | undefined)[] = [
  'ets',
  'theta',
  'combination',
  'holt-winters',
]

/** Whether an input asks for one of the first version's methods and for nothing else. */
export function isPlain(input: ForecastInput): input is PlainInput {
  const asked = furtherFields.filter((field) => input[field] !== undefined)
  if (input.method === 'holt-winters' && asked.length > 0) {
    throw new Refusal(
      'OPTION_NOT_FOR_METHOD',
      `The method holt-winters gives point forecasts of a plain history: leave out ${asked.join(', ')}, or choose another method.`,
    )
  }
  const { history } = input
  if (input.method === 'holt-winters' && (history === undefined || history.includes(null))) {
    throw new Refusal(
      'HISTORY_GAPS',
      'The method holt-winters takes a history without gaps: fill them, or choose another method.',
    )
  }
  return (
    asked.length === 0 &&
    plainMethods.includes(input.method) &&
    history !== undefined &&
    !history.includes(null)
  )
}

/** Fewer points leave nothing to tell a level from noise. */
export const SHORTEST_HISTORY = 4

/** What a schema cannot say about the input. */
export function refuseUnusable({ history, frequency, method, smoothing }: PlainInput): void {
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
