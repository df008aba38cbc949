import type { hostUnits } from '@signalbox/sdk/plan-terms'

type HostUnit = (typeof hostUnits)[number]

/** Once a calendar month in UTC, however much is called. */
export const MONTH = 'month' satisfies HostUnit

/** What the host itself measures of each call, and the column it is summed in. No plugin can name a unit that begins with `host:`. */
export const measuredUnits = {
  'host:cpu-ms': 'floor(sum(cpu_us) / 1000)',
  'host:bytes-in': 'sum(bytes_in)',
  'host:bytes-out': 'sum(bytes_out)',
} as const satisfies Readonly<Record<Extract<HostUnit, `host:${string}`>, string>>
