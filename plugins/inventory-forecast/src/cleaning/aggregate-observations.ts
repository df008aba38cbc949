import { Refusal } from '@signalbox/sdk'
import { type Day, formatDay, parseDay } from '../calendar/civil-day.ts'
import { addPeriods, type Period, periodStart, periodsBetween } from '../calendar/period.ts'
import { type Note, note } from '../reasons/forecast-notes.ts'

/** One movement of demand. */
export interface Observation {
  /** A date, or an RFC 3339 instant, whose day is the one that is written: days are those of its own offset. */
  readonly at: string
  readonly value: number
  readonly stockout?: boolean
  readonly promotion?: boolean
  readonly exclude?: boolean
}

export interface AggregationOptions {
  readonly period: Period
  /** A period without any observation: no demand, or not known. */
  readonly gaps?: 'zero' | 'missing'
  /** Observations with the same instant: all counted, the last one counted, or refused. */
  readonly duplicates?: 'sum' | 'last' | 'refuse'
  /** The day up to which observations are complete, itself included; a period that ends later is left out. */
  readonly until?: string
}

export interface AggregatedHistory {
  readonly history: readonly (number | null)[]
  /** First day of the first period. */
  readonly start: Day
  readonly stockouts: readonly number[]
  readonly promoted: readonly number[]
  readonly exclude: readonly number[]
  readonly notes: readonly Note[]
}

/** Ten years of days; a typing error in a year makes more. */
const MOST_PERIODS = 3660

/** Sums observations by period, from the first one seen to `until` or the last one seen, in whatever order they come. */
export function aggregateObservations(
  observations: readonly Observation[],
  options: AggregationOptions,
): AggregatedHistory {
  const { period, gaps = 'zero' } = options
  const notes: Note[] = []
  const dated = distinct(observations, options, notes).map((observation) => ({
    ...observation,
    start: periodStart(dayWritten(observation.at), period),
  }))
  if (dated.length === 0) {
    throw new Refusal('HISTORY_EMPTY', 'There are no observations to forecast from.')
  }
  const start = Math.min(...dated.map((observation) => observation.start))
  const count = periodsIn(start, dated, options, notes)
  const sums = new Array<number | null>(count).fill(null)
  const flagged = {
    stockout: new Set<number>(),
    promotion: new Set<number>(),
    exclude: new Set<number>(),
  }
  for (const observation of dated) {
    const t = periodsBetween(start, observation.start, period)
    if (t >= count) continue
    sums[t] = (sums[t] ?? 0) + observation.value
    for (const flag of ['stockout', 'promotion', 'exclude'] as const) {
      if (observation[flag] === true) flagged[flag].add(t)
    }
  }
  const empty = sums.filter((sum) => sum === null).length
  if (gaps === 'zero' && empty > 0) notes.push(note('GAPS_ZERO', { count: empty }))
  return {
    history: gaps === 'zero' ? sums.map((sum) => sum ?? 0) : sums,
    start,
    stockouts: [...flagged.stockout],
    promoted: [...flagged.promotion],
    exclude: [...flagged.exclude],
    notes,
  }
}

function periodsIn(
  start: Day,
  dated: readonly { readonly start: Day }[],
  { period, until }: AggregationOptions,
  notes: Note[],
): number {
  const last = Math.max(...dated.map((observation) => observation.start))
  // Known up to a day, the periods that end by it are whole; else the last one seen is taken as whole.
  const end =
    until === undefined ? addPeriods(last, period, 1) : periodStart(dayWritten(until) + 1, period)
  const count = periodsBetween(start, end, period)
  if (until !== undefined && last >= end) {
    notes.push(note('LAST_PERIOD_INCOMPLETE', { period: formatDay(end) }))
  }
  if (count > MOST_PERIODS) {
    throw new Refusal(
      'HISTORY_TOO_LONG',
      `The observations span ${count} periods; at most ${MOST_PERIODS} are taken. Is a year mistyped?`,
    )
  }
  if (count < 1) {
    throw new Refusal('HISTORY_EMPTY', 'No period is complete by the day of "until".')
  }
  return count
}

function distinct(
  observations: readonly Observation[],
  { duplicates = 'sum' }: AggregationOptions,
  notes: Note[],
): readonly Observation[] {
  const byInstant = new Map(observations.map((observation) => [observation.at, observation]))
  const count = observations.length - byInstant.size
  if (count === 0) return observations
  if (duplicates === 'refuse') {
    throw new Refusal(
      'OBSERVATIONS_DUPLICATED',
      `${count} observations share their instant with another: remove them, or set "duplicates" to sum or last.`,
    )
  }
  if (duplicates === 'last') return [...byInstant.values()]
  notes.push(note('DUPLICATES_SUMMED', { count }))
  return observations
}

function dayWritten(text: string): Day {
  const day = parseDay(text)
  if (day !== undefined) return day
  throw new Refusal(
    'DATE_INVALID',
    `"${text.slice(0, 40)}" does not begin with a date that exists.`,
  )
}
