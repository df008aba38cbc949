import type { EtsForm, EtsModel } from '../ets/ets-model.ts'

/** A history as the methods fit it; what several of them need is computed once. */
export interface Series {
  readonly values: readonly number[]
  /** Periods after which the season repeats; 1 for none. */
  readonly frequency: number
  /** Every season, the shortest first: `[7, 365]` for days; `[frequency]` for most. */
  readonly seasons: readonly number[]
  /** The ETS forms that fit the series, the least AICc first. */
  readonly rankedEts: () => readonly EtsModel[]
  /** A form fitted again, climbed from a model of an earlier stretch of the same series. */
  readonly refittedEts: (form: EtsForm, from: EtsModel) => EtsModel | undefined
}

/**
 * A way to forecast, as a plain value: what `fit` answers is data that JSON can carry, so that a forecast can go on
 * from it at the next observation, in another process. A method knows nothing of intervals and selection: whatever
 * stands in the table of methods is back-tested like the others.
 */
export interface ForecastMethod<State> {
  readonly id: string
  /**
   * @param earlier the state fitted to another stretch of the same series: its form is kept, its parameters are a start.
   * @returns undefined where the method cannot serve the series.
   */
  readonly fit: (series: Series, earlier?: State) => State | undefined
  /** Forecasts of the next periods. */
  readonly project: (state: State, horizon: number) => number[]
  /** The same without the season. */
  readonly trend: (state: State, horizon: number) => number[]
  /** The state after one more observation, parameters unchanged; undefined where the model does not cover it. */
  readonly advance: (state: State, value: number) => State | undefined
  /** One-step forecasts of the history that the state was fitted to; undefined where the method has none. */
  readonly fitted: (state: State, values: readonly number[]) => readonly (number | undefined)[]
  /** Whether errors grow with the level of the forecast. */
  readonly hasRelativeErrors: (state: State) => boolean
  readonly describe: (state: State) => MethodDetails
}

/** One model that took part, as the answer shows it. */
export interface MethodDetails {
  readonly name: string
  /** Smoothing weights and growth; those a model lacks are left out. */
  readonly parameters: Readonly<Record<string, number>>
  readonly season: 'none' | 'additive' | 'multiplicative'
  /** For an ETS model: the criterion it won by, null where the history is too short for it. */
  readonly aicc?: number | null
}

/** A method whose state only the method itself looks into. */
export type AnyMethod = ForecastMethod<unknown>

/** Puts a method of a known state among others; the state goes back to the method it came from. */
export function anyMethod<State>(method: ForecastMethod<State>): AnyMethod {
  return method as unknown as AnyMethod
}
