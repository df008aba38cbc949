import { Refusal } from '@signalbox/sdk'
import { gridStep } from '../intermittent/demand-grid.ts'
import { normalPmf } from '../intermittent/normal-pmf.ts'
import { expectedShort, onGrid, type Pmf, probabilityAtMost } from '../intermittent/pmf.ts'
import { negativeBinomialPmf } from './negative-binomial.ts'

export interface BudgetItem {
  readonly id: string
  /** Demand until a replenishment can arrive, units. */
  readonly mean: number
  readonly sd: number
  readonly distribution?: 'normal' | 'count'
  readonly unitCost: number
  /** What a unit short costs, or how much it matters; 1 where not said. */
  readonly shortageCost?: number
  readonly packSize?: number
}

export interface Allocation {
  readonly items: readonly {
    readonly id: string
    readonly stock: number
    readonly cost: number
    readonly expectedShort: number
    readonly cycleService: number
  }[]
  readonly spent: number
  /** Weighted units expected short, of all items. */
  readonly shortage: number
  /** How much lower any allocation of this budget could have it, at most. */
  readonly gap: number
  /** Money that the next unit of budget would save: the price of the budget (Lagrange multiplier). */
  readonly shadowPrice: number
}

/** Steps of each item, at the most: a hundredth of what it could need; with packs, so many packs as that takes. */
const STEPS = 100
/** A marginal gain below this share of the first is rounding. */
const NEGLIGIBLE = 1e-9

interface Ladder {
  readonly item: BudgetItem
  readonly pmf: Pmf
  readonly size: number
  stock: number
  /** Saved shortage a unit of money, of the next step. */
  rate: number
}

/**
 * Stock of many items within one budget, with the least weighted units short. Each step goes where it saves most for its
 * money (marginal analysis, Fox 1966, Management Science 13, 210–216): shortage is convex in the stock, so each
 * allocation on the way is optimal for what it spends; what is left over at the end bounds the rest, as in the
 * Lagrangian (Everett 1963, Operations Research 11, 399–417).
 */
export function allocateBudget(items: readonly BudgetItem[], budget: number): Allocation {
  if (new Set(items.map(({ id }) => id)).size !== items.length) {
    throw new Refusal('ITEM_TWICE', 'An item is in the list twice: give each id once.')
  }
  const ladders = items.map(ladderOf)
  let left = budget
  let shadowPrice = 0
  for (;;) {
    const best = ladders.reduce<Ladder | undefined>(
      (a, b) => (b.rate > (a?.rate ?? NEGLIGIBLE) ? b : a),
      undefined,
    )
    if (best === undefined) break
    const cost = best.size * best.item.unitCost
    // The budget ends within the best step: from here on nothing is both affordable and provably best.
    if (cost > left + 1e-9) {
      shadowPrice = best.rate
      break
    }
    left -= cost
    climb(best)
  }
  const gap = Math.max(0, shadowPrice * left - fillUp(ladders, left))
  return allocationOf(ladders, gap, shadowPrice)
}

/** What still fits goes to the items for which it does; returns the shortage that saves. */
function fillUp(ladders: readonly Ladder[], budget: number): number {
  let left = budget
  let saved = 0
  for (;;) {
    const affordable = ladders.filter(
      ({ size, item, rate }) => rate > NEGLIGIBLE && size * item.unitCost <= left,
    )
    const best = affordable.reduce<Ladder | undefined>(
      (a, b) => (a === undefined || b.rate > a.rate ? b : a),
      undefined,
    )
    if (best === undefined) return saved
    const cost = best.size * best.item.unitCost
    left -= cost
    saved += best.rate * cost
    climb(best)
  }
}

function ladderOf(item: BudgetItem): Ladder {
  const { mean, sd, distribution = 'normal', packSize } = item
  const largest = mean + 8 * sd
  const isCount = distribution === 'count'
  const step = gridStep(isCount ? [Math.ceil(largest)] : [0.5, Math.max(largest, 0.5)], 1)
  const pmf =
    isCount && step === 1
      ? negativeBinomialPmf(mean, sd ** 2)
      : normalPmf(mean / step, sd / step, step)
  const fine = Math.max(step, onGrid(Math.ceil(largest / STEPS / step) * step, step))
  const size = packSize === undefined ? fine : Math.ceil(fine / packSize - 1e-9) * packSize
  const ladder = { item, pmf, size, stock: 0, rate: 0 }
  ladder.rate = rateOf(ladder)
  return ladder
}

function climb(ladder: Ladder): void {
  ladder.stock += ladder.size
  ladder.rate = rateOf(ladder)
}

function rateOf({ item, pmf, size, stock }: Ladder): number {
  const saved = expectedShort(pmf, stock) - expectedShort(pmf, stock + size)
  return (saved * (item.shortageCost ?? 1)) / (size * item.unitCost)
}

function allocationOf(ladders: readonly Ladder[], gap: number, shadowPrice: number): Allocation {
  const items = ladders.map(({ item, pmf, stock }) => ({
    id: item.id,
    stock,
    cost: stock * item.unitCost,
    expectedShort: expectedShort(pmf, stock),
    cycleService: probabilityAtMost(pmf, stock),
  }))
  const shortage = ladders.reduce(
    (sum, { item }, i) => sum + (items[i]?.expectedShort ?? 0) * (item.shortageCost ?? 1),
    0,
  )
  return {
    items,
    spent: items.reduce((sum, { cost }) => sum + cost, 0),
    shortage,
    gap,
    shadowPrice,
  }
}
