import { convolve, mixture, nothing, type Pmf } from '../intermittent/pmf.ts'

/**
 * Demand over a time that may vary, from that of one period; periods are independent. A part of a period has its demand whole
 * with the chance of its share, which keeps its mean and is a little wider than what it stands for.
 */
export function overTime(
  period: Pmf,
  points: readonly { readonly periods: number; readonly weight: number }[],
): Pmf {
  const powers: Pmf[] = [period]
  return mixture(points.map(({ periods, weight }) => ({ weight, pmf: times(powers, periods) })))
}

/** The sum of so many periods, by doubling: sums of 1, 2, 4 … periods are kept for the other points. */
function times(powers: Pmf[], periods: number): Pmf {
  const [one] = powers as [Pmf]
  let sum = nothing(one.step)
  let whole = Math.floor(periods)
  for (let bit = 0; whole > 0; bit++, whole >>= 1) {
    const last = powers.at(-1) as Pmf
    if (bit === powers.length) powers.push(convolve(last, last))
    if (whole % 2 === 1) sum = convolve(sum, powers[bit] as Pmf)
  }
  const rest = periods - Math.floor(periods)
  if (rest === 0) return sum
  return convolve(
    sum,
    mixture([
      { weight: 1 - rest, pmf: nothing(one.step) },
      { weight: rest, pmf: one },
    ]),
  )
}
