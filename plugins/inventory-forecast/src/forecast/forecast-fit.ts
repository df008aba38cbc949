import { Refusal } from '@signalbox/sdk'
import {
  conformalSpread,
  parametricSpread,
  type Spread,
  type StepError,
} from '../intervals/spread.ts'
import type { AnyMethod, MethodDetails, Series } from '../methods/method.ts'
import { type Combination, candidatesFor, combinations, methods } from '../methods/method-table.ts'
import { seriesOf } from '../methods/series.ts'
import { type Note, note } from '../reasons/forecast-notes.ts'
import { backTest, FEWEST_ORIGINS } from '../selection/back-test.ts'
import {
  type Candidate,
  type Choice,
  candidatesOf,
  chooseCandidate,
  errorsOfChoosing,
} from '../selection/choose-candidate.ts'
import { type BackTestAccuracy, backTestAccuracy, naiveErrors } from './back-test-accuracy.ts'

/** A series that has been cleaned: no gaps, finite numbers. */
export interface FitRequest {
  readonly values: readonly number[]
  readonly frequency: number
  /** Several seasons of days or weeks; `[frequency]`, when absent. */
  readonly seasons?: readonly number[]
  /** Periods that the choice and the quantiles are meant for. */
  readonly horizon: number
  /** One method alone, by its name in the table of methods; the best, when absent. */
  readonly method?: string
}

/** A fitted forecast: all that a later projection or one more observation needs, as data that JSON carries. */
export interface ForecastFit {
  readonly frequency: number
  /** The candidate that answers: a method, or a combination of the members. */
  readonly chosen: string
  readonly members: readonly { readonly id: string; readonly state: unknown }[]
  readonly spread: Spread
  /** Of the back-test; null where the history is too short for one. */
  readonly accuracy: BackTestAccuracy | null
  readonly candidates: readonly CandidateScore[]
  readonly notes: readonly Note[]
}

export interface CandidateScore {
  readonly method: string
  /** Mean absolute scaled error of the back-test; null where it could not serve. */
  readonly mase: number | null
  readonly chosen: boolean
}

/**
 * Fits every candidate, tests them from earlier points of the same history, and keeps the combination unless a method
 * is clearly better. Nothing but the history given takes part.
 * @param request four periods or more.
 */
export function fitForecast(
  request: FitRequest,
  table: readonly AnyMethod[] = methods,
): ForecastFit {
  const { values, frequency, horizon, seasons = [frequency] } = request
  if (values.every((value) => value === values[0])) return constantFit(values, frequency)
  const series = seriesOf(values, frequency, seasons)
  const { combination, single } = candidatesOfRequest(request, seasons)
  const fits = single.flatMap((id) => fitted(table, id, series))
  const test = backTest(series, fits, Math.min(horizon, values.length))
  const candidates = candidatesOf(values, test, combination)
  // Who asks for one method gets it, whatever the back-test says.
  const isOpen = request.method === undefined && test.origins.length > 0
  const choice: Choice = isOpen ? chooseCandidate(candidates) : { chosen: combination.id }
  const wanted = choice.chosen === combination.id ? combination.members : [choice.chosen]
  const members = fits.filter(({ method }) => wanted.includes(method.id))
  if (members.length === 0) {
    throw new Refusal(
      'METHOD_NOT_FOR_HISTORY',
      `${choice.chosen} cannot serve this history of ${values.length} periods: it needs more of them, or two whole seasons; or leave the method to choose.`,
    )
  }
  const errors = errorsOf(candidates, choice.chosen)
  const missing = wanted.filter((id) => !members.some(({ method }) => method.id === id))
  return {
    frequency,
    chosen: choice.chosen,
    members: members.map(({ method, state }) => ({ id: method.id, state })),
    spread: spreadOf(values, isOpen ? known(errorsOfChoosing(candidates)) : errors, members, fits),
    accuracy: errors.length === 0 ? null : backTestAccuracy(values, errors, frequency),
    candidates: scoresOf(candidates, choice.chosen, values, frequency),
    notes: [
      ...missing.map((method) => note('MEMBER_MISSING', { method })),
      ...choiceNotes(choice, test.origins.length),
      ...(errors.length < FEWEST_ORIGINS
        ? [note('INTERVALS_PARAMETRIC', { periods: values.length })]
        : []),
      ...seasonNotes(
        values,
        frequency,
        members.map(({ method, state }) => method.describe(state)),
      ),
    ],
  }
}

/**
 * Goes on with one more observation: states move, parameters, choice and spread stay. Equal to running the same
 * models over the whole series again.
 * @returns undefined where a model does not cover the observation, such as 0 for factors: fit again then.
 */
export function advanceFit(
  fit: ForecastFit,
  value: number,
  table: readonly AnyMethod[] = methods,
): ForecastFit | undefined {
  const members: { id: string; state: unknown }[] = []
  for (const { id, state } of fit.members) {
    const next = methodOf(table, id).advance(state, value)
    if (next === undefined) return undefined
    members.push({ id, state: next })
  }
  return { ...fit, members }
}

export interface FitProjection {
  readonly mean: readonly number[]
  /** The mean without its season. */
  readonly trend: readonly number[]
  readonly models: readonly MethodDetails[]
}

export function projectFit(
  fit: ForecastFit,
  horizon: number,
  table: readonly AnyMethod[] = methods,
): FitProjection {
  const found = fit.members.map(({ id, state }) => ({ method: methodOf(table, id), state }))
  const combined = (rows: readonly (readonly number[])[]): number[] =>
    (rows[0] ?? []).map((_, h) =>
      combine(
        fit.chosen,
        rows.map((row) => row[h] as number),
      ),
    )
  return {
    mean: combined(found.map(({ method, state }) => method.project(state, horizon))),
    trend: combined(found.map(({ method, state }) => method.trend(state, horizon))),
    models: found.map(({ method, state }) => method.describe(state)),
  }
}

/** One-step forecasts of the history that the fit was made of. */
export function fittedValues(
  fit: ForecastFit,
  values: readonly number[],
  table: readonly AnyMethod[] = methods,
): (number | undefined)[] {
  const rows = fit.members.map(({ id, state }) => methodOf(table, id).fitted(state, values))
  return values.map((_, t) => {
    const at = rows.flatMap((row) => row[t] ?? [])
    return at.length === 0 ? undefined : combine(fit.chosen, at)
  })
}

function combine(chosen: string, values: readonly number[]): number {
  const [only] = values as [number]
  return combinations.find(({ id }) => id === chosen)?.of(values) ?? only
}

function methodOf(table: readonly AnyMethod[], id: string): AnyMethod {
  const method = table.find((candidate) => candidate.id === id)
  if (method === undefined) throw new Error(`No method is called ${id}`)
  return method
}

function candidatesOfRequest(
  { method }: FitRequest,
  seasons: readonly number[],
): { combination: Combination; single: readonly string[] } {
  if (method === undefined) return candidatesFor(seasons)
  const asked = combinations.find(({ id }) => id === method)
  if (asked !== undefined) return { combination: asked, single: asked.members }
  return {
    combination: { id: method, members: [method], of: ([only]) => only as number },
    single: [method],
  }
}

interface Fitted {
  readonly method: AnyMethod
  readonly state: unknown
}

function fitted(table: readonly AnyMethod[], id: string, series: Series): Fitted[] {
  const method = methodOf(table, id)
  const state = method.fit(series)
  return state === undefined ? [] : [{ method, state }]
}

function errorsOf(candidates: readonly Candidate[], chosen: string): (readonly StepError[])[] {
  return known(candidates.find(({ id }) => id === chosen)?.errors ?? [])
}

function known(rows: Candidate['errors']): (readonly StepError[])[] {
  return rows.filter((row) => row !== undefined)
}

function spreadOf(
  values: readonly number[],
  errors: readonly (readonly StepError[])[],
  members: readonly Fitted[],
  fits: readonly Fitted[],
): Spread {
  const size = values.reduce((sum, value) => sum + Math.abs(value) / values.length, 0)
  if (errors.length >= FEWEST_ORIGINS) {
    const [first] = fits
    const positive =
      values.every((value) => value > 0) && errors.flat().every(({ forecast }) => forecast > 0)
    const relative = positive && first?.method.hasRelativeErrors(first.state) === true
    return conformalSpread(errors, relative, size)
  }
  const parameters = members.reduce(
    (most, { method, state }) =>
      Math.max(most, Object.keys(method.describe(state).parameters).length + 1),
    1,
  )
  return parametricSpread(inSampleErrors(values, members), parameters, size)
}

/** One-step errors of the first member that has some; else those of repeating the last value. */
function inSampleErrors(values: readonly number[], members: readonly Fitted[]): number[] {
  for (const { method, state } of members) {
    const made = method.fitted(state, values)
    const errors = values.flatMap((value, t) => (made[t] === undefined ? [] : [value - made[t]]))
    if (errors.length > 1) return errors
  }
  return values.slice(1).map((value, t) => value - (values[t] as number))
}

function scoresOf(
  candidates: readonly Candidate[],
  chosen: string,
  values: readonly number[],
  frequency: number,
): CandidateScore[] {
  const { mae: naive } = naiveErrors(values, frequency)
  return candidates.map(({ id, mae }) => ({
    method: id,
    mase: naive > 0 && Number.isFinite(mae) ? mae / naive : null,
    chosen: id === chosen,
  }))
}

function choiceNotes({ chosen, clearly }: Choice, origins: number): Note[] {
  if (clearly === undefined) return []
  const percent = Math.round(clearly.gain * 100)
  return [note('METHOD_CLEARLY_BETTER', { method: chosen, percent, wins: clearly.wins, origins })]
}

function seasonNotes(
  values: readonly number[],
  frequency: number,
  models: readonly MethodDetails[],
): Note[] {
  if (frequency === 1 || values.length >= 2 * frequency) return []
  if (models.some(({ season }) => season !== 'none')) return []
  return [note('SEASON_NOT_SEEN', { frequency, periods: values.length })]
}

/** A history without any change says one thing, and nothing of what may come instead. */
function constantFit(values: readonly number[], frequency: number): ForecastFit {
  return {
    frequency,
    chosen: 'seasonal-naive',
    members: [{ id: 'seasonal-naive', state: { season: [values[0] as number] } }],
    spread: parametricSpread([0], 0, 0),
    accuracy: null,
    candidates: [],
    notes: [note(values[0] === 0 ? 'ALL_ZERO' : 'CONSTANT_HISTORY')],
  }
}
