/**
 * What clocks on a wall show in a time zone, and which instant is meant by it. Pure, but for the zone of the browser.
 * A wall clock is written as fields of a date and a time hold it: 2026-03-04T05:06:07.
 */

const DAY_MS = 86_400_000

/** Zones whose formatter is kept: a page shows times of one or two. */
const MOST_KEPT = 8
const kept = new Map<string, Intl.DateTimeFormat>()

export function browserZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone
}

/** Whether this browser knows it: the host may know newer ones. */
export function isKnownZone(zone: string): boolean {
  try {
    formatterOf(zone)
    return true
  } catch {
    return false
  }
}

/** @returns undefined for what is no instant */
export function wallClock(iso: string, zone: string): string | undefined {
  const ms = Date.parse(iso)
  return Number.isNaN(ms) ? undefined : new Date(wallMs(ms, zone)).toISOString().slice(0, 19)
}

/**
 * The instant at which the clocks of a zone show a time. Where they show it twice, the first; where they leave it out, they are
 * put forward by as much as they leave out, as Temporal and calendars do.
 * @returns ISO 8601; undefined for what is no time
 */
export function instantOfWall(text: string, zone: string): string | undefined {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?$/.test(text)) return undefined
  const wall = Date.parse(`${text}Z`)
  if (Number.isNaN(wall)) return undefined
  // Clocks are not put twice within two days, so what they differ by is one of these.
  const before = offsetMs(wall - DAY_MS, zone)
  const after = offsetMs(wall + DAY_MS, zone)
  const shown = [wall - before, wall - after].filter((ms) => ms + offsetMs(ms, zone) === wall)
  return new Date(shown.length > 0 ? Math.min(...shown) : wall - before).toISOString()
}

/** How far the clocks of a zone are before UTC at an instant. */
function offsetMs(ms: number, zone: string): number {
  const whole = Math.floor(ms / 1000) * 1000
  return wallMs(ms, zone) - whole
}

/** What the clocks show, to the second, as if it were UTC. */
function wallMs(ms: number, zone: string): number {
  const parts = formatterOf(zone).formatToParts(ms)
  const part = (type: Intl.DateTimeFormatPartTypes) =>
    parts.find((one) => one.type === type)?.value ?? ''
  const day = `${part('year').padStart(4, '0')}-${part('month')}-${part('day')}`
  return Date.parse(`${day}T${part('hour')}:${part('minute')}:${part('second')}Z`)
}

function formatterOf(zone: string): Intl.DateTimeFormat {
  const known = kept.get(zone)
  if (known !== undefined) return known
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    ...{ year: 'numeric', month: '2-digit', day: '2-digit' },
    ...{ hour: '2-digit', minute: '2-digit', second: '2-digit' },
  })
  if (kept.size >= MOST_KEPT) kept.clear()
  kept.set(zone, made)
  return made
}
