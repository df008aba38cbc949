/**
 * Exponential smoothing as innovations state space models: Hyndman, Koehler, Ord and Snyder (2008),
 * "Forecasting with Exponential Smoothing", chapters 2 and 5. A model is named ETS(error, trend, season).
 */
export type ErrorKind = 'A' | 'M'
export type TrendKind = 'N' | 'A' | 'Ad'
export type SeasonKind = 'N' | 'A' | 'M'

export interface EtsForm {
  readonly error: ErrorKind
  readonly trend: TrendKind
  readonly season: SeasonKind
}

/** Smoothing parameters in the book's sense: each multiplies the one-step error. Those a form lacks are 0. */
export interface Smoothing {
  readonly alpha: number
  readonly beta: number
  readonly gamma: number
  /** Share of the growth carried into the next period: 1 undamped, 0 in a form without a trend. */
  readonly phi: number
}

/** State before the first observation, in the units of the series. */
export interface EtsState {
  readonly level: number
  /** Growth per period; 0 without a trend. */
  readonly growth: number
  /** One value a season, that of the next period first; empty without a season. */
  readonly seasonal: readonly number[]
}

/** A fitted model: enough to replay it over its series and to go on from there. */
export interface EtsModel {
  readonly form: EtsForm
  readonly smoothing: Smoothing
  readonly initial: EtsState
  /** Corrected Akaike criterion; null where the history is too short to correct it. */
  readonly aicc: number | null
}

/** What the 15 forms are: the fifteen of the thirty whose forecast variance is finite for any positive series. */
export const etsForms: readonly EtsForm[] = Object.freeze([
  ...forms('A', ['N', 'A']),
  ...forms('M', ['N', 'A', 'M']),
])

export function nameOf({ error, trend, season }: EtsForm): string {
  return `ETS(${error},${trend},${season})`
}

export function isSeasonal(form: EtsForm): boolean {
  return form.season !== 'N'
}

/** Parameters that the likelihood is maximised over: smoothing parameters and initial states. */
export function freeParameters(form: EtsForm, frequency: number): number {
  const trend = form.trend === 'N' ? 0 : form.trend === 'A' ? 2 : 3
  // gamma, and frequency - 1 seasonal states: the last one follows from their sum.
  const season = isSeasonal(form) ? frequency : 0
  return 2 + trend + season
}

function forms(error: ErrorKind, seasons: readonly SeasonKind[]): EtsForm[] {
  const trends: readonly TrendKind[] = ['N', 'A', 'Ad']
  return trends.flatMap((trend) => seasons.map((season) => ({ error, trend, season })))
}
