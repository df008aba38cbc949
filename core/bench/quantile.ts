/** Nearest rank: a value that was seen, never one between two. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.ceil(part * sorted.length) - 1] ?? Number.NaN
}

export function round1(value: number): number {
  return Math.round(value * 10) / 10
}
