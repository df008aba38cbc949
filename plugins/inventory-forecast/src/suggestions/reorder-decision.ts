import { type Day, formatDay } from '../calendar/civil-day.ts'
import { periodRules } from '../demand/period-rules.ts'
import {
  leastQuantile,
  meanOf,
  type Pmf,
  probabilityAtMost,
  varianceOf,
} from '../intermittent/pmf.ts'
import { cycleServiceStock, economicOrderQuantity } from '../inventory/continuous-review.ts'
import { leadTimePoints } from '../inventory/lead-time.ts'
import { normalUpperTail } from '../inventory/normal.ts'
import type { ItemSettings } from '../items/item-settings.ts'
import { type Reason, reason } from '../planning/reasons.ts'
import { overTime } from './count-demand.ts'
import { dayTaken, demandOver, type PlannedDemand } from './demand-ahead.ts'

/** What is there and what will come, in the item's unit. */
export interface StockFigures {
  /** Undefined: nobody told a stock yet. */
  readonly onHand?: number
  /** Of it, kept from use by quality. */
  readonly unusable: number
  readonly unusableLots: number
  /** Ordered and not received, and received but not on the shelf yet. */
  readonly onOrder: number
  /** Approved suggestions that no purchase order carries out yet. */
  readonly approved: number
  readonly nextReceipt?: Day
}

export interface LeadTime {
  readonly days: number
  readonly deviation: number
  /** Receipts that it was observed on; 0: it is a setting. */
  readonly receipts: number
}

export interface ReorderInput {
  readonly settings: ItemSettings
  readonly today: Day
  readonly periods: readonly PlannedDemand[]
  readonly leadTime: LeadTime
  readonly stock: StockFigures & { readonly onHand: number }
  /** Of a slow mover: demand of one period by count, which stands in for the normal distribution. */
  readonly counts?: { readonly pmf: Pmf; readonly periodDays: number }
}

export interface ReorderFigures {
  readonly protectionDays: number
  readonly meanDemand: number
  readonly deviation: number
  readonly safetyStock: number
  readonly reorderPoint: number
  readonly orderUpTo: number
  readonly orderQuantity: number
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
const DAYS_PER_YEAR = 365

/**
 * Safety stock, reorder point, order and risks of one item, with the arithmetic in words. Demand over the protection interval is
 * normal with variance Σσ² + D²·σ_L² (Silver, Pyke and Thomas 2017, §6.10); (R,S) protects over lead time and review (§6.12).
 */
export function reorderDecision(input: ReorderInput): ReorderFigures {
  const { settings, today, periods, leadTime, stock } = input
  const protectionDays = leadTime.days + (settings.policy === 'periodic' ? settings.reviewDays : 0)
  const span = demandOver(periods, today, protectionDays)
  const daily = protectionDays > 0 ? span.mean / protectionDays : demandOver(periods, today, 1).mean
  const cover = coverOf(input, { protectionDays, span, daily })
  const { deviation, safetyStock, reorderPoint } = cover
  const quantity = orderQuantityOf(input)
  const orderUpTo = settings.policy === 'periodic' ? reorderPoint : reorderPoint + quantity.quantity
  const usable = stock.onHand - stock.unusable
  const position = usable + stock.onOrder + stock.approved
  const isBelow = settings.policy === 'periodic' ? position < orderUpTo : position <= reorderPoint
  const levels = { reorderPoint, orderUpTo, position, orderQuantity: quantity.quantity, isBelow }
  const order = span.mean > 0 ? orderOf(input, levels) : undefined
  const risk = riskOf(input, usable)
  const excess = excessOf(input, { reorderPoint, position, orderQuantity: quantity.quantity })
  const why = [
    leadTimeReason(leadTime),
    reason('DEMAND_LEAD_TIME', { mean: span.mean, days: protectionDays, deviation }),
    cover.why,
    reason('REORDER_POINT', { quantity: reorderPoint, mean: span.mean, safety: safetyStock }),
    ...positionReasons(stock, position),
    quantity.why,
    ...(order?.why ?? []),
    reason('STOCKOUT_RISK', { percent: risk.probability * 100 }),
    ...(excess.quantity > 0
      ? [reason('EXCESS', { days: excess.coverDays ?? '∞', quantity: excess.quantity })]
      : []),
  ]
  return {
    protectionDays,
    meanDemand: span.mean,
    deviation,
    safetyStock,
    reorderPoint,
    orderUpTo,
    orderQuantity: quantity.quantity,
    usable,
    position,
    isBelow: isBelow && span.mean > 0,
    stockoutProbability: risk.probability,
    isAtRisk: risk.probability > 1 - settings.serviceLevel + 1e-9,
    ...(risk.on === undefined ? {} : { stockoutOn: risk.on }),
    ...(excess.coverDays === undefined ? {} : { coverDays: excess.coverDays }),
    excess: excess.quantity,
    ...(order === undefined ? {} : { suggestion: order.suggestion }),
    why,
  }
}

interface Protection {
  readonly protectionDays: number
  readonly span: { readonly mean: number; readonly variance: number }
  readonly daily: number
}

/** What the stock has to cover: of a normal demand by its deviations, of counts by their distribution. */
function coverOf(
  { settings, leadTime, counts }: ReorderInput,
  { protectionDays, span, daily }: Protection,
) {
  const { serviceLevel } = settings
  if (counts !== undefined) {
    const pmf = demandOfCounts(counts, protectionDays, leadTime.deviation)
    const reorderPoint = leastQuantile(pmf, serviceLevel)
    const safetyStock = reorderPoint - meanOf(pmf)
    const figures = { quantity: reorderPoint, service: serviceLevel * 100, safety: safetyStock }
    const why = reason('STOCK_FOR_COUNTS', figures)
    return { deviation: Math.sqrt(varianceOf(pmf)), safetyStock, reorderPoint, why }
  }
  const deviation = Math.sqrt(span.variance + (daily * leadTime.deviation) ** 2)
  const { z, safetyStock, reorderPoint } = cycleServiceStock(
    { mean: span.mean, deviation },
    serviceLevel,
  )
  const why = reason('SAFETY_STOCK', { quantity: safetyStock, service: serviceLevel * 100, z })
  return { deviation, safetyStock, reorderPoint, why }
}

function demandOfCounts(
  counts: NonNullable<ReorderInput['counts']>,
  days: number,
  deviation: number,
): Pmf {
  const { pmf, periodDays } = counts
  return overTime(pmf, leadTimePoints({ periods: days / periodDays, sd: deviation / periodDays }))
}

function leadTimeReason({ days, deviation, receipts }: LeadTime): Reason {
  return receipts === 0
    ? reason('LEAD_TIME_SET', { days })
    : reason('LEAD_TIME_OBSERVED', { days, deviation, receipts })
}

function positionReasons(stock: ReorderInput['stock'], position: number): Reason[] {
  const { onHand, unusable, unusableLots, onOrder, approved } = stock
  return [
    reason('STOCK_POSITION', { position, onHand, unusable, onOrder: onOrder + approved }),
    ...(approved > 0 ? [reason('APPROVED_COUNTED', { quantity: approved })] : []),
    ...(unusable > 0 ? [reason('LOT_REJECTED', { quantity: unusable, lots: unusableLots })] : []),
  ]
}

function orderQuantityOf({ settings, today, periods }: ReorderInput) {
  const { orderCost, holdingCostPerUnitYear, period, reviewDays } = settings
  const yearly = demandOver(periods, today, DAYS_PER_YEAR).mean
  if (orderCost !== undefined && holdingCostPerUnitYear !== undefined && yearly > 0) {
    const quantity = economicOrderQuantity(yearly, orderCost, holdingCostPerUnitYear)
    return { quantity, why: reason('ORDER_QUANTITY_EOQ', { quantity }) }
  }
  const days = Math.max(reviewDays, Math.round(DAYS_PER_YEAR / periodRules[period].perYear))
  const quantity = demandOver(periods, today, days).mean
  return { quantity, why: reason('ORDER_QUANTITY_REVIEW', { quantity, days }) }
}

interface Levels {
  readonly reorderPoint: number
  readonly orderUpTo: number
  readonly position: number
  readonly orderQuantity: number
  readonly isBelow: boolean
}

function orderOf(input: ReorderInput, levels: Levels) {
  const { settings, today, periods, leadTime } = input
  const { reorderPoint, position, isBelow } = levels
  const orderBy = isBelow
    ? today
    : dayTaken(periods, today, position - reorderPoint, LOOK_AHEAD_DAYS)
  if (orderBy === undefined || orderBy - today > Math.max(settings.reviewDays - 1, 0))
    return undefined
  const ahead = demandOver(periods, today, orderBy - today).mean
  const raw = rawQuantity(settings, levels, position - ahead)
  const { quantity, why } = orderable(input, raw, position)
  if (quantity <= 0) return undefined
  const neededOn = orderBy + Math.ceil(leadTime.days)
  return {
    suggestion: { quantity, orderBy, neededOn },
    why: [
      reason('ORDER_UP_TO', { level: levels.orderUpTo, raw }),
      ...why,
      reason('ORDER_BY', { date: formatDay(orderBy) }),
    ],
  }
}

/** (s,Q) orders whole quantities until the position is above s; (s,S) and (R,S) order up to S. */
function rawQuantity({ policy }: ItemSettings, levels: Levels, position: number): number {
  const { reorderPoint, orderUpTo, orderQuantity } = levels
  if (policy !== 'reorder-point' || orderQuantity <= 0) return Math.max(orderUpTo - position, 0)
  const times = Math.max(Math.floor((reorderPoint - position) / orderQuantity) + 1, 1)
  return times * orderQuantity
}

/** What a supplier takes: at least the minimum, in whole packs, and no more than is used before it spoils. */
function orderable(
  { settings, today, periods, leadTime }: ReorderInput,
  raw: number,
  position: number,
) {
  const { minimumOrder = 0, packSize = wholeUnit(settings.unit), shelfLifeDays } = settings
  const why: Reason[] = []
  let quantity = raw
  if (quantity < minimumOrder) {
    quantity = minimumOrder
    why.push(reason('MINIMUM_APPLIED', { minimum: minimumOrder }))
  }
  if (packSize > 0) {
    quantity = Math.ceil(quantity / packSize - 1e-9) * packSize
    if (settings.packSize !== undefined) why.push(reason('PACK_APPLIED', { pack: packSize }))
  }
  if (shelfLifeDays !== undefined) {
    const usedInTime = demandOver(periods, today, leadTime.days + shelfLifeDays).mean - position
    if (quantity > usedInTime) {
      quantity = Math.max(
        packSize > 0 ? Math.floor(usedInTime / packSize) * packSize : usedInTime,
        0,
      )
      why.push(reason('SHELF_LIFE_CAPPED', { quantity, days: shelfLifeDays }))
    }
  }
  return { quantity: Math.round(quantity * 1e6) / 1e6, why }
}

/** Pieces are whole; what is weighed or measured is not. */
function wholeUnit(unit: string): number {
  return ['C62', 'H87', 'EA'].includes(unit) ? 1 : 0
}

/** P(demand until the next receipt > what can be used); without one on its way, what is ordered today is the next. */
function riskOf({ today, periods, leadTime, stock, counts }: ReorderInput, usable: number) {
  const days =
    stock.nextReceipt === undefined ? leadTime.days : Math.max(stock.nextReceipt - today, 1)
  const { mean, variance } = demandOver(periods, today, days)
  const daily = days > 0 ? mean / days : 0
  const deviation = Math.sqrt(variance + (daily * leadTime.deviation) ** 2)
  const on = usable <= 0 ? today : dayTaken(periods, today, usable, LOOK_AHEAD_DAYS)
  if (mean === 0) return { probability: 0 }
  const known = on === undefined ? {} : { on }
  if (usable <= 0) return { probability: 1, ...known }
  if (counts !== undefined) {
    const spread = stock.nextReceipt === undefined ? leadTime.deviation : 0
    const covered = probabilityAtMost(demandOfCounts(counts, days, spread), usable)
    return { probability: 1 - covered, ...known }
  }
  const probability =
    deviation === 0 ? Number(mean > usable) : normalUpperTail((usable - mean) / deviation)
  return { probability, ...known }
}

function excessOf(
  { settings, today, periods }: ReorderInput,
  {
    reorderPoint,
    position,
    orderQuantity,
  }: Pick<Levels, 'reorderPoint' | 'position' | 'orderQuantity'>,
) {
  const usual =
    reorderPoint + Math.max(orderQuantity, demandOver(periods, today, EXCESS_COVER_DAYS).mean)
  const { shelfLifeDays } = settings
  const spoils =
    shelfLifeDays === undefined ? usual : demandOver(periods, today, shelfLifeDays).mean
  const quantity = Math.max(position - Math.min(usual, spoils), 0)
  const empty = position <= 0 ? today : dayTaken(periods, today, position, LOOK_AHEAD_DAYS)
  return { quantity, ...(empty === undefined ? {} : { coverDays: empty - today }) }
}
