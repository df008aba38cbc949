import type { SpecLimits } from './capability-indices.ts'

export interface PercentileIndices {
  readonly pp: number | null
  readonly ppl: number | null
  readonly ppu: number | null
  readonly ppk: number
  /** The values below which 0.135 %, 50 % and 99.865 % of the data lie. */
  readonly low: number
  readonly median: number
  readonly high: number
}

/** Of a normal process these are three sigma below and above its mean. */
const LOW = 0.00135
const HIGH = 0.99865
/** Below so many values the outer percentiles are hardly more than the least and the greatest. */
export const ENOUGH_FOR_PERCENTILES = 1000

/**
 * Performance of a process of any law by its percentiles (ISO 22514-4, method of quantiles): Pp = (U − L) / (X99.865 −
 * X0.135), and each side by its distance from the median. Percentiles as R's type 7 (Hyndman and Fan 1996).
 */
export function percentileIndices(
  values: readonly number[],
  { lsl, usl }: SpecLimits,
): PercentileIndices {
  const sorted = values.toSorted((a, b) => a - b)
  const [low, median, high] = [quantile(sorted, LOW), quantile(sorted, 0.5), quantile(sorted, HIGH)]
  const ppl = lsl === null ? null : (median - lsl) / (median - low)
  const ppu = usl === null ? null : (usl - median) / (high - median)
  return {
    pp: lsl === null || usl === null ? null : (usl - lsl) / (high - low),
    ppl,
    ppu,
    ppk: Math.min(ppl ?? Number.POSITIVE_INFINITY, ppu ?? Number.POSITIVE_INFINITY),
    low,
    median,
    high,
  }
}

function quantile(sorted: readonly number[], p: number): number {
  const place = (sorted.length - 1) * p
  const below = Math.floor(place)
  const low = sorted[below] ?? Number.NaN
  const high = sorted[below + 1] ?? low
  return low + (place - below) * (high - low)
}
