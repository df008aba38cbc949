/** What a price may be by beside the units of a contract. No plugin can name one that begins with `host:`. */
const CALL = 'call'

/** Once a calendar month in UTC, however much is called. */
export const MONTH = 'month'

/** What the host itself measures of each call, and the column it is summed in. */
export const measuredUnits = {
  'host:cpu-ms': 'floor(sum(cpu_us) / 1000)',
  'host:bytes-in': 'sum(bytes_in)',
  'host:bytes-out': 'sum(bytes_out)',
} as const

export const hostUnits: readonly string[] = [CALL, MONTH, ...Object.keys(measuredUnits)]
