import { type Context, type PluginEvent, Refusal } from '@signalbox/sdk'
import { dayOfMs, dayOfText, msOfInstant } from '../calendar/instant.ts'
import { lookAtStock } from '../suggestions/look-at-stock.ts'
import { type MovementKind, refuseImplausibleInstant, type StockFact } from './demand-facts.ts'
import { factorTo, inSeriesUnits, recordFact, type SeriesKey } from './demand-store.ts'
import { offsetOf, type PlanningConfig } from './settings.ts'
import {
  cancelOrder,
  locationOfLot,
  recordLotWord,
  recordOrder,
  recordOrderSent,
  recordPromotion,
  recordPurchase,
  recordPurchaseChanges,
  recordReceipt,
  seriesOfPurchase,
} from './supply-store.ts'
import { converted } from './units.ts'

interface MovementData extends SeriesKey {
  readonly movement: string
  readonly kind: Exclude<MovementKind, 'count'>
  readonly quantity: number
  readonly unit: string
  readonly at: string
  readonly stockAfter?: number
  readonly stockedOut?: boolean
  readonly unmet?: number
  readonly lot?: string
}

/** Which way goods of a kind go; an adjustment says it itself. */
const directions: Readonly<Record<MovementData['kind'], 1 | -1>> = {
  sale: -1,
  issue: -1,
  scrap: -1,
  'transfer-out': -1,
  return: 1,
  receipt: 1,
  'transfer-in': 1,
  adjustment: 1,
}

async function onMovement(
  { id, source, data }: PluginEvent<MovementData>,
  ctx: Context,
): Promise<void> {
  const { movement, sku, location, kind, quantity, lot, stockedOut } = data
  if (quantity < 0 && kind !== 'adjustment') {
    throw new Refusal(
      'QUANTITY_NEGATIVE',
      `A ${kind} of ${quantity} cannot be: say return for goods that came back.`,
    )
  }
  const atMs = msOfInstant(data.at)
  refuseImplausibleInstant(atMs, ctx.now())
  const { unit, factor } = await factorTo(ctx, data)
  const inUnit = (value: number | undefined, name: 'stockAfter' | 'unmet') =>
    value === undefined ? {} : { [name]: converted(value, factor) }
  const fact: StockFact = {
    ...{ number: movement, source, eventId: id, sku, location, unit, kind, atMs },
    delta: directions[kind] * converted(quantity, factor),
    ...inUnit(data.stockAfter, 'stockAfter'),
    ...inUnit(data.unmet, 'unmet'),
    ...(stockedOut === undefined ? {} : { stockedOut }),
    ...(lot === undefined ? {} : { lot }),
  }
  const isNew = await recordFact(ctx, fact, dayOf(atMs, ctx))
  if (isNew && (await mayHaveFallen(ctx, fact))) await lookAtStock(ctx, data)
}

/** A look costs some statements: most movements leave the stock well above what was last worth telling of. */
async function mayHaveFallen(
  { db }: Pick<Context, 'db'>,
  { sku, location, stockAfter, delta }: StockFact,
): Promise<boolean> {
  if (delta >= 0) return false
  const { rowCount } = await db.query(
    `select 1 as near from forecasts where sku = $1 and location = $2 and not is_below
        and (stock->>'alertBelow')::float8 >= coalesce($3::float8, (stock->>'alertBelow')::float8)`,
    [sku, location, stockAfter ?? null],
  )
  return rowCount > 0
}

interface CountData extends SeriesKey {
  readonly onHand: number
  readonly unit: string
  readonly at: string
}

async function onCount({ id, source, data }: PluginEvent<CountData>, ctx: Context): Promise<void> {
  const { sku, location } = data
  const atMs = msOfInstant(data.at)
  refuseImplausibleInstant(atMs, ctx.now())
  const { unit, factor } = await factorTo(ctx, data)
  const known = {
    number: `count ${data.at} ${sku}@${location}`,
    source,
    eventId: id,
    sku,
    location,
    unit,
    atMs,
  }
  const isNew = await recordFact(
    ctx,
    { ...known, kind: 'count', delta: 0, stockAfter: converted(data.onHand, factor) },
    dayOf(atMs, ctx),
  )
  if (isNew) await lookAtStock(ctx, data)
}

interface ReceiptData {
  readonly receipt: string
  readonly lot: string
  readonly supplier: string
  readonly item: string
  readonly quantity: number
  readonly unit: string
  readonly location: string
  readonly receivedAt: string
  readonly purchaseOrder?: string
  readonly purchaseOrderLine?: string
}

async function onReceipt({ data }: PluginEvent<ReceiptData>, ctx: Context): Promise<void> {
  const { receipt, lot, supplier, item: sku, location, purchaseOrder, purchaseOrderLine } = data
  const receivedAtMs = msOfInstant(data.receivedAt)
  refuseImplausibleInstant(receivedAtMs, ctx.now())
  const { unit, factor } = await factorTo(ctx, { sku, location, unit: data.unit })
  await recordReceipt(ctx, {
    ...{
      receipt,
      lot,
      supplier,
      sku,
      location,
      unit,
      receivedAtMs,
      quantity: converted(data.quantity, factor),
    },
    ...(purchaseOrder === undefined ? {} : { order: purchaseOrder }),
    ...(purchaseOrderLine === undefined ? {} : { orderLine: purchaseOrderLine }),
  })
  await lookAtStock(ctx, { sku, location })
}

interface LineData {
  readonly line: string
  readonly sku: string
  readonly quantity: number
  readonly unit: string
  readonly location?: string
}

interface OrderData {
  readonly orderId: string
  readonly placedAt?: string
  readonly changedAt?: string
  readonly lines?: readonly LineData[]
}

/** Created and changed orders: of a line the newest word holds. */
async function onOrder({ data }: PluginEvent<OrderData>, ctx: Context): Promise<void> {
  const told = data.placedAt ?? data.changedAt
  if (told === undefined) return
  const toldAtMs = msOfInstant(told)
  refuseImplausibleInstant(toldAtMs, ctx.now())
  const day = data.placedAt === undefined ? {} : { day: dayOf(toldAtMs, ctx) }
  const { defaultLocation } = ctx.config as PlanningConfig
  const placed = (data.lines ?? []).flatMap(({ location = defaultLocation, ...line }) =>
    location === undefined ? [] : [{ ...line, location }],
  )
  const passedOver = (data.lines ?? []).length - placed.length
  if (passedOver > 0) {
    const told = { order: data.orderId, lines: passedOver }
    ctx.log.debug('Order lines without a location were passed over', told)
  }
  await recordOrder(ctx, {
    ...{ order: data.orderId, toldAtMs, ...day },
    lines: (await inSeriesUnits(ctx, placed)).map((line) => ({
      ...line,
      quantity: converted(line.quantity, line.factor),
    })),
  })
}

interface CancelData {
  readonly orderId: string
  readonly cancelledAt: string
  readonly lines?: readonly string[]
}

async function onOrderCancelled({ data }: PluginEvent<CancelData>, ctx: Context): Promise<void> {
  const { orderId, cancelledAt, lines } = data
  const cancellation = { order: orderId, atMs: msOfInstant(cancelledAt) }
  await cancelOrder(ctx, lines === undefined ? cancellation : { ...cancellation, lines })
}

interface SentData {
  readonly orderId: string
  readonly lines?: readonly { readonly line: string }[]
}

async function onOrderSent({ data }: PluginEvent<SentData>, ctx: Context): Promise<void> {
  const lines = data.lines?.map(({ line }) => line)
  await recordOrderSent(ctx, data.orderId, lines?.length ? lines : undefined)
}

interface PurchaseData {
  readonly purchaseOrder: string
  readonly supplier: string
  readonly placedAt: string
  readonly lines: readonly (LineData & {
    readonly location: string
    readonly expectedAt?: string
  })[]
}

async function onPurchase({ data }: PluginEvent<PurchaseData>, ctx: Context): Promise<void> {
  const placedAtMs = msOfInstant(data.placedAt)
  refuseImplausibleInstant(placedAtMs, ctx.now())
  const lines = await inSeriesUnits(ctx, data.lines)
  await recordPurchase(ctx, {
    ...{ order: data.purchaseOrder, supplier: data.supplier, placedAtMs },
    lines: lines.map(({ line, sku, location, unit, quantity, factor, expectedAt }) => ({
      ...{ line, sku, location, unit, factor, quantity: converted(quantity, factor) },
      ...(expectedAt === undefined ? {} : { due: dayOf(msOfInstant(expectedAt), ctx) }),
    })),
  })
  for (const key of await seriesOfPurchase(ctx, data.purchaseOrder)) await lookAtStock(ctx, key)
}

interface PurchaseChangeData {
  readonly purchaseOrder: string
  readonly changedAt: string
  readonly lines: readonly {
    readonly line: string
    readonly quantity: number
    readonly expectedAt?: string
  }[]
}

async function onPurchaseChanged(
  { data }: PluginEvent<PurchaseChangeData>,
  ctx: Context,
): Promise<void> {
  const changes = data.lines.map(({ line, quantity, expectedAt }) => ({
    ...{ order: data.purchaseOrder, line, quantity },
    ...(expectedAt === undefined ? {} : { due: dayOf(msOfInstant(expectedAt), ctx) }),
  }))
  await recordPurchaseChanges(ctx, changes, msOfInstant(data.changedAt))
  for (const key of await seriesOfPurchase(ctx, data.purchaseOrder)) await lookAtStock(ctx, key)
}

interface PromotionData {
  readonly promotion: string
  readonly skus: readonly string[]
  readonly locations?: readonly string[]
  readonly from: string
  readonly to: string
  readonly uplift?: number
  readonly cancelled?: boolean
}

async function onPromotion(
  { data, time }: PluginEvent<PromotionData>,
  ctx: Context,
): Promise<void> {
  const { promotion, skus, locations, from, to, uplift, cancelled = false } = data
  const [starts, ends] = [dayOfText(from), dayOfText(to)]
  if (ends < starts)
    throw new Refusal('PROMOTION_ENDS_FIRST', `A promotion from ${from} to ${to} has no day.`)
  await recordPromotion(ctx, {
    ...{ promotion, skus, starts, ends, isCancelled: cancelled, plannedAtMs: msOfInstant(time) },
    ...(locations === undefined ? {} : { locations }),
    ...(uplift === undefined ? {} : { uplift }),
  })
}

interface LotData {
  readonly lot: string
  readonly item: string
  readonly unit: string
  readonly location?: string
  readonly held?: number
  readonly decision?: string
  readonly quantities?: {
    readonly rejected: number
    readonly held: number
    readonly pending: number
  }
  readonly at: string
}

/** Lots held, released and rejected: what must not be used falls out of the supply, and is looked at once. */
async function onLot({ data, type }: PluginEvent<LotData>, ctx: Context): Promise<void> {
  const { lot, item: sku, quantities, held = 0 } = data
  const saidAtMs = msOfInstant(data.at)
  const location = data.location ?? (await locationOfLot(ctx, lot))
  const factor =
    location === undefined ? 1 : (await factorTo(ctx, { sku, location, unit: data.unit })).factor
  const isNew = await recordLotWord(ctx, {
    ...{ lot, sku, saidAtMs, saidBy: `${type} ${data.decision ?? ''}` },
    rejected: converted(quantities?.rejected ?? 0, factor),
    held: converted(quantities === undefined ? held : quantities.held + quantities.pending, factor),
    ...(location === undefined ? {} : { location }),
  })
  if (isNew && location !== undefined) await lookAtStock(ctx, { sku, location })
}

function dayOf(ms: number, { config }: Pick<Context, 'config'>): number {
  return dayOfMs(ms, offsetOf(config as PlanningConfig))
}

/** What is heard; each type is granted for itself, and without it planning knows that much less. */
export const demandEvents = {
  'stock.movement.recorded': onMovement,
  'stock.level.counted': onCount,
  'stock.receipt.created': onReceipt,
  'orders.order.created': onOrder,
  'orders.order.changed': onOrder,
  'orders.order.cancelled': onOrderCancelled,
  'orders.order.shipped': onOrderSent,
  'purchasing.order.placed': onPurchase,
  'purchasing.order.changed': onPurchaseChanged,
  'promotions.promotion.planned': onPromotion,
  'quality.lot.held': onLot,
  'quality.lot.released': onLot,
  'quality.lot.rejected': onLot,
}
