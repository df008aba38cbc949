import { Refusal } from '@signalbox/sdk'
import { type Day, parseDay } from '../calendar/civil-day.ts'
import { addPeriods, type Period, periodStart } from '../calendar/period.ts'
import { aggregateObservations } from '../cleaning/aggregate-observations.ts'
import { type Note, note } from '../reasons/forecast-notes.ts'
import { type Accuracy, accuracyOf } from './accuracy.ts'
import {
  type DistributionFit,
  type DistributionRequest,
  distributionOf,
  type ForecastDistribution,
  fitPrepared,
  prepareHistory,
} from './forecast-distribution.ts'
import { fittedValues } from './forecast-fit.ts'
import type { ForecastInput } from './forecast-input.ts'

/** The answer's models are at most two, as the first version promised; `candidates` and the description name all. */
const MOST_MODELS = 2

/** The method by back-test, quantiles, cleaning and calendar: all that goes beyond point forecasts. */
export function forecastFurther(input: ForecastInput) {
  const { request, notes } = requestOf(input)
  const prepared = prepareHistory(request)
  const fit = fitPrepared(prepared, request)
  const made = distributionOf(fit, request)
  const all = [...notes, ...made.notes]
  const isAsked = input.quantiles !== undefined || input.levels !== undefined
  return {
    mean: made.mean,
    method: familyOf(made),
    description: made.description,
    models: made.models.slice(0, MOST_MODELS),
    accuracy: inSample(prepared.values, fit),
    selected: made.method,
    ...(isAsked ? { quantiles: made.quantiles } : {}),
    ...(input.explain === true ? { components: made.components, candidates: made.candidates } : {}),
    ...(input.explain === true && made.accuracy !== null ? { backTest: made.accuracy } : {}),
    ...(all.length > 0 ? { notes: all } : {}),
  }
}

/** The families that the first version's answers name; `selected` is exact. */
const families = {
  ets: 'ets',
  damped: 'ets',
  'stl-ets': 'ets',
  theta: 'theta',
  median: 'combination',
  mean: 'combination',
  // Smoothing whose season is always the last one.
  'seasonal-naive': 'ets',
} as const

function familyOf({ method, notes }: ForecastDistribution) {
  const isConstant = notes.some(({ code }) => code === 'CONSTANT_HISTORY' || code === 'ALL_ZERO')
  return isConstant ? 'constant' : (families[method as keyof typeof families] ?? 'combination')
}

function requestOf(input: ForecastInput): { request: DistributionRequest; notes: readonly Note[] } {
  const { promotions, method, calendar } = input
  const whole = historyOf(input)
  refuseOutside(whole.flags, whole.history.length)
  const { history, notes, flags, start, period } = newestOf(whole)
  return {
    notes,
    request: {
      ...picked(input),
      ...flags,
      history,
      frequency: input.frequency,
      horizon: input.horizon,
      planned: promotions?.planned ?? [],
      ...(method === undefined || method === 'auto' ? {} : { method: methodName(method) }),
      ...(calendar === undefined ? {} : { calendar: calendarOf(calendar, period, start) }),
    },
  }
}

function methodName(method: string): string {
  return method === 'combination' ? 'mean' : method
}

/** What goes on as it came. */
function picked({
  seasons,
  quantiles,
  levels,
  nonNegative,
  integer,
  outliers,
  returns,
}: ForecastInput) {
  return {
    ...(seasons === undefined ? {} : { seasons }),
    ...(quantiles === undefined ? {} : { quantiles }),
    ...(levels === undefined ? {} : { levels }),
    ...(nonNegative === undefined ? {} : { nonNegative }),
    ...(integer === undefined ? {} : { integer }),
    ...(outliers === undefined ? {} : { outliers }),
    ...(returns === undefined ? {} : { returns }),
  }
}

interface Flags {
  readonly stockouts: readonly number[]
  readonly exclude: readonly number[]
  readonly promoted: readonly number[]
}

interface GivenHistory {
  readonly history: readonly (number | null)[]
  readonly notes: readonly Note[]
  readonly flags: Flags
  readonly start?: Day
  readonly period?: Period
}

/** As many as a history may have: what is older tells next to nothing, and a turn is bounded. */
const MOST_FITTED = 1200

/** The newest periods of a long one, which observations of ten years of days may come to. */
function newestOf(whole: GivenHistory): GivenHistory {
  const { history, notes, flags, start, period } = whole
  const count = history.length - MOST_FITTED
  if (count <= 0 || start === undefined || period === undefined) return whole
  const kept = (periods: readonly number[]): number[] =>
    periods.filter((t) => t >= count).map((t) => t - count)
  return {
    history: history.slice(count),
    notes: [...notes, note('OLDEST_LEFT_OUT', { count, kept: MOST_FITTED })],
    flags: {
      stockouts: kept(flags.stockouts),
      exclude: kept(flags.exclude),
      promoted: kept(flags.promoted),
    },
    start: addPeriods(start, period, count),
    period,
  }
}

function historyOf(input: ForecastInput): GivenHistory {
  const { history, observations, period, stockouts = [], exclude = [], promotions } = input
  const promoted = promotions?.past ?? []
  if (history !== undefined && observations === undefined) {
    return { history, notes: [], flags: { stockouts, exclude, promoted } }
  }
  if (observations === undefined || history !== undefined || period === undefined) {
    throw new Refusal(
      'HISTORY_AMBIGUOUS',
      'Give either history, or observations together with period.',
    )
  }
  const { gaps, duplicates, until } = input
  const made = aggregateObservations(observations, {
    period,
    ...(gaps === undefined ? {} : { gaps }),
    ...(duplicates === undefined ? {} : { duplicates }),
    ...(until === undefined ? {} : { until }),
  })
  return {
    ...made,
    period,
    flags: {
      stockouts: [...made.stockouts, ...stockouts],
      exclude: [...made.exclude, ...exclude],
      promoted: [...made.promoted, ...promoted],
    },
  }
}

function refuseOutside({ stockouts, exclude, promoted }: Flags, length: number): void {
  const outside = [...stockouts, ...exclude, ...promoted].find((t) => t >= length)
  if (outside === undefined) return
  throw new Refusal(
    'PERIOD_OUTSIDE_HISTORY',
    `Period ${outside} is flagged, but the history has periods 0 to ${length - 1}.`,
  )
}

function calendarOf(
  calendar: NonNullable<ForecastInput['calendar']>,
  observed: Period | undefined,
  start: Day | undefined,
): { period: Period; start: Day } {
  const period = calendar.period ?? observed
  const first = calendar.start === undefined ? start : parseDay(calendar.start)
  if (period === undefined || first === undefined) {
    throw new Refusal(
      'CALENDAR_START_MISSING',
      'A calendar needs to know which days the periods are: give calendar.period and calendar.start, a date that exists.',
    )
  }
  return { period, start: periodStart(first, period) }
}

/** Of the history as it was fitted, without what cleaning and calendar took out of it. */
function inSample(values: readonly number[], { fit }: DistributionFit): Accuracy {
  return accuracyOf(values, fittedValues(fit, values), fit.frequency)
}
