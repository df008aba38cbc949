/** A reading of one series, in the unit of its measure. */
export interface Reading {
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly value: number
  /** The extremes that the device saw since its last report; the value itself where it tells of none. */
  readonly low: number
  readonly high: number
}

export interface Limit {
  readonly lower?: number
  readonly upper?: number
  /** How far inside readings must come for an excursion to end: one that trembles at the limit is one. */
  readonly hysteresis: number
  /** Minutes outside that are allowed before somebody is told. */
  readonly allowedMinutes: number
}

export interface Excursion {
  readonly since: number
  /** When readings were inside again by the hysteresis; absent while they are not. */
  readonly until?: number
  /** The last reading that belongs to it. */
  readonly last: number
  /** The value furthest outside. */
  readonly worst: number
  /** Minutes beyond the limit itself. */
  readonly minutes: number
}

const MINUTE_MS = 60_000

/**
 * The excursions of a series: from the first reading outside of the limit until one that is inside by the hysteresis.
 *
 * Minutes outside are counted along the straight line from reading to reading (trapezoid rule), so that a line from 7 to 9 °C over a
 * limit of 8 counts half of its time. Across a gap longer than `longestGap` nothing is known: a reading holds for that long and no
 * longer. An extreme between two readings begins an excursion and is its worst, and counts no minutes by itself.
 *
 * Pure; late readings are no matter, as all are looked at again.
 * @param readings in order of time
 */
export function excursionsOf(
  readings: readonly Reading[],
  limit: Limit,
  longestGap: number,
): readonly Excursion[] {
  const found: Excursion[] = []
  let open: Excursion | undefined
  for (const [i, reading] of readings.entries()) {
    const before = readings[i - 1]
    const outside = beyond(reading, limit) !== undefined
    const minutes = before === undefined ? 0 : minutesBetween(before, reading, limit, longestGap)
    if (open !== undefined) open = { ...open, minutes: open.minutes + minutes }
    else if (outside) open = begin(reading, before, minutes, limit, longestGap)
    if (open === undefined) continue
    if (outside) open = further(open, reading, limit)
    else if (isInside(reading, limit)) {
      found.push({ ...open, until: reading.at, last: reading.at })
      open = undefined
    } else open = { ...open, last: reading.at }
  }
  return open === undefined ? found : [...found, open]
}

/** It began where the line from the reading before crosses the limit. */
function begin(
  reading: Reading,
  before: Reading | undefined,
  minutes: number,
  limit: Limit,
  longestGap: number,
): Excursion {
  const isBridged = before !== undefined && reading.at - before.at <= longestGap
  const since = isBridged ? Math.round(reading.at - minutes * MINUTE_MS) : reading.at
  const worst = beyond(reading, limit) ?? reading.value
  return { since, last: reading.at, worst, minutes: isBridged ? minutes : 0 }
}

function further(open: Excursion, reading: Reading, limit: Limit): Excursion {
  const worst = beyond(reading, limit) ?? open.worst
  const isWorse = distance(worst, limit) > distance(open.worst, limit)
  return { ...open, last: reading.at, worst: isWorse ? worst : open.worst }
}

/** The extreme that is furthest outside, if any. */
function beyond({ low, high }: Reading, limit: Limit): number | undefined {
  const [below, above] = [distance(low, limit), distance(high, limit)]
  if (below <= 0 && above <= 0) return undefined
  return above >= below ? high : low
}

/** How far outside; negative inside. */
function distance(value: number, { lower = -Infinity, upper = Infinity }: Limit): number {
  return Math.max(value - upper, lower - value)
}

function isInside({ low, high }: Reading, limit: Limit): boolean {
  const { hysteresis } = limit
  return distance(low, limit) <= -hysteresis && distance(high, limit) <= -hysteresis
}

function minutesBetween(a: Reading, b: Reading, limit: Limit, longestGap: number): number {
  const { lower = -Infinity, upper = Infinity } = limit
  const span = (b.at - a.at) / MINUTE_MS
  if (b.at - a.at > longestGap) return distance(a.value, limit) > 0 ? longestGap / MINUTE_MS : 0
  return span * (share(a.value - upper, b.value - upper) + share(lower - a.value, lower - b.value))
}

/** The share of a straight line from `a` to `b` that is above zero. */
function share(a: number, b: number): number {
  if (a <= 0 && b <= 0) return 0
  if (a >= 0 && b >= 0) return 1
  return Math.max(a, b) / Math.abs(b - a)
}
