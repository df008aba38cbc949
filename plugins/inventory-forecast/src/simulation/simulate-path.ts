import type { Random } from '../inventory/seeded-random.ts'
import { orderAt, type SimulatedPolicy } from './simulated-policy.ts'

export interface PathSetting {
  readonly policy: SimulatedPolicy
  /** Of a period, counted from the first that counts; those before it are as the first. */
  readonly demand: (random: Random, period: number) => number
  readonly leadTime: (random: Random) => number
  /** Demand that finds no stock: waits, or goes elsewhere. */
  readonly unmet: 'backorder' | 'lost'
  readonly startStock: number
  /** Periods that only bring the stock to its usual level. */
  readonly warmUp: number
  readonly periods: number
}

/** Sums over the counted periods of one path. */
export interface PathTotals {
  demand: number
  short: number
  /** Units on hand at the ends of periods. */
  stock: number
  orders: number
  cycles: number
  cyclesShort: number
}

interface Shelf {
  /** On hand, less what is owed. */
  net: number
  onOrder: number
  /** Since the receipt before some demand found no stock or waited. */
  isShort: boolean
  readonly arrivals: Map<number, number>
}

/**
 * One path. Each period: receipts come in, at a review an order is placed, demand takes from the shelf. A cycle ends
 * where a receipt arrives; it is short if since the receipt before some demand found no stock or waited.
 */
export function simulatePath(setting: PathSetting, random: Random): PathTotals {
  const totals = { demand: 0, short: 0, stock: 0, orders: 0, cycles: 0, cyclesShort: 0 }
  // What happens while the stock settles is counted apart and forgotten.
  const settling = { ...totals }
  const shelf = { net: setting.startStock, onOrder: 0, isShort: false, arrivals: new Map() }
  for (let t = 0; t < setting.warmUp + setting.periods; t++) {
    const counted = t >= setting.warmUp ? totals : settling
    receive(shelf, t, counted)
    if (t % setting.policy.reviewPeriods === 0) review(shelf, t, setting, random, counted)
    sell(shelf, setting, setting.demand(random, Math.max(t - setting.warmUp, 0)), counted)
  }
  return totals
}

function receive(shelf: Shelf, t: number, counted: PathTotals): void {
  const received = shelf.arrivals.get(t)
  if (received === undefined) return
  shelf.arrivals.delete(t)
  shelf.net += received
  shelf.onOrder -= received
  counted.cycles++
  if (shelf.isShort) counted.cyclesShort++
  shelf.isShort = false
}

function review(
  shelf: Shelf,
  t: number,
  { policy, leadTime }: PathSetting,
  random: Random,
  counted: PathTotals,
): void {
  const ordered = orderAt(policy, shelf.net + shelf.onOrder)
  if (ordered === undefined) return
  if (ordered > 0) counted.orders++
  shelf.onOrder += ordered
  const arrival = t + leadTime(random)
  shelf.arrivals.set(arrival, (shelf.arrivals.get(arrival) ?? 0) + ordered)
  if (arrival === t) receive(shelf, t, counted)
}

function sell(
  shelf: Shelf,
  { unmet }: Pick<PathSetting, 'unmet'>,
  asked: number,
  counted: PathTotals,
): void {
  const filled = Math.min(asked, Math.max(shelf.net, 0))
  shelf.net -= unmet === 'lost' ? filled : asked
  if (asked > filled || shelf.net < 0) shelf.isShort = true
  counted.demand += asked
  counted.short += asked - filled
  counted.stock += Math.max(shelf.net, 0)
}
