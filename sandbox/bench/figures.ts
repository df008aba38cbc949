/** Nearest rank: a value that was seen, never one between two. */
export function percentile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? Number.NaN
}

/** The middle value: one slow round of a shared machine does not move it. */
export function median(values: readonly number[]): number {
  return percentile(values, 0.5)
}

/** The least disturbed round; noise only ever adds time. */
export function best(values: readonly number[]): number {
  return values.reduce((least, one) => Math.min(least, one), Number.POSITIVE_INFINITY)
}

/** Four digits that count, whatever the size: a ratio and a rate stay readable alike. */
export function rounded(value: number): number {
  return Number(value.toPrecision(4))
}

export function ratio(one: number, other: number): number {
  return rounded(one / other)
}

/** What a reader needs to judge a time: its usual value, its floor and its tail. */
export function distribution(values: readonly number[]): Record<string, number> {
  return {
    count: values.length,
    best: rounded(best(values)),
    p50: rounded(median(values)),
    p99: rounded(percentile(values, 0.99)),
    max: rounded(values.reduce((most, one) => Math.max(most, one), Number.NEGATIVE_INFINITY)),
  }
}
