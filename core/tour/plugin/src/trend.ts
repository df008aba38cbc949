/** A day without a count is null. */
export type Series = readonly (number | null)[]

export interface Trend {
  readonly slope: number
  /** Days that had a count. */
  readonly known: number
}

/**
 * The Theil–Sen slope: the median of the slopes of all pairs, which up to 29 % of outliers do not move.
 * 150 days make 11,175 pairs to sort, about 2 ms.
 */
export function trendOf(series: Series): Trend {
  const days = series.flatMap((value, day) => (value === null ? [] : [[day, value] as const]))
  const slopes = new Float64Array((days.length * (days.length - 1)) / 2)
  let next = 0
  for (const [index, [day, value]] of days.entries()) {
    for (const [laterDay, laterValue] of days.slice(index + 1)) {
      slopes[next++] = (laterValue - value) / (laterDay - day)
    }
  }
  slopes.sort()
  const middle = slopes.length >> 1
  const upper = slopes[middle] as number
  const slope = slopes.length % 2 === 1 ? upper : (upper + (slopes[middle - 1] as number)) / 2
  return { slope, known: days.length }
}
