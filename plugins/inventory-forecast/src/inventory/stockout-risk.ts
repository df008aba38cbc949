import { convolve, type Pmf, pmfOf } from '../intermittent/pmf.ts'

export interface StockoutRiskInput {
  readonly onHand: number
  /** What is on its way, by the period at whose beginning it arrives: 0 is now. */
  readonly incoming: readonly { readonly quantity: number; readonly period: number }[]
  /** Demand of one coming period; periods are taken as independent. */
  readonly demandPerPeriod: Pmf
  /** Periods to look ahead. */
  readonly horizon: number
}

export interface StockoutRisk {
  /** Probability of a first stock-out in each period. */
  readonly byPeriod: readonly number[]
  /** Probability of a stock-out before the next receipt, or within the horizon where none is on its way. */
  readonly beforeNextReceipt: number
  readonly withinHorizon: number
  /** The period in which a stock-out becomes more likely than not, counted from 0; null where it does not. */
  readonly likelyPeriod: number | null
  /** Mean periods until the first stock-out, of those within the horizon; null where there is none. */
  readonly expectedPeriod: number | null
}

/** Below it nobody plans, and sums do not tell it from 0. */
const NEGLIGIBLE = 1e-12

/**
 * When the shelf runs out: the stock as a distribution is carried from period to period, receipts are added, demand is
 * taken, and what would go below 0 has had its first stock-out. Stock runs out where demand is more than there is.
 */
export function stockoutRisk(input: StockoutRiskInput): StockoutRisk {
  const { incoming, demandPerPeriod, horizon } = input
  const { step } = demandPerPeriod
  const arriving = (period: number): number =>
    incoming.filter((one) => one.period === period).reduce((sum, { quantity }) => sum + quantity, 0)
  // Demand so far of the paths without a stock-out; a path ends where it exceeds what has arrived.
  let demand: Pmf = { step, probabilities: [1] }
  let alive = 1
  let available = Math.max(0, input.onHand)
  const byPeriod = Array.from({ length: horizon }, (_, period) => {
    available += arriving(period)
    const next = convolve(demand, demandPerPeriod)
    const kept = Math.min(next.probabilities.length, Math.floor(available / step + 1e-9) + 1)
    const survivors = next.probabilities.slice(0, kept)
    const share = survivors.reduce((sum, p) => sum + p, 0)
    const lost = alive * Math.max(0, 1 - share)
    alive -= lost
    // Nobody is left: what follows has no first stock-out any more.
    demand = share <= NEGLIGIBLE ? demand : pmfOf(step, survivors)
    if (share <= NEGLIGIBLE) alive = 0
    return lost < NEGLIGIBLE ? 0 : lost
  })
  const receipt = incoming
    .filter(({ period, quantity }) => period > 0 && quantity > 0)
    .reduce((first, { period }) => Math.min(first, period), horizon)
  return {
    byPeriod,
    beforeNextReceipt: total(byPeriod.slice(0, receipt)),
    withinHorizon: total(byPeriod),
    ...timing(byPeriod),
  }
}

function timing(byPeriod: readonly number[]) {
  const all = total(byPeriod)
  let sum = 0
  const likely = byPeriod.findIndex((p) => {
    sum += p
    return sum > 0.5
  })
  return {
    likelyPeriod: likely === -1 ? null : likely,
    expectedPeriod: all === 0 ? null : byPeriod.reduce((mean, p, t) => mean + (p * t) / all, 0),
  }
}

function total(values: readonly number[]): number {
  return Math.min(
    1,
    values.reduce((sum, value) => sum + value, 0),
  )
}
