import { type Excursion, excursionsOf, type Reading } from './excursions.ts'
import type { SensorLimit } from './sensor-limit.ts'

/** An excursion that somebody was told of. */
export interface AlarmRow {
  readonly alarm: string
  readonly series: string
  readonly limit_id: string
  readonly since_ms: number
  readonly until_ms: number | null
  readonly last_ms: number
  readonly worst: number
  readonly minutes: number
}

export interface AlarmPlan {
  readonly raised: readonly { readonly alarm: AlarmRow; readonly limit: SensorLimit }[]
  /** Known ones that went on, ended, or are otherwise than was thought. */
  readonly changed: readonly AlarmRow[]
}

/** Readings between which nothing is known when they lie further apart. */
export const LONGEST_GAP_MS = 3_600_000

/**
 * Which excursions of a series are to be told of: those beyond the allowed minutes that are none that was told of. So an excursion is
 * told of once, whether it lasts, whether its readings come late or twice, and where it turns out to have begun. Where a late reading
 * shows that one was two, the second is told of as well.
 * @param readings all of the series, in order of time
 */
export function planAlarms(
  series: string,
  readings: readonly Reading[],
  limits: readonly SensorLimit[],
  told: readonly AlarmRow[],
): AlarmPlan {
  const raised: { alarm: AlarmRow; limit: SensorLimit }[] = []
  const changed: AlarmRow[] = []
  for (const limit of limits) {
    const known = told
      .filter(({ limit_id }) => limit_id === limit.id)
      .sort((a, b) => a.since_ms - b.since_ms)
    const claimed = new Set<AlarmRow>()
    for (const excursion of excursionsOf(readings, limit, LONGEST_GAP_MS)) {
      const same = known.find((alarm) => !claimed.has(alarm) && touches(alarm, excursion))
      if (same !== undefined) {
        claimed.add(same)
        if (!isSame(same, excursion)) changed.push(rowOf(same, excursion))
      } else if (isBeyond(excursion, limit)) {
        const alarm = nameOf(`${series} ${limit.id} ${excursion.since}`, told)
        raised.push({ alarm: rowOf({ alarm, series, limit_id: limit.id }, excursion), limit })
      }
    }
  }
  return { raised, changed }
}

/** One that began elsewhere, as it seemed then, may have the name. */
function nameOf(name: string, told: readonly AlarmRow[]): string {
  return told.some(({ alarm }) => alarm === name) ? nameOf(`${name}'`, told) : name
}

function isBeyond({ minutes }: Excursion, { allowedMinutes }: SensorLimit): boolean {
  return allowedMinutes === 0 || minutes > allowedMinutes
}

function touches({ since_ms, last_ms }: AlarmRow, { since, last }: Excursion): boolean {
  return since <= last_ms && last >= since_ms
}

function isSame(alarm: AlarmRow, { since, until, last, worst, minutes }: Excursion): boolean {
  return (
    alarm.since_ms === since &&
    alarm.until_ms === (until ?? null) &&
    alarm.last_ms === last &&
    alarm.worst === worst &&
    alarm.minutes === minutes
  )
}

function rowOf(
  { alarm, series, limit_id }: Pick<AlarmRow, 'alarm' | 'series' | 'limit_id'>,
  { since, until, last, worst, minutes }: Excursion,
): AlarmRow {
  return {
    ...{ alarm, series, limit_id, worst, minutes },
    since_ms: since,
    until_ms: until ?? null,
    last_ms: last,
  }
}
