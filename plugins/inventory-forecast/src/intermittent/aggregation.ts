import { crostonLevels } from './croston.ts'

/**
 * Aggregate-disaggregate (ADIDA; Nikolopoulos, Syntetos, Boylan, Petropoulos and Assimakopoulos 2011, Journal of the
 * Operational Research Society 62, 544–554): sums of as many periods as lie between demands on the mean have few
 * zeros; they are smoothed, and the forecast is spread evenly.
 * @returns demand a period.
 */
export function adida(values: readonly number[]): number {
  const buckets = meanInterval(values)
  return buckets === undefined ? 0 : smoothedSum(values, buckets)
}

/**
 * Intermittent multiple aggregation prediction (IMAPA; Petropoulos and Kourentzes 2015, Journal of the Operational
 * Research Society 66, 914–924): the mean of such forecasts from one period to the mean interval.
 */
export function imapa(values: readonly number[]): number {
  const most = meanInterval(values)
  if (most === undefined) return 0
  const levels = Array.from({ length: most }, (_, i) => smoothedSum(values, i + 1))
  return levels.reduce((sum, level) => sum + level / levels.length, 0)
}

/** Whole periods between demands on the mean, the wait up to the first among them; at most the history. */
function meanInterval(values: readonly number[]): number | undefined {
  if (crostonLevels(values) === undefined) return undefined
  const demands = values.filter((value) => value !== 0).length
  const last = values.findLastIndex((value) => value !== 0)
  return Math.min(Math.max(1, roundHalfToEven((last + 1) / demands)), values.length)
}

/** As R rounds, so that both give the same buckets. */
function roundHalfToEven(value: number): number {
  const down = Math.floor(value)
  const rest = value - down
  return rest > 0.5 || (rest === 0.5 && down % 2 === 1) ? down + 1 : down
}

/** Simple exponential smoothing of sums of `size` periods, the newest whole ones, over `size`. */
function smoothedSum(values: readonly number[], size: number): number {
  const sums: number[] = []
  for (let end = values.length; end >= size; end -= size) {
    sums.push(values.slice(end - size, end).reduce((sum, value) => sum + value, 0))
  }
  return optimalSes(sums.reverse()) / size
}

/** Below 0.1 a level hardly moves, above 0.3 it follows noise: the range in use for slow movers. */
const WEIGHTS = Array.from({ length: 41 }, (_, i) => 0.1 + 0.005 * i)

/** The level after the last sum, with the weight in [0.1, 0.3] of the least squared one-step error. */
function optimalSes(sums: readonly number[]): number {
  let best = { error: Number.POSITIVE_INFINITY, level: 0 }
  for (const weight of WEIGHTS) {
    let level = sums[0] as number
    let error = 0
    for (const sum of sums.slice(1)) {
      error += (sum - level) ** 2
      level += weight * (sum - level)
    }
    if (error < best.error) best = { error, level }
  }
  return best.level
}
