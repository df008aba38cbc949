import { type EventWish, Refusal, type SqlValue } from '@signalbox/sdk'
import { type Day, formatDay } from '../calendar/civil-day.ts'
import type { SeriesKey } from '../demand/demand-store.ts'
import { usualSettings } from '../items/item-settings.ts'
import type { Now } from '../planning/clock.ts'
import type { ComingPeriod } from '../planning/plan-series.ts'
import type { SeriesState } from '../planning/planning-store.ts'
import type { StockAlarms, StoredForecast } from '../planning/stored-forecast.ts'
import { reason } from '../reasons/planning-reasons.ts'
import type { Reason } from '../reasons/reason.ts'
import { leadTimeOf } from './lead-time.ts'
import { demandFrom } from './policy-of-item.ts'
import { type ReorderFigures, type ReorderInput, reorderDecision } from './reorder-decision.ts'
import type { LeadTime } from './stock-figures.ts'

/** What a look at the stock of a series says; without figures it says why there are none. */
export interface StockLook {
  readonly figures?: ReorderFigures
  readonly leadTime?: LeadTime
  readonly why: readonly Reason[]
}

interface ForecastByCount {
  readonly forecast?: Pick<StoredForecast, 'counts'>
}

/** The policy over the planned demand and the stock; coded reasons where one of them is not known. */
export function stockLook(
  state: Pick<SeriesState, 'settings' | 'stock' | 'leadTimes' | 'unit'> & ForecastByCount,
  coming: readonly ComingPeriod[] | undefined,
  today: Day,
): StockLook {
  const { settings, stock } = state
  const leadTime = leadTimeOf(state.leadTimes, settings ?? {})
  const missing = [
    ...(coming === undefined || coming.length === 0 ? [reason('FORECAST_MISSING')] : []),
    ...(settings === undefined ? [reason('ITEM_UNDEFINED')] : []),
    ...(stock.onHand === undefined ? [reason('STOCK_UNKNOWN')] : []),
    ...(leadTime === undefined ? [reason('LEAD_TIME_UNKNOWN')] : []),
  ]
  const known = leadTime === undefined ? {} : { leadTime }
  if (missing.length > 0 || coming === undefined || leadTime === undefined)
    return { why: missing, ...known }
  const figures = decided({
    settings: settings ?? { ...usualSettings, unit: state.unit },
    today,
    periods: coming.map(({ start, days, planned }) => ({ start, days, mean: planned })),
    demand: demandFrom(today, coming, state.forecast?.counts),
    leadTime,
    stock: { ...stock, onHand: stock.onHand ?? 0 },
  })
  if ('refused' in figures) return { why: [figures.refused], leadTime }
  const negative =
    (stock.onHand ?? 0) < 0 ? [reason('STOCK_NEGATIVE', { stock: stock.onHand ?? 0 })] : []
  return { figures, leadTime, why: [...negative, ...figures.why] }
}

/** What no policy can be told of is said beside the stock, and holds up no run. */
function decided(input: ReorderInput): ReorderFigures | { readonly refused: Reason } {
  try {
    return reorderDecision(input)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return { refused: reason('POLICY_REFUSED', { code: error.code }) }
  }
}

/** The alarms that a look raises. */
export function alarmsOf({ figures }: StockLook): StockAlarms {
  return {
    isBelow: figures?.isBelow ?? false,
    isAtRisk: figures?.isAtRisk ?? false,
    isExcess: (figures?.excess ?? 0) > 0,
  }
}

/** What is kept of a look, for lists. */
export function stockSummary(state: SeriesState, { figures, leadTime, why }: StockLook): SqlValue {
  const { onHand, unusable, onOrder, approved } = state.stock
  const base = { unusable, onOrder: onOrder + approved, why: why as unknown as SqlValue }
  const known = onHand === undefined ? base : { ...base, onHand }
  if (figures === undefined || onHand === undefined) return known
  const {
    suggestion: _suggestion,
    why: _why,
    stockoutOn,
    coverDays,
    isBelow: _b,
    isAtRisk: _r,
    ...numbers
  } = figures
  return {
    ...known,
    ...numbers,
    leadTimeDays: leadTime?.days ?? 0,
    // The stock on the shelf at which the position reaches the reorder point, all else as it is.
    alertBelow: onHand - (figures.position - figures.reorderPoint),
    ...(stockoutOn === undefined ? {} : { stockoutOn: formatDay(stockoutOn) }),
    ...(coverDays === undefined ? {} : { coverDays }),
  }
}

interface Telling {
  readonly key: SeriesKey
  readonly state: SeriesState
  readonly look: StockLook
  readonly told: StockAlarms
  readonly now: Now
  readonly suggestion?: { readonly id: string; readonly quantity: number }
  readonly hash: (text: string) => string
}

/** Events of alarms that were not raised before. Two who find the same state of a series tell of it as one. */
export function alarmEvents({
  key,
  state,
  look,
  told,
  now,
  suggestion,
  hash,
}: Telling): EventWish[] {
  const { figures } = look
  const { onHand, unusable, onOrder, approved } = state.stock
  if (figures === undefined || onHand === undefined) return []
  const { sku, location } = key
  const common = {
    ...{ sku, location, onHand, unit: state.unit, at: now.instant },
    ...{
      onOrder: Math.max(onOrder + approved, 0),
      onHold: Math.max(unusable, 0),
      reorderPoint: figures.reorderPoint,
    },
  }
  const wish = (type: string, data: object): EventWish => ({
    type,
    data: { ...common, ...data },
    key: eventKey(key),
    id: hash(
      JSON.stringify([
        type,
        sku,
        location,
        now.today,
        state.changes,
        figures.usable,
        figures.position,
      ]),
    ),
  })
  const alarms = alarmsOf(look)
  const suggested =
    suggestion === undefined
      ? {}
      : { suggestion: suggestion.id, suggestedQuantity: suggestion.quantity }
  const raised = [
    {
      isNew: alarms.isBelow && !told.isBelow,
      event: () => wish('inventory.stock.below-reorder-point', suggested),
    },
    {
      isNew: alarms.isAtRisk && !told.isAtRisk,
      event: () => wish('inventory.stockout.at-risk', riskData(state, look, figures)),
    },
    {
      isNew: alarms.isExcess && !told.isExcess,
      event: () => wish('inventory.stock.excess', excessData(figures)),
    },
  ]
  return raised.filter(({ isNew }) => isNew).map(({ event }) => event())
}

function riskData({ stock, waiting }: SeriesState, look: StockLook, figures: ReorderFigures) {
  const { stockoutProbability, stockoutOn } = figures
  const { nextReceipt } = stock
  return {
    probability: Math.min(Math.max(stockoutProbability, 0), 1),
    cause: causeOf(look),
    ...(stockoutOn === undefined ? {} : { expectedAt: formatDay(stockoutOn) }),
    ...(nextReceipt === undefined ? {} : { nextReceiptAt: `${formatDay(nextReceipt)}T00:00:00Z` }),
    ...(waiting.length === 0 ? {} : { orders: waiting }),
  }
}

function excessData({ excess, coverDays }: ReorderFigures) {
  return { excess, ...(coverDays === undefined ? {} : { coverDays }) }
}

function causeOf({ why }: StockLook) {
  const cause =
    why.find(({ code }) => code === 'LOT_REJECTED') ??
    why.find(({ code }) => code === 'STOCKOUT_RISK')
  return cause === undefined ? undefined : codedText(cause)
}

/** As events carry it. */
export function codedText({ code, text }: Reason) {
  return { code, text }
}

/** Events of a series come in order; a key is 200 characters at most. */
export function eventKey({ sku, location }: SeriesKey): string {
  return `${sku}@${location}`.slice(0, 200)
}
