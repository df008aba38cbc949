import { meanOf, onGrid, type Pmf, varianceOf } from '../intermittent/pmf.ts'
import {
  coverReason,
  obsolescenceReasons,
  serviceReason,
  shelfLifeReason,
} from '../reasons/policy-reasons.ts'
import type { Reason } from '../reasons/reason.ts'
import { type DemandAhead, demandAhead, demandOver } from './demand-source.ts'
import { leadTimePoints, meanLeadTime, withReview } from './lead-time.ts'
import { orderQuantity } from './order-quantity.ts'
import {
  type PolicyInput,
  type PolicyKind,
  type PolicyLevels,
  policyKindOf,
  refuseUnusablePolicy,
  serviceOf,
} from './policy-input.ts'
import {
  cycleService,
  fillRateOfOrderUpTo,
  fillRateOfReorderPoint,
  type ReplenishmentCycle,
  type ServiceTarget,
  stockForService,
} from './service-stock.ts'
import { suggestOrder } from './suggest-order.ts'

export interface PolicyAnswer extends PolicyLevels {
  readonly policy: PolicyKind
  /** Q of (s,Q). */
  readonly orderQuantity?: number
  /** What is held beyond the mean demand until a replenishment can arrive. */
  readonly safetyStock: number
  /** Mean demand until a replenishment can arrive: over lead time and review. */
  readonly meanDemand: number
  /** Standard deviation of that demand. */
  readonly deviation: number
  readonly position?: number
  readonly suggestedQuantity?: number
  readonly serviceLevel: {
    readonly type: ServiceTarget['type']
    readonly target: number
    /** What the stock gives; below the target where a cap was in the way. */
    readonly cycle: number
    readonly fillRate: number
  }
  readonly probabilityOfObsolescence?: number
  readonly why: readonly Reason[]
}

/** When to order and how much, from demand as a distribution over a lead time that may vary, and why. */
export function policyFor(input: PolicyInput): PolicyAnswer {
  return policyOver(input, demandOf(input))
}

/** The demand that a policy is asked for. @throws Refusal where the input is of no use. */
export function demandOf(input: PolicyInput): DemandAhead {
  refuseUnusablePolicy(input)
  const points = leadTimePoints(input.leadTime)
  const { reviewPeriods = 0, shelfLifePeriods = 0 } = input
  const longest = points.reduce((most, { periods }) => Math.max(most, periods), 0)
  return demandAhead(
    input.demand,
    Math.max(1, longest + reviewPeriods, meanLeadTime(points) + shelfLifePeriods),
    serviceOf(input).level,
  )
}

/** @param ahead of `demandOf` the same input. */
export function policyOver(input: PolicyInput, ahead: DemandAhead): PolicyAnswer {
  const service = serviceOf(input)
  const kind = policyKindOf(input)
  const cover = coverOf(input, ahead)
  const order = orderQuantity(input, {
    meanPerPeriod: ahead.meanPerPeriod,
    periods: Math.max(1, cover.review),
    step: ahead.step,
  })
  const served = servedBy(kind, cover, order.quantity)
  const needed = stockForService(service, served.fillRate, served.cycle)
  const wanted = levelsOf(kind, needed, order.quantity, ahead.step)
  const { levels, cap } = withinShelfLife(kind, wanted, input.shelfLifePeriods, cover)
  const stock = isUpTo(kind) ? levels.orderUpTo : levels.reorderPoint
  const given = {
    cycle: cycleService(stock, served.cycle),
    fillRate: served.fillRate(stock),
  }
  const suggested = suggestOrder(kind, levels, order.quantity, {
    ...input,
    hasDemand: ahead.meanPerPeriod > 0,
    ...(cap === undefined ? {} : { cap }),
  })
  const meanDemand = meanOf(cover.protection)
  const { probabilityOfObsolescence } = ahead
  return {
    policy: kind,
    ...levels,
    ...(kind === 's,Q' ? { orderQuantity: order.quantity } : {}),
    safetyStock: stock - meanDemand,
    meanDemand,
    deviation: Math.sqrt(varianceOf(cover.protection)),
    ...suggested.answer,
    serviceLevel: { type: service.type, target: service.level, ...given },
    ...(probabilityOfObsolescence === undefined ? {} : { probabilityOfObsolescence }),
    why: [
      ...ahead.why,
      coverReason(meanLeadTime(cover.points), cover.review, meanDemand),
      ...(isUpTo(kind) ? [] : order.why),
      serviceReason(service, given, stock),
      ...(cap === undefined || cap >= wanted.orderUpTo
        ? []
        : [shelfLifeReason(cap, wanted.orderUpTo)]),
      ...obsolescenceReasons(probabilityOfObsolescence),
      ...suggested.why,
    ],
  }
}

interface Cover {
  readonly ahead: DemandAhead
  readonly points: ReturnType<typeof leadTimePoints>
  readonly review: number
  readonly lead: Pmf
  readonly protection: Pmf
}

function coverOf(input: PolicyInput, ahead: DemandAhead): Cover {
  const review = input.reviewPeriods ?? 0
  const points = leadTimePoints(input.leadTime)
  const lead = demandOver(ahead, points)
  const protection = review === 0 ? lead : demandOver(ahead, withReview(points, review))
  return { ahead, points, review, lead, protection }
}

function isUpTo(kind: PolicyKind): boolean {
  return kind === 'R,S' || kind === 'base-stock'
}

/** How a stock of this policy serves; base stock is ordered in single steps of the grid from one step below. */
function servedBy(
  kind: PolicyKind,
  { lead, protection, ahead, review }: Cover,
  quantity: number,
): { readonly cycle: ReplenishmentCycle; readonly fillRate: (stock: number) => number } {
  if (isUpTo(kind) && review > 0) {
    const cycle = { lead, protection, cycleDemand: meanOf(ahead.over(review)) }
    return { cycle, fillRate: (stock) => fillRateOfOrderUpTo(stock, cycle) }
  }
  const cycle = { lead, protection, cycleDemand: isUpTo(kind) ? ahead.step : quantity }
  const below = isUpTo(kind) ? ahead.step : 0
  return { cycle, fillRate: (stock) => fillRateOfReorderPoint(stock - below, cycle) }
}

function levelsOf(kind: PolicyKind, stock: number, quantity: number, step: number): PolicyLevels {
  return isUpTo(kind)
    ? { reorderPoint: stepBelow(stock, step), orderUpTo: stock }
    : { reorderPoint: stock, orderUpTo: onGrid(stock + quantity, step) }
}

function stepBelow(stock: number, step: number): number {
  return Math.max(0, onGrid(stock - step, step))
}

/**
 * No more than is asked for on the mean before the order spoils, down to a whole step: it is there after the lead time, and
 * what the position holds before it is used first.
 */
function withinShelfLife(
  kind: PolicyKind,
  levels: PolicyLevels,
  shelfLife: number | undefined,
  { ahead, points }: Cover,
): { readonly levels: PolicyLevels; readonly cap?: number } {
  if (shelfLife === undefined) return { levels }
  const { step } = ahead
  const used = meanOf(ahead.over(meanLeadTime(points) + shelfLife))
  const cap = onGrid(Math.floor(used / step + 1e-9) * step, step)
  const orderUpTo = Math.min(levels.orderUpTo, cap)
  const highest = isUpTo(kind) ? stepBelow(orderUpTo, step) : orderUpTo
  return { levels: { orderUpTo, reorderPoint: Math.min(levels.reorderPoint, highest) }, cap }
}
