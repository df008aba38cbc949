/** How values are written: by the language of the page and the time zone of the tenant, or else of the browser. Pure. */
export interface Place {
  readonly language: string
  readonly timeZone?: string
}

/** What is no instant is shown as it came. */
export function instantText(iso: string, { language, timeZone }: Place): string {
  if (Number.isNaN(Date.parse(iso))) return iso
  return new Intl.DateTimeFormat(language, {
    dateStyle: 'medium',
    timeStyle: 'medium',
    ...(timeZone === undefined ? {} : { timeZone }),
  }).format(new Date(iso))
}

/** In which zone an instant is written, and how far that is from UTC then: `Asia/Shanghai (GMT+08:00)`. */
export function zoneText(iso: string, { language, timeZone }: Place): string {
  const format = new Intl.DateTimeFormat(language, {
    timeZoneName: 'longOffset',
    ...(timeZone === undefined ? {} : { timeZone }),
  })
  const at = Date.parse(iso)
  const parts = Number.isNaN(at) ? [] : format.formatToParts(at)
  const offset = parts.find(({ type }) => type === 'timeZoneName')?.value
  const zone = format.resolvedOptions().timeZone
  return offset === undefined ? zone : `${zone} (${offset})`
}

export function dayText(day: string, { language }: Place): string {
  // A day is no instant: it is the same one everywhere.
  return new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeZone: 'UTC' }).format(
    new Date(`${day.slice(0, 10)}T00:00:00Z`),
  )
}

export function numberText(value: number, { language }: Place, digits = 2): string {
  return new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(value)
}

export function percentText(share: number, { language }: Place, digits = 1): string {
  return new Intl.NumberFormat(language, {
    style: 'percent',
    maximumFractionDigits: digits,
  }).format(share)
}

export function bytesText(bytes: number, place: Place): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const
  const at = bytes < 1 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), units.length - 1)
  return new Intl.NumberFormat(place.language, {
    style: 'unit',
    unit: units[at] ?? 'byte',
    unitDisplay: 'short',
    maximumFractionDigits: 1,
  }).format(bytes / 1000 ** at)
}

const spans = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
] as const

/** How long ago or until when, in the largest unit that fits. */
export function agoText(iso: string, nowMs: number, { language }: Place): string {
  const ms = Date.parse(iso) - nowMs
  const [unit, size] = spans.find(([, one]) => Math.abs(ms) >= one) ?? (['second', 1000] as const)
  return new Intl.RelativeTimeFormat(language, { numeric: 'auto' }).format(
    Math.round(ms / size),
    unit,
  )
}
