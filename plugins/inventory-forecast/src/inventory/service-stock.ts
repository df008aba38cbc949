import { Refusal } from '@signalbox/sdk'
import { expectedShort, leastQuantile, type Pmf, probabilityAtMost } from '../intermittent/pmf.ts'

/**
 * What service a stock is to give. Cycle (type 1): the probability of no stock-out in a replenishment cycle. Fill rate
 * (type 2): the share of demand filled from the shelf.
 */
export interface ServiceTarget {
  readonly type: 'cycle' | 'fill-rate'
  readonly level: number
}

/** @throws Refusal SERVICE_LEVEL_OUT_OF_RANGE */
export function refuseUnreachable({ level }: ServiceTarget): void {
  if (level > 0 && level < 1) return
  throw new Refusal(
    'SERVICE_LEVEL_OUT_OF_RANGE',
    `No stock gives a service level of ${level}: give one above 0 and below 1, such as 0.95.`,
  )
}

/** A cycle of a policy: demand that the stock has to last for, and what is ordered for. */
export interface ReplenishmentCycle {
  /** Demand from an order until the next one could arrive: lead time and review. */
  readonly protection: Pmf
  /** Demand over the lead time. */
  readonly lead: Pmf
  /** Demand of one cycle on the mean: the order quantity, or demand between reviews. */
  readonly cycleDemand: number
}

/** The least stock, on the grid, that reaches the target. */
export function stockForService(
  target: ServiceTarget,
  served: (stock: number) => number,
  { protection }: ReplenishmentCycle,
): number {
  if (target.type === 'cycle') return leastQuantile(protection, target.level)
  // Served rises with the stock: halve the range of stocks until one grid point is left.
  let low = 0
  let high = protection.probabilities.length - 1
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (served(middle * protection.step) >= target.level - 1e-12) high = middle
    else low = middle + 1
  }
  return high * protection.step
}

/** Probability that a cycle has no stock-out from this stock. */
export function cycleService(stock: number, { protection }: ReplenishmentCycle): number {
  return probabilityAtMost(protection, stock)
}

/**
 * Share of demand filled at a reorder point with orders of Q, unfilled demand waiting (Hadley and Whitin 1963, §4.9;
 * Silver, Pyke and Thomas 2017, §6.7, leave the second term out): 1 − (n(s) − n(s + Q)) / Q, n the units expected short.
 * Exact for demand of single pieces; larger demands overshoot the reorder point and are served a little worse.
 */
export function fillRateOfReorderPoint(
  reorderPoint: number,
  { protection, cycleDemand }: ReplenishmentCycle,
): number {
  if (cycleDemand === 0) return 1
  const after = expectedShort(protection, reorderPoint + cycleDemand)
  return Math.max(0, 1 - (expectedShort(protection, reorderPoint) - after) / cycleDemand)
}

/**
 * Share of demand filled when stock is brought up to a level at each review, unfilled demand waiting (Silver, Pyke and
 * Thomas 2017, §6.9; exact: Johnson, Lee, Davis and Hall 1995, Journal of Business Logistics 16, 57–80): what is short
 * at the end of a cycle, less what was short at its beginning, over its demand.
 */
export function fillRateOfOrderUpTo(orderUpTo: number, cycle: ReplenishmentCycle): number {
  const { lead, protection, cycleDemand } = cycle
  if (cycleDemand === 0) return 1
  const short = expectedShort(protection, orderUpTo) - expectedShort(lead, orderUpTo)
  return Math.max(0, 1 - short / cycleDemand)
}
