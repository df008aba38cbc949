/** Probabilities that a curve keeps its values at: dense enough that lines between them do no harm. */
export const curveLevels = [
  0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9,
  0.95,
] as const

/** Quantiles of a distribution at `curveLevels`, not falling. */
export type QuantileCurve = readonly number[]

/** Of this many values and fewer a tail says nothing, and is taken to go on as its last piece does. */
const LAST = curveLevels.length - 1

/**
 * The sample's quantiles by Hyndman and Fan's definition 8 (approximately median-unbiased whatever the distribution),
 * "Sample quantiles in statistical packages", The American Statistician 50 (1996).
 * @param sorted ascending, at least one value
 */
export function sampleCurve(sorted: readonly number[]): QuantileCurve {
  return curveLevels.map((level) => sampleQuantile(sorted, level))
}

export function sampleQuantile(sorted: readonly number[], level: number): number {
  const place = (sorted.length + 1 / 3) * level + 1 / 3
  const below = Math.floor(place)
  const at = (rank: number) => sorted[Math.min(sorted.length, Math.max(1, rank)) - 1] ?? 0
  return at(below) + (place - below) * (at(below + 1) - at(below))
}

/** The value at any probability: lines between the kept ones, and beyond them exponential tails of the last piece's rate. */
export function valueAt(curve: QuantileCurve, probability: number): number {
  const first = curveLevels[0] ?? 0
  const last = curveLevels[LAST] ?? 1
  if (probability <= first) return pointOf(curve, 0) - tail(curve, 'low', first, probability)
  if (probability >= last)
    return pointOf(curve, LAST) + tail(curve, 'high', 1 - last, 1 - probability)
  const right = curveLevels.findIndex((level) => level >= probability)
  const [from, to] = [curveLevels[right - 1] ?? 0, curveLevels[right] ?? 1]
  const share = (probability - from) / (to - from)
  return pointOf(curve, right - 1) + share * (pointOf(curve, right) - pointOf(curve, right - 1))
}

/** How probable it is that the value is at most this; the inverse of `valueAt`. */
export function probabilityOf(curve: QuantileCurve, value: number): number {
  const first = curveLevels[0] ?? 0
  const last = curveLevels[LAST] ?? 1
  if (value <= pointOf(curve, 0)) {
    return first * Math.exp((value - pointOf(curve, 0)) / scaleOf(curve, 'low'))
  }
  if (value >= pointOf(curve, LAST)) {
    return 1 - (1 - last) * Math.exp((pointOf(curve, LAST) - value) / scaleOf(curve, 'high'))
  }
  const right = curve.findIndex((point) => point >= value)
  const [from, to] = [pointOf(curve, right - 1), pointOf(curve, right)]
  const share = to === from ? 1 : (value - from) / (to - from)
  return (
    (curveLevels[right - 1] ?? 0) +
    share * ((curveLevels[right] ?? 1) - (curveLevels[right - 1] ?? 0))
  )
}

function tail(curve: QuantileCurve, side: 'low' | 'high', from: number, to: number): number {
  return scaleOf(curve, side) * Math.log(from / Math.max(to, 1e-9))
}

/** Of the exponential tail that goes through the last two kept values; where they are equal, next to nothing. */
function scaleOf(curve: QuantileCurve, side: 'low' | 'high'): number {
  const [outer, inner] = side === 'low' ? [0, 1] : [LAST, LAST - 1]
  const distance = Math.abs(pointOf(curve, outer) - pointOf(curve, inner))
  return Math.max(distance / Math.LN2, 1e-6)
}

function pointOf(curve: QuantileCurve, index: number): number {
  return curve[index] ?? 0
}
