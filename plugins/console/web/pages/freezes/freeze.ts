import type { LocalText } from '../../texts/languages.ts'

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
export type Weekday = (typeof WEEKDAYS)[number]

export interface OnceFrozen {
  readonly from: string
  readonly to: string
}

export interface WeeklyFrozen extends OnceFrozen {
  readonly days: readonly Weekday[]
  readonly timeZone: string
}

export type FreezeTime = OnceFrozen | WeeklyFrozen

/** What `GET /v1/rollout-freezes` lists. */
export interface Freeze {
  readonly name: string
  /** Null: every plugin. */
  readonly plugin: string | null
  readonly time: FreezeTime
  readonly reason: LocalText
  readonly isInForce: boolean
}

/** What `GET /v1/rollout-lockdown` says. */
export interface Lockdown {
  readonly isOn: boolean
  readonly reason?: LocalText
  readonly actor?: string
  readonly since?: string
}

/** What the form holds: times of once are instants, others what a clock shows. */
export interface FreezeWish {
  readonly kind: 'once' | 'weekly'
  readonly name: string
  readonly plugin?: string
  readonly reason: string
  readonly from: string
  readonly to: string
  readonly days?: readonly Weekday[]
  readonly timeZone?: string
}

/** What is sent of a wish. Pure. */
export function freezeBody({
  kind,
  plugin,
  reason,
  from,
  to,
  days = [],
  timeZone = '',
}: FreezeWish) {
  const time: FreezeTime =
    kind === 'weekly'
      ? { days: WEEKDAYS.filter((day) => days.includes(day)), from, to, timeZone }
      : { from, to }
  return { time, reason, ...(plugin === undefined || plugin === '' ? {} : { plugin }) }
}

/** The options of `signalbox rollout freeze` for the same. Pure. */
export function freezeOptions({
  time,
  reason,
  plugin,
}: ReturnType<typeof freezeBody>): Record<string, string | undefined> {
  const weekly = 'days' in time ? { days: time.days.join(','), 'time-zone': time.timeZone } : {}
  return { from: time.from, to: time.to, ...weekly, plugin, reason }
}
