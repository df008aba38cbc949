import { coarser, type Pmf, pmfOf } from '../intermittent/pmf.ts'

/** Points of the longest sum: finer than any stock is counted to, and some ten milliseconds of computing at the most. */
const LONGEST_SUM = 4096

/**
 * Demand over a time that may vary, from that of one period; periods are independent. A part of a period has its demand whole
 * with the chance of its share, which keeps its mean and is a little wider than what it stands for.
 *
 * With that each time is a mixture of whole numbers of periods, and the whole is a polynomial in the distribution of one: it is
 * worked out by Horner's rule, so that every product has the short distribution of one period as a factor.
 */
export function overTime(
  period: Pmf,
  points: readonly { readonly periods: number; readonly weight: number }[],
): Pmf {
  const weights = weightsOfWhole(points)
  const one = withinLength(period, weights.length - 1)
  let sum: readonly number[] = [weights.at(-1) as number]
  for (const weight of weights.slice(0, -1).reverse()) {
    const longer = productOf(sum, one.probabilities)
    longer[0] = (longer[0] as number) + weight
    sum = longer
  }
  return pmfOf(one.step, sum)
}

/** On a grid that is coarse enough for so many periods to be summed. */
function withinLength(period: Pmf, periods: number): Pmf {
  const points = (period.probabilities.length - 1) * Math.max(periods, 1)
  return points <= LONGEST_SUM ? period : coarser(period, Math.ceil(points / LONGEST_SUM))
}

function productOf(a: readonly number[], b: readonly number[]): number[] {
  const product = Array<number>(a.length + b.length - 1).fill(0)
  for (let j = 0; j < b.length; j++) {
    const p = b[j] as number
    if (p === 0) continue
    for (let i = 0; i < a.length; i++)
      product[i + j] = (product[i + j] as number) + p * (a[i] as number)
  }
  return product
}

/** Chance of each whole number of periods, from none to the most. */
function weightsOfWhole(
  points: readonly { readonly periods: number; readonly weight: number }[],
): number[] {
  const most = Math.max(...points.map(({ periods }) => Math.ceil(periods)))
  const weights = Array<number>(most + 1).fill(0)
  for (const { periods, weight } of points) {
    const whole = Math.floor(periods)
    const share = periods - whole
    weights[whole] = (weights[whole] as number) + weight * (1 - share)
    if (share > 0) weights[whole + 1] = (weights[whole + 1] as number) + weight * share
  }
  return weights
}
