import {
  type CalendarEffects,
  calendarEffects,
  withCalendar,
  withoutCalendar,
} from '../calendar/calendar-effects.ts'
import { LAST_OFFICIAL_YEAR } from '../calendar/chinese-calendar.ts'
import { civilDateOf, type Day } from '../calendar/civil-day.ts'
import { addPeriods, type Period } from '../calendar/period.ts'
import { type CleaningOptions, cleanHistory } from '../cleaning/clean-history.ts'
import { quantileAt } from '../intervals/spread.ts'
import type { MethodDetails } from '../methods/method.ts'
import { type Note, note } from '../reasons/forecast-notes.ts'
import type { BackTestAccuracy } from './back-test-accuracy.ts'
import {
  advanceFit,
  type CandidateScore,
  type ForecastFit,
  fitForecast,
  projectFit,
} from './forecast-fit.ts'
import { refuseShort, SHORTEST_HISTORY } from './forecast-input.ts'

export interface DistributionRequest extends CleaningOptions {
  /** Demand of past periods, oldest first; null where it is not known. */
  readonly history: readonly (number | null)[]
  readonly frequency: number
  readonly horizon: number
  /** Several seasons, such as 7 and 365 for days; the frequency alone, when absent. */
  readonly seasons?: readonly number[]
  /** Probabilities of the quantiles; with `levels`, those of central intervals in percent, too. */
  readonly quantiles?: readonly number[]
  readonly levels?: readonly number[]
  /** The Chinese calendar: what a period is, and the first day of the first one. */
  readonly calendar?: { readonly period: Period; readonly start: Day }
  /** Planned promotions: periods ahead, from 1. */
  readonly planned?: readonly number[]
  readonly nonNegative?: boolean
  /** Whole units: mean and quantiles are rounded, halves upwards. */
  readonly integer?: boolean
  /** One method alone, by its name in the table of methods. */
  readonly method?: string
}

export interface ForecastDistribution {
  readonly mean: readonly number[]
  /** In rising order of p; never crossing. */
  readonly quantiles: readonly Quantiles[]
  readonly method: string
  readonly description: string
  readonly models: readonly MethodDetails[]
  readonly components: Components
  /** Of the back-test; null where the history is too short for one. */
  readonly accuracy: BackTestAccuracy | null
  readonly candidates: readonly CandidateScore[]
  readonly notes: readonly Note[]
}

export interface Quantiles {
  readonly p: number
  readonly values: readonly number[]
}

/** What each period's mean is the sum of, before it is cut off at 0 or rounded. */
export interface Components {
  readonly trend: readonly number[]
  readonly season: readonly number[]
  readonly calendar: readonly number[]
  readonly promotion: readonly number[]
}

/** A fitted series with all that was taken out of it: data that JSON carries, to go on from. */
export interface DistributionFit {
  readonly fit: ForecastFit
  /** Periods seen. */
  readonly seen: number
  /** Demand of a promoted period over its base. */
  readonly uplift: number
  readonly calendar?: CalendarEffects
  readonly notes: readonly Note[]
}

/** Quantiles where none are asked for: the usual central intervals of 80 and 95 %, and the median. */
const USUAL_QUANTILES = [0.025, 0.1, 0.5, 0.9, 0.975]

/** What may be demanded in each of the next periods, how that was found, and how well it did in the past. */
export function forecastDistribution(request: DistributionRequest): ForecastDistribution {
  return distributionOf(fitDistribution(request), request)
}

/** A history that can be fitted, and what was taken out of it. */
export interface PreparedHistory {
  readonly values: readonly number[]
  readonly uplift: number
  readonly calendar?: CalendarEffects
  readonly notes: readonly Note[]
}

/** Cleans a history and takes the calendar out of it. */
export function prepareHistory(request: DistributionRequest): PreparedHistory {
  const { history, frequency, horizon } = request
  refuseShort(history, SHORTEST_HISTORY, 'a forecast')
  const { values, uplift, notes } = cleanHistory(history, frequency, request)
  const told = [...notes, ...natureNotes(values)]
  if (request.calendar === undefined) return { values, uplift, notes: told }
  const { period, start } = request.calendar
  const calendar = calendarEffects(values, period, start)
  const last = addPeriods(start, period, values.length + horizon) - 1
  const all = [...told, ...calendarNotes(calendar, civilDateOf(last).year)]
  if (calendar === undefined) return { values, uplift, notes: all }
  return {
    values: values.map((value, t) => withoutCalendar(calendar, value, t)),
    uplift,
    calendar,
    notes: all,
  }
}

export function fitPrepared(
  { values, uplift, calendar, notes }: PreparedHistory,
  { frequency, horizon, seasons, method }: DistributionRequest,
): DistributionFit {
  const fit = fitForecast({
    values,
    frequency,
    horizon,
    ...(seasons === undefined ? {} : { seasons }),
    ...(method === undefined ? {} : { method }),
  })
  return {
    fit,
    seen: values.length,
    uplift,
    ...(calendar === undefined ? {} : { calendar }),
    notes: [...notes, ...fit.notes],
  }
}

export function fitDistribution(request: DistributionRequest): DistributionFit {
  return fitPrepared(prepareHistory(request), request)
}

/**
 * Goes on with the demand of one more period, in well under a millisecond: states move, parameters stay. The value is
 * taken as base demand; a period with a stock-out or a promotion belongs into a new fit.
 * @returns undefined where a model does not cover the value: fit again then.
 */
export function updateFit(current: DistributionFit, value: number): DistributionFit | undefined {
  const { calendar, seen } = current
  const base = calendar === undefined ? value : withoutCalendar(calendar, value, seen)
  const fit = Number.isFinite(base) ? advanceFit(current.fit, base) : undefined
  return fit && { ...current, fit, seen: seen + 1 }
}

/** The next periods of a fitted series. */
export function distributionOf(
  current: DistributionFit,
  request: Pick<
    DistributionRequest,
    'horizon' | 'quantiles' | 'levels' | 'planned' | 'nonNegative' | 'integer'
  >,
): ForecastDistribution {
  const { fit, seen, uplift, calendar } = current
  const { mean: base, trend, models } = projectFit(fit, request.horizon)
  const planned = new Set(request.planned)
  const onCalendar = (value: number, h: number): number =>
    calendar === undefined ? value : withCalendar(calendar, value, seen + h)
  const promoted = (value: number, h: number): number =>
    planned.has(h + 1) ? value * uplift : value
  const finish = finisher(request)
  const calendared = base.map(onCalendar)
  const mean = calendared.map(promoted)
  const quantiles = probabilitiesOf(request).map((p) => ({
    p,
    values: base.map((value, h) =>
      finish(promoted(onCalendar(quantileAt(fit.spread, value, h + 1, p), h), h)),
    ),
  }))
  return {
    mean: mean.map(finish),
    quantiles,
    method: fit.chosen,
    description: describe(fit.chosen, models),
    models,
    components: {
      trend,
      season: base.map((value, h) => value - (trend[h] as number)),
      calendar: calendared.map((value, h) => value - (base[h] as number)),
      promotion: mean.map((value, h) => value - (calendared[h] as number)),
    },
    accuracy: fit.accuracy,
    candidates: fit.candidates,
    notes: [...current.notes, ...plannedNotes(planned.size, uplift)],
  }
}

/** The quantiles' probabilities, rising, each once. */
function probabilitiesOf({
  quantiles,
  levels,
}: Pick<DistributionRequest, 'quantiles' | 'levels'>): number[] {
  const ofLevels = (levels ?? []).flatMap((level) => [(1 - level / 100) / 2, (1 + level / 100) / 2])
  const asked = [...(quantiles ?? []), ...ofLevels]
  return [...new Set(asked.length === 0 ? USUAL_QUANTILES : asked)].sort((a, b) => a - b)
}

function finisher({ nonNegative, integer }: { nonNegative?: boolean; integer?: boolean }) {
  return (value: number): number => {
    const cut = nonNegative === true ? Math.max(value, 0) : value
    return integer === true ? Math.floor(cut + 0.5) : cut
  }
}

function describe(chosen: string, models: readonly MethodDetails[]): string {
  const names = models.map(({ name, season }) =>
    name === 'Theta' && season !== 'none' ? `Theta, ${season} season` : name,
  )
  if (names.length < 2) return names.join('')
  const of = `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
  return `${chosen === 'mean' ? 'Mean' : 'Median'} of ${of}`
}

const effectNames = {
  workdays: 'workdays',
  'before-spring-festival': 'the two weeks before Spring Festival',
  'after-spring-festival': 'the two weeks from Spring Festival',
} as const

function calendarNotes(effects: CalendarEffects | undefined, lastYear: number): Note[] {
  if (effects === undefined) return [note('CALENDAR_NO_EFFECT')]
  const names = effects.terms.map(({ name, effect }) => {
    const size = effects.multiplies ? `${Math.round(effect * 100)} %` : `${Math.round(effect)}`
    return `${effectNames[name]} (${size})`
  })
  return [
    note('CALENDAR_APPLIED', { effects: names.join(', ') }),
    ...(lastYear > LAST_OFFICIAL_YEAR
      ? [note('CALENDAR_YEARS_UNKNOWN', { last: LAST_OFFICIAL_YEAR })]
      : []),
  ]
}

/** Demand comes in fewer than three periods of four: Croston's field (Syntetos, Boylan and Croston 2005: 1.32 periods). */
const INTERMITTENT_SHARE = 1 / 1.32

function natureNotes(values: readonly number[]): Note[] {
  const zeros = values.filter((value) => value === 0).length
  const negative = values.filter((value) => value < 0).length
  const intermittent =
    zeros > 0 && zeros < values.length && 1 - zeros / values.length < INTERMITTENT_SHARE
  return [
    ...(intermittent
      ? [note('INTERMITTENT', { percent: Math.round((100 * zeros) / values.length) })]
      : []),
    ...(negative > 0 ? [note('NEGATIVE_DEMAND', { count: negative })] : []),
  ]
}

function plannedNotes(count: number, uplift: number): Note[] {
  if (count === 0) return []
  const percent = Math.round((uplift - 1) * 100)
  return [note('PROMOTIONS_PLANNED', { count, percent })]
}
