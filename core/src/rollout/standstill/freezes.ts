import type { InputFault, Localized } from '@signalbox/sdk/errors'
import { isTimeZone } from '../../time-zone.ts'
import { isObject, unknownKeys } from '../plan/plan-faults.ts'

const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
type Weekday = (typeof weekdays)[number]

/** A time in which no rollout starts or goes on: once, or every week. To go back is always allowed. */
export type FreezeTime = OnceFrozen | WeeklyFrozen

interface OnceFrozen {
  /** ISO 8601 with a zone; from the first moment, until before the second. */
  readonly from: string
  readonly to: string
}

interface WeeklyFrozen {
  /** On which it begins. */
  readonly days: readonly Weekday[]
  /** `18:00`, by the clock of `timeZone`; one that ends no later than it begins ends on the day after. */
  readonly from: string
  readonly to: string
  /** IANA name, such as Asia/Shanghai. */
  readonly timeZone: string
}

export interface Freeze {
  readonly name: string
  /** Null: every plugin. */
  readonly plugin: string | null
  readonly time: FreezeTime
  readonly reason: Localized
}

export interface Lockdown {
  readonly reason: Localized
  readonly actor: string
  /** ISO 8601. */
  readonly since: string
}

const clock = /^([01]\d|2[0-3]):[0-5]\d$/
const instant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/

export function freezeTimeFaults(time: unknown, pointer: string): InputFault[] {
  if (!isObject(time))
    return [{ pointer, detail: 'must be { from, to } or { days, from, to, timeZone }' }]
  return Object.hasOwn(time, 'days') ? weeklyFaults(time, pointer) : onceFaults(time, pointer)
}

function onceFaults(time: Readonly<Record<string, unknown>>, pointer: string): InputFault[] {
  const faults = unknownKeys(time, pointer, ['from', 'to'])
  for (const key of ['from', 'to']) {
    if (!isInstant(time[key])) {
      faults.push({
        pointer: `${pointer}/${key}`,
        detail: 'must be like 2026-02-14T00:00:00+08:00',
      })
    }
  }
  if (faults.length > 0) return faults
  if (Date.parse(time['to'] as string) > Date.parse(time['from'] as string)) return faults
  return [{ pointer: `${pointer}/to`, detail: 'must be later than from' }]
}

function isInstant(value: unknown): boolean {
  return typeof value === 'string' && instant.test(value) && !Number.isNaN(Date.parse(value))
}

function weeklyFaults(time: Readonly<Record<string, unknown>>, pointer: string): InputFault[] {
  const faults = unknownKeys(time, pointer, ['days', 'from', 'to', 'timeZone'])
  const { days, timeZone } = time
  const areDays =
    Array.isArray(days) &&
    days.length > 0 &&
    days.length <= weekdays.length &&
    days.every((day) => weekdays.includes(day))
  if (!areDays) {
    faults.push({ pointer: `${pointer}/days`, detail: `must list some of ${weekdays.join(', ')}` })
  }
  for (const key of ['from', 'to']) {
    const value = time[key]
    if (typeof value === 'string' && clock.test(value)) continue
    faults.push({ pointer: `${pointer}/${key}`, detail: 'must be a time of day like 18:00' })
  }
  if (!isTimeZone(timeZone)) {
    faults.push({ pointer: `${pointer}/timeZone`, detail: 'must be a zone like Asia/Shanghai' })
  }
  return faults
}

/** Pure. @param now milliseconds since the epoch */
export function isFrozen(time: FreezeTime, now: number): boolean {
  if (!('days' in time)) return now >= Date.parse(time.from) && now < Date.parse(time.to)
  const { day, minutes } = localTime(now, time.timeZone)
  const from = minutesOf(time.from)
  const to = minutesOf(time.to)
  const begins = (index: number) => time.days.includes(weekdays[(index + 7) % 7] as Weekday)
  if (to > from) return begins(day) && minutes >= from && minutes < to
  return (begins(day) && minutes >= from) || (begins(day - 1) && minutes < to)
}

function localTime(now: number, timeZone: string): { day: number; minutes: number } {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(now)
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? ''
  const day = weekdays.indexOf(part('weekday').toLowerCase() as Weekday)
  return { day, minutes: minutesOf(`${part('hour')}:${part('minute')}`) }
}

function minutesOf(time: string): number {
  const [hours, minutes] = time.split(':').map(Number)
  return (hours as number) * 60 + (minutes as number)
}

/** The freeze that a plugin is under now; undefined: none. */
export function freezeOf(
  freezes: readonly Freeze[],
  plugin: string,
  now: number,
): Freeze | undefined {
  return freezes.find(
    (freeze) => (freeze.plugin === null || freeze.plugin === plugin) && isFrozen(freeze.time, now),
  )
}

/** What keeps rollouts where they are, as of one moment. */
export interface Standstill {
  readonly lockdown: Lockdown | undefined
  readonly freezes: readonly Freeze[]
}

/** In words, why a rollout of the plugin cannot go on now; undefined: it can. */
export function standstillSentence(
  { lockdown, freezes }: Standstill,
  plugin: string,
  now: number,
): Localized | undefined {
  if (lockdown !== undefined) {
    return {
      en: `everything is locked down: ${lockdown.reason.en}`,
      'zh-CN': `已全面锁定：${lockdown.reason['zh-CN']}`,
    }
  }
  const freeze = freezeOf(freezes, plugin, now)
  if (freeze === undefined) return undefined
  return {
    en: `the freeze "${freeze.name}" is in force: ${freeze.reason.en}`,
    'zh-CN': `处于冻结期“${freeze.name}”：${freeze.reason['zh-CN']}`,
  }
}
