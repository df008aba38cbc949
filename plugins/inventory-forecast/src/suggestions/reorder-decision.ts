import { type Day, formatDay } from '../calendar/civil-day.ts'
import { periodRules } from '../demand/period-rules.ts'
import { probabilityAtMost } from '../intermittent/pmf.ts'
import { type DemandAhead, type DemandSource, demandOver } from '../inventory/demand-source.ts'
import { leadTimePoints } from '../inventory/lead-time.ts'
import { demandOf, type PolicyAnswer, policyOver } from '../inventory/policy.ts'
import type { ItemSettings } from '../items/item-settings.ts'
import { reason } from '../reasons/planning-reasons.ts'
import type { Reason } from '../reasons/reason.ts'
import { dayTaken, meanOver, type PlannedDemand } from './demand-ahead.ts'
import { policyOfItem, reviewDaysOf } from './policy-of-item.ts'
import type { LeadTime, StockFigures } from './stock-figures.ts'

export interface ReorderInput {
  readonly settings: ItemSettings
  readonly today: Day
  /** Mean demand of each period, for dates. */
  readonly periods: readonly PlannedDemand[]
  /** The same demand as a distribution, for quantities. */
  readonly demand: DemandSource
  readonly leadTime: LeadTime
  readonly stock: StockFigures & { readonly onHand: number }
}

export interface ReorderFigures {
  readonly protectionDays: number
  readonly meanDemand: number
  readonly deviation: number
  readonly safetyStock: number
  readonly reorderPoint: number
  readonly orderUpTo: number
  readonly orderQuantity: number
  /** What the stock is expected to give: of cycles without a stock-out, of demand filled from the shelf. */
  readonly cycleService: number
  readonly fillRate: number
  readonly usable: number
  readonly position: number
  readonly isBelow: boolean
  readonly stockoutProbability: number
  readonly isAtRisk: boolean
  readonly stockoutOn?: Day
  /** Days that the position covers; undefined: a horizon of years, or no demand. */
  readonly coverDays?: number
  readonly excess: number
  readonly suggestion?: {
    readonly quantity: number
    readonly orderBy: Day
    readonly neededOn: Day
  }
  readonly why: readonly Reason[]
}

/** Stock for more than a quarter beyond the reorder point is nothing that an order cycle asks for. */
const EXCESS_COVER_DAYS = 90
/** Beyond this a date says nothing. */
const LOOK_AHEAD_DAYS = 730

/** The policy of an item over its stock as it is today, with the dates, risks and reasons that a planner looks at. */
export function reorderDecision(input: ReorderInput): ReorderFigures {
  const { settings, today, leadTime, stock } = input
  const asked = policyOfItem(settings, input.demand, leadTime, stock)
  const ahead = demandOf(asked)
  const answer = policyOver(asked, ahead)
  const { reorderPoint, orderUpTo, serviceLevel, meanDemand, suggestedQuantity = 0 } = answer
  const usable = stock.onHand - stock.unusable
  const position = usable + stock.onOrder + stock.approved
  const hasDemand = ahead.meanPerPeriod > 0
  const falls = settings.policy === 'periodic' ? position < orderUpTo : position <= reorderPoint
  const risk = riskOf(input, ahead, usable)
  const orderQuantity = answer.orderQuantity ?? orderUpTo - reorderPoint
  const excess = excessOf(input, answer, position)
  // A fill rate is no chance of a cycle: it is held against the cycles that its stock serves.
  const service = serviceLevel.type === 'cycle' ? serviceLevel.target : serviceLevel.cycle
  return {
    protectionDays: leadTime.days + reviewDaysOf(settings),
    ...{ meanDemand, deviation: answer.deviation, safetyStock: answer.safetyStock },
    ...{ reorderPoint, orderUpTo, orderQuantity, usable, position },
    ...{ cycleService: serviceLevel.cycle, fillRate: serviceLevel.fillRate },
    isBelow: falls && hasDemand,
    stockoutProbability: risk.probability,
    isAtRisk: risk.probability > 1 - service + 1e-9,
    ...(risk.on === undefined ? {} : { stockoutOn: risk.on }),
    ...(excess.coverDays === undefined ? {} : { coverDays: excess.coverDays }),
    excess: excess.quantity,
    ...(suggestedQuantity > 0 && hasDemand
      ? {
          suggestion: {
            quantity: suggestedQuantity,
            orderBy: today,
            neededOn: today + Math.ceil(leadTime.days),
          },
        }
      : {}),
    why: whyOf(input, answer, { position, falls, risk: risk.probability, excess }),
  }
}

function whyOf(
  { leadTime, stock, periods, today }: ReorderInput,
  { reorderPoint, meanDemand, safetyStock, why }: PolicyAnswer,
  found: {
    readonly position: number
    readonly falls: boolean
    readonly risk: number
    readonly excess: ReturnType<typeof excessOf>
  },
): Reason[] {
  const { position, excess } = found
  const on = found.falls
    ? today
    : dayTaken(periods, today, position - reorderPoint, LOOK_AHEAD_DAYS)
  return [
    leadTimeReason(leadTime),
    ...why,
    reason('REORDER_POINT', { quantity: reorderPoint, mean: meanDemand, safety: safetyStock }),
    ...positionReasons(stock, position, today),
    ...(on === undefined ? [] : [reason('ORDER_BY', { date: formatDay(on) })]),
    reason('STOCKOUT_RISK', { percent: found.risk * 100 }),
    ...(excess.quantity > 0
      ? [reason('EXCESS', { days: excess.coverDays ?? '∞', quantity: excess.quantity })]
      : []),
  ]
}

const observedFrom = { receipts: 'LEAD_TIME_OBSERVED', transports: 'LEAD_TIME_TRANSPORTS' } as const

function leadTimeReason({ days, deviation, observed, from }: LeadTime): Reason {
  return from === 'settings'
    ? reason('LEAD_TIME_SET', { days })
    : reason(observedFrom[from], { days, deviation, observed })
}

function positionReasons(stock: ReorderInput['stock'], position: number, today: Day): Reason[] {
  const { onHand, unusable, unusableLots, unusableTold, onOrder, approved } = stock
  const { nextReceipt = today } = stock
  return [
    reason('STOCK_POSITION', { position, onHand, unusable, onOrder: onOrder + approved }),
    ...(approved > 0 ? [reason('APPROVED_COUNTED', { quantity: approved })] : []),
    ...(unusable > 0 ? [reason('LOT_REJECTED', { quantity: unusable, lots: unusableLots })] : []),
    ...(unusableTold === undefined
      ? []
      : [reason('KEPT_BEYOND_STOCK', { told: unusableTold, lots: unusableLots, onHand })]),
    ...(nextReceipt < today ? [reason('RECEIPT_OVERDUE', { date: formatDay(nextReceipt) })] : []),
  ]
}

/**
 * P(demand until the next receipt > what can be used). Without one on its way, or with one that is overdue, of which nobody knows
 * when it comes, what is ordered today is the next.
 */
function riskOf(
  { today, periods, leadTime, stock, settings }: ReorderInput,
  ahead: DemandAhead,
  usable: number,
): { readonly probability: number; readonly on?: Day } {
  if (ahead.meanPerPeriod === 0) return { probability: 0 }
  const on = usable <= 0 ? today : dayTaken(periods, today, usable, LOOK_AHEAD_DAYS)
  const known = on === undefined ? {} : { on }
  if (usable <= 0) return { probability: 1, ...known }
  const { days: periodDays } = periodRules[settings.period]
  const until =
    stock.nextReceipt === undefined || stock.nextReceipt < today
      ? { periods: leadTime.days / periodDays, sd: leadTime.deviation / periodDays }
      : { periods: Math.max(stock.nextReceipt - today, 1) / periodDays }
  const covered = probabilityAtMost(demandOver(ahead, leadTimePoints(until)), usable)
  return { probability: Math.max(1 - covered, 0), ...known }
}

function excessOf(
  { settings, today, periods }: ReorderInput,
  { reorderPoint, orderUpTo }: Pick<PolicyAnswer, 'reorderPoint' | 'orderUpTo'>,
  position: number,
) {
  const usual = Math.max(orderUpTo, reorderPoint + meanOver(periods, today, EXCESS_COVER_DAYS))
  const { shelfLifeDays } = settings
  const spoils = shelfLifeDays === undefined ? usual : meanOver(periods, today, shelfLifeDays)
  const quantity = Math.max(position - Math.min(usual, spoils), 0)
  const empty = position <= 0 ? today : dayTaken(periods, today, position, LOOK_AHEAD_DAYS)
  return { quantity, ...(empty === undefined ? {} : { coverDays: empty - today }) }
}
