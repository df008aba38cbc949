/** Of at least one value. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] as number
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2
}

/**
 * Modified z-score 0.6745·(x − median)/MAD (Iglewicz and Hoaglin 1993, "How to Detect and Handle Outliers"). Where half of the history
 * is one value the MAD is 0: then (x − median)/(1.253314·mean absolute deviation) (as IBM SPSS has it); where all
 * of it is one value, that value is 0 and any other infinitely far.
 */
export function robustZ(value: number, history: readonly number[]): number {
  const centre = median(history)
  const deviations = history.map((past) => Math.abs(past - centre))
  const mad = median(deviations)
  if (mad > 0) return (0.6745 * (value - centre)) / mad
  const mean = deviations.reduce((sum, deviation) => sum + deviation, 0) / deviations.length
  if (mean > 0) return (value - centre) / (1.253314 * mean)
  return value === centre ? 0 : Math.sign(value - centre) * Number.POSITIVE_INFINITY
}
