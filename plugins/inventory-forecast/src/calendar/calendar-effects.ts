import { solveSymmetric } from '../optimiser/solve-symmetric.ts'
import { isLikelyWorkday, springFestivalOf } from './chinese-calendar.ts'
import { civilDateOf, type Day } from './civil-day.ts'
import { addPeriods, type Period, placeOf, placesOf } from './period.ts'

/** How much of a series the calendar explains, as data that goes on with a fit. */
export interface CalendarEffects {
  readonly period: Period
  /** First day of the first period of the history. */
  readonly start: Day
  /** Effects multiply where every value is above 0, else they add. */
  readonly multiplies: boolean
  readonly terms: readonly { readonly name: CalendarTerm; readonly effect: number }[]
}

export type CalendarTerm = 'workdays' | 'before-spring-festival' | 'after-spring-festival'

const terms: readonly CalendarTerm[] = [
  'workdays',
  'before-spring-festival',
  'after-spring-festival',
]

/** People stock up for about two weeks before the festival, and business is slow for about two weeks from it on. */
const FESTIVAL_DAYS = 15
/** Twice differenced noise hangs together, so ratios come out too large: at 3, about 5 of 100 series of noise show an effect that is none. */
const CLEAR_RATIO = 3
/** Differences that are left for each effect, at least. */
const DIFFERENCES_PER_TERM = 6
/** Years over which a month's usual number of workdays is taken: a whole turn of weekdays and leap years. */
const USUAL_YEARS = { from: 1998, to: 2025 } as const

/**
 * Estimates the effects of workdays and of the moving Spring Festival: regression of the seasonally and once
 * differenced series on the equally differenced regressors, each less its usual value at that place of the year, so
 * that no effect is a season (Bell and Hillmer 1983, "Modeling time series with calendar variation", JASA 78, 526–534;
 * for the festival's parts Lin and Liu 2002, "Modeling lunar calendar holiday effects in Taiwan"). The term with the
 * smallest ratio is left out until all are clear.
 * @returns undefined where no effect is clear or the history is too short to tell.
 */
export function calendarEffects(
  values: readonly number[],
  period: Period,
  start: Day,
): CalendarEffects | undefined {
  const multiplies = values.every((value) => value > 0)
  const response = differenced(multiplies ? values.map(Math.log) : values, placesOf[period])
  const columns = new Map(
    terms.map((name) => [
      name,
      differenced(
        values.map((_, t) => regressor(name, period, addPeriods(start, period, t))),
        placesOf[period],
      ),
    ]),
  )
  // A period that always holds its festival whole, such as most quarters, cannot tell its effect.
  let left = terms.filter((name) => columns.get(name)?.some((x) => Math.abs(x) > 1e-9))
  while (left.length > 0) {
    if (response.length < DIFFERENCES_PER_TERM * (left.length + 1)) return undefined
    const found = regress(
      response,
      left.map((name) => columns.get(name) as number[]),
    )
    const weakest = found.reduce((k, { ratio }, i) => (ratio < (found[k]?.ratio ?? 0) ? i : k), 0)
    if ((found[weakest]?.ratio ?? 0) >= CLEAR_RATIO) {
      const effects = left.map((name, k) => ({ name, effect: found[k]?.effect ?? 0 }))
      return { period, start, multiplies, terms: effects }
    }
    left = left.filter((_, k) => k !== weakest)
  }
  return undefined
}

/** What the calendar makes of the period `t` after the first: a factor, or an amount. */
export function calendarEffectAt(effects: CalendarEffects, t: number): number {
  const { period, start, multiplies } = effects
  const sum = effects.terms.reduce(
    (total, { name, effect }) =>
      total + effect * regressor(name, period, addPeriods(start, period, t)),
    0,
  )
  return multiplies ? Math.exp(sum) : sum
}

export function withoutCalendar(effects: CalendarEffects, value: number, t: number): number {
  const effect = calendarEffectAt(effects, t)
  return effects.multiplies ? value / effect : value - effect
}

export function withCalendar(effects: CalendarEffects, value: number, t: number): number {
  const effect = calendarEffectAt(effects, t)
  return effects.multiplies ? value * effect : value + effect
}

/** A regressor less its usual value at this place of the year or week. */
function regressor(name: CalendarTerm, period: Period, start: Day): number {
  return rawRegressor(name, period, start) - usual(name, period, start)
}

const usualValues = new Map<string, number>()

/** The mean over a whole turn of years; computed once a place. */
function usual(name: CalendarTerm, period: Period, start: Day): number {
  const place = placeOf(start, period)
  const key = `${name} ${period} ${place}`
  const kept = usualValues.get(key)
  if (kept !== undefined) return kept
  let sum = 0
  let count = 0
  const { year } = civilDateOf(start)
  const back = (year - USUAL_YEARS.from) * PERIODS_A_YEAR[period]
  for (let k = -back; ; k++) {
    const other = addPeriods(start, period, k)
    if (civilDateOf(other).year > USUAL_YEARS.to) break
    if (placeOf(other, period) !== place) continue
    sum += rawRegressor(name, period, other)
    count++
  }
  usualValues.set(key, sum / count)
  return sum / count
}

const PERIODS_A_YEAR: Readonly<Record<Period, number>> = {
  day: 365,
  week: 52,
  month: 12,
  quarter: 4,
}

/** Logarithm of the workdays, and shares of the festival's two parts: all near 0 or 1 in size. */
function rawRegressor(name: CalendarTerm, period: Period, start: Day): number {
  const end = addPeriods(start, period, 1)
  if (name === 'workdays') {
    let workdays = 0
    for (let day = start; day < end; day++) if (isLikelyWorkday(day)) workdays++
    return period === 'day' ? workdays : Math.log(Math.max(workdays, 1))
  }
  const { year } = civilDateOf(end - 1)
  const festival = springFestivalOf(year)
  if (festival === undefined) return 0
  const first = name === 'before-spring-festival' ? festival - FESTIVAL_DAYS : festival
  const shared = Math.min(end, first + FESTIVAL_DAYS) - Math.max(start, first)
  const share = Math.max(shared, 0) / FESTIVAL_DAYS
  return period === 'day' ? Math.sign(share) : share
}

function differenced(values: readonly number[], season: number): number[] {
  const seasonal = values.slice(season).map((value, t) => value - (values[t] as number))
  return seasonal.slice(1).map((value, t) => value - (seasonal[t] as number))
}

/** Least squares without a constant: differences have none. */
function regress(
  response: readonly number[],
  columns: readonly (readonly number[])[],
): { readonly effect: number; readonly ratio: number }[] {
  const products = columns.flatMap((column, k) =>
    columns.slice(0, k + 1).map((other) => product(column, other)),
  )
  const solve = (right: readonly number[]): Float64Array =>
    solveSymmetric(Float64Array.from(products), right)
  const effects = solve(columns.map((column) => product(column, response)))
  const residuals = response.map((value, t) =>
    columns.reduce(
      (rest, column, k) => rest - (effects[k] as number) * (column[t] as number),
      value,
    ),
  )
  const variance = product(residuals, residuals) / (response.length - columns.length)
  return columns.map((_, k) => {
    const unit = columns.map((__, j) => (j === k ? 1 : 0))
    const error = Math.sqrt(variance * (solve(unit)[k] as number))
    const effect = effects[k] as number
    return {
      effect,
      ratio: error > 0 ? Math.abs(effect) / error : effect === 0 ? 0 : Number.POSITIVE_INFINITY,
    }
  })
}

function product(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, t) => sum + value * (b[t] as number), 0)
}
