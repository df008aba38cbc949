/** A recorded event: what an app sends, without the source, which is the app's own. */
export interface RecordedEvent {
  readonly id: string
  readonly type: string
  /** The key, as the page of the plugins says for the type. */
  readonly partitionkey: string
  readonly time: string
  readonly data: Readonly<Record<string, unknown>>
}

interface Item {
  readonly sku: string
  readonly location: string
  readonly unit: string
  readonly supplier: string
  /** Mean demand of a week, its growth a year, and how strongly it follows the seasons. */
  readonly weekly: number
  readonly growth: number
  readonly season: number
  /** Share of weeks in which anything is asked for. */
  readonly often: number
  readonly leadDays: number
  readonly orderWeeks: number
}

const DAY_MS = 86_400_000
const WEEKS = 104
/** A Monday; two years of weeks follow. */
const FIRST = Date.UTC(2024, 10, 25)

/** A maker of bearing units: what it buys and uses, at two warehouses. */
const items: readonly Item[] = [
  item('SHAFT-20', 'east', 'C62', 'HENGTAI', 420, 0.08, 0.25, 1, 14, 4),
  item('SHAFT-20', 'south', 'C62', 'HENGTAI', 150, 0.02, 0.2, 1, 18, 4),
  item('RING-6204', 'east', 'C62', 'LIYUAN', 900, 0.05, 0.3, 1, 10, 3),
  item('GREASE-2', 'east', 'KGM', 'KUNLUN', 38, 0, 0.1, 1, 7, 6),
  item('SEAL-VITON', 'east', 'C62', 'LIYUAN', 60, 0, 0, 0.22, 30, 12),
]

function item(
  sku: string,
  location: string,
  unit: string,
  supplier: string,
  weekly: number,
  growth: number,
  season: number,
  often: number,
  leadDays: number,
  orderWeeks: number,
): Item {
  return { sku, location, unit, supplier, weekly, growth, season, often, leadDays, orderWeeks }
}

/**
 * Two years of a company that never was, the same each time: orders, purchases, receipts and stock, with a promotion, some
 * weeks without stock, and a supplier whose lots get worse. In the order of their instants.
 */
export function recordCompany(): readonly RecordedEvent[] {
  const events = [...items.flatMap(recordItem), ...promotions(), ...orders()]
  return events.sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : a.id < b.id ? -1 : 1))
}

function recordItem(one: Item, index: number): RecordedEvent[] {
  const draw = drawer(1000 + index)
  const events: RecordedEvent[] = []
  const open: { readonly week: number; readonly quantity: number; readonly no: number }[] = []
  let stock = Math.round(one.weekly * one.often * (one.orderWeeks + one.leadDays / 7 + 1))
  let purchases = 0
  for (let week = 0; week < WEEKS; week++) {
    for (const due of open.filter((order) => order.week === week)) {
      stock += due.quantity
      events.push(...arrival(one, due, week, stock))
    }
    const wanted = demandOf(one, week, draw)
    const served = Math.min(wanted, stock)
    stock -= served
    if (wanted > 0) events.push(movement(one, week, served, stock, wanted - served))
    const coming = open.filter((order) => order.week > week)
    const position = stock + coming.reduce((sum, { quantity }) => sum + quantity, 0)
    const need = one.weekly * one.often
    if (position < need * (one.leadDays / 7 + 2)) {
      purchases += 1
      const late = draw() < 0.2 ? 1 : 0
      const order = {
        week: week + Math.ceil(one.leadDays / 7) + late,
        quantity: Math.round(need * one.orderWeeks),
        no: purchases,
      }
      open.push(order)
      events.push(purchase(one, order, week))
    }
  }
  events.push(count(one, stock))
  return events
}

function demandOf(one: Item, week: number, draw: () => number): number {
  if (draw() >= one.often) return 0
  const year = week / 52
  const wave = 1 + one.season * Math.sin(2 * Math.PI * (year + 0.1))
  const promoted = one.sku === 'SHAFT-20' && week >= 50 && week < 53 ? 1.5 : 1
  const noise = 0.85 + 0.3 * draw()
  return Math.round(one.weekly * (1 + one.growth * year) * wave * noise * promoted)
}

function movement(
  one: Item,
  week: number,
  quantity: number,
  stockAfter: number,
  unmet: number,
): RecordedEvent {
  const at = instant(week, 4, 9)
  const id = `${nameOf(one)}-w${week}`
  const missing = unmet > 0 ? { stockedOut: true, unmet } : {}
  const promotion = one.sku === 'SHAFT-20' && week >= 50 && week < 53 ? { promotion: 'P-2025' } : {}
  return event('stock.movement.recorded', id, keyOf(one), at, {
    movement: id,
    sku: one.sku,
    location: one.location,
    kind: 'issue',
    quantity,
    unit: one.unit,
    at,
    stockAfter,
    ...missing,
    ...promotion,
  })
}

function purchase(
  one: Item,
  order: { week: number; quantity: number; no: number },
  week: number,
): RecordedEvent {
  const placedAt = instant(week, 4, 15)
  const purchaseOrder = `PO-${nameOf(one)}-${order.no}`
  const line = {
    line: '1',
    sku: one.sku,
    quantity: order.quantity,
    unit: one.unit,
    location: one.location,
    expectedAt: new Date(Date.parse(placedAt) + one.leadDays * DAY_MS).toISOString(),
  }
  return event('purchasing.order.placed', purchaseOrder, purchaseOrder, placedAt, {
    purchaseOrder,
    supplier: one.supplier,
    placedAt,
    lines: [line],
  })
}

/** Goods come as a lot, and the stock goes up by them. */
function arrival(
  one: Item,
  due: { readonly quantity: number; readonly no: number },
  week: number,
  stockAfter: number,
): RecordedEvent[] {
  const receivedAt = instant(week, 1, 8)
  const lot = `L-${nameOf(one)}-${due.no}`
  const receipt = event('stock.receipt.created', `R-${lot}`, lot, receivedAt, {
    receipt: `R-${lot}`,
    lot,
    supplier: one.supplier,
    item: one.sku,
    quantity: due.quantity,
    unit: one.unit,
    location: one.location,
    receivedAt,
    purchaseOrder: `PO-${nameOf(one)}-${due.no}`,
    purchaseOrderLine: '1',
  })
  const id = `${lot}-in`
  const moved = event('stock.movement.recorded', id, keyOf(one), receivedAt, {
    movement: id,
    sku: one.sku,
    location: one.location,
    kind: 'receipt',
    quantity: due.quantity,
    unit: one.unit,
    at: receivedAt,
    stockAfter,
    lot,
  })
  return [receipt, moved]
}

function count(one: Item, onHand: number): RecordedEvent {
  const at = instant(WEEKS - 1, 5, 18)
  const id = `count-${nameOf(one)}`
  const data = { sku: one.sku, location: one.location, onHand, unit: one.unit, at }
  return event('stock.level.counted', id, keyOf(one), at, data)
}

function promotions(): RecordedEvent[] {
  const at = instant(40, 0, 10)
  const data = {
    promotion: 'P-2025',
    skus: ['SHAFT-20'],
    from: instant(50, 0, 0).slice(0, 10),
    to: instant(52, 6, 0).slice(0, 10),
    uplift: 1.5,
  }
  return [event('promotions.promotion.planned', 'P-2025', 'P-2025', at, data)]
}

/** Customer orders of the last weeks: what waits for the lots that come. */
function orders(): RecordedEvent[] {
  return Array.from({ length: 12 }, (_, index) => {
    const week = WEEKS - 12 + index
    const placedAt = instant(week, 0, 9)
    const orderId = `SO-${1000 + index}`
    return event('orders.order.created', orderId, orderId, placedAt, {
      orderId,
      customer: ['HUAXIN', 'OUMA', 'TIANHE'][index % 3],
      placedAt,
      promisedAt: instant(week + 5, 0, 17),
      currency: 'CNY',
      amount: `${12_000 + 850 * index}.00`,
      lines: [
        { line: '1', sku: 'SHAFT-20', quantity: 120 + 10 * index, unit: 'C62', location: 'east' },
        { line: '2', sku: 'RING-6204', quantity: 240, unit: 'C62', location: 'east' },
      ],
    })
  })
}

function event(
  type: string,
  id: string,
  partitionkey: string,
  time: string,
  data: Readonly<Record<string, unknown>>,
): RecordedEvent {
  return { id, type, partitionkey, time, data }
}

const nameOf = ({ sku, location }: Item): string => `${sku}-${location}`
const keyOf = ({ sku, location }: Item): string => `${sku}@${location}`

function instant(week: number, day: number, hour: number): string {
  return new Date(FIRST + (week * 7 + day) * DAY_MS + hour * 3_600_000).toISOString()
}

/** Numbers from 0 up to 1, the same for a seed (mulberry32, public domain). */
function drawer(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
