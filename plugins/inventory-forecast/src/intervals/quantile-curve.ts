import { normalQuantile } from '../inventory/normal.ts'

/** A distribution by some of its quantiles: straight lines through them on normal probability paper. */
export interface QuantileCurve {
  /** The standard normal score of a value: where it lies on the paper. */
  scoreAt(value: number): number
  valueAt(score: number): number
  /** The value so many scores beyond the outermost quantile. */
  reach(scores: number): number
}

/** A score that no demand reaches: everything lies on one side of a step of the distribution. */
const FAR = 8

/**
 * Beyond its outermost quantiles the curve goes on with the slope of its whole half, from the one nearest the median: the
 * last two alone are a matter of few errors, and alike where the largest error of a back-test is both.
 * @param quantiles two or more, of different probabilities, that do not fall.
 */
export function quantileCurve(
  quantiles: readonly { readonly p: number; readonly value: number }[],
): QuantileCurve {
  const knots = quantiles
    .map(({ p, value }) => ({ z: normalQuantile(p), x: value }))
    .sort((a, b) => a.z - b.z)
  const [first, last] = [knots[0] as Knot, knots.at(-1) as Knot]
  const middle = knots.reduce((a, b) => (Math.abs(b.z) < Math.abs(a.z) ? b : a))
  const low = slope(first, middle === first ? (knots[1] as Knot) : middle)
  const high = slope(middle === last ? (knots.at(-2) as Knot) : middle, last)
  return {
    scoreAt: (x) => {
      if (x < first.x) return low === 0 ? -FAR : first.z + (x - first.x) / low
      if (x > last.x) return high === 0 ? FAR : last.z + (x - last.x) / high
      const [a, b] = around(knots, (knot) => knot.x >= x)
      if (b.x === a.x) return x < a.x ? -FAR : b.z
      return a.z + (x - a.x) / slope(a, b)
    },
    valueAt: (z) => {
      if (z < first.z) return first.x + (z - first.z) * low
      if (z > last.z) return last.x + (z - last.z) * high
      const [a, b] = around(knots, (knot) => knot.z >= z)
      return a.x + (z - a.z) * slope(a, b)
    },
    reach: (scores) => last.x + scores * high,
  }
}

interface Knot {
  readonly z: number
  readonly x: number
}

function slope(a: Knot, b: Knot): number {
  return (b.x - a.x) / (b.z - a.z)
}

/** The two knots that a place lies between. */
function around(knots: readonly Knot[], isBehind: (knot: Knot) => boolean): readonly [Knot, Knot] {
  const right = Math.max(knots.findIndex(isBehind), 1)
  return [knots[right - 1] as Knot, knots[right] as Knot]
}
