import t from 'tap'
import { wantedDemand } from '../../src/planning/wanted-demand.ts'
import { DAY, key, openOn, planned, run, settings, steady, weeks } from './planned-item.ts'
import { type PlanningHost, planningHost } from './planning-host.ts'

const planning = await planningHost(t)
const at = (on: PlanningHost, days = 0) => new Date(on.host.now() + days * DAY).toISOString()
const published = (on: PlanningHost, type: string) =>
  on.host.published.filter((event) => event.type === type)

/** What a planner reads of an item, handed to the service of policies. */
async function askedAlone(on: PlanningHost, demand: object) {
  const [item] = (await on.call('items', { sku: key.sku }))['items']
  const figures = await on.call('reorder', key)
  const kinds = { 'reorder-point': 's,Q', 'min-max': 's,S', periodic: 'R,S' }
  const answer = await on.host.call('inventory.policy', 'policy', {
    demand,
    policy: kinds[item.policy as keyof typeof kinds],
    leadTime: { periods: figures['leadTimeDays'] / 7, sd: figures['leadTimeDeviation'] / 7 },
    service: { type: item.serviceType, level: item.serviceLevel },
    position: { onHand: figures['usable'], onOrder: figures['onOrder'] },
    constraints: { packSize: item.packSize, minimumOrder: item.minimumOrder },
    ...(item.policy === 'periodic' ? { reviewPeriods: item.reviewDays / 7 } : {}),
    ...(item.orderCost === undefined
      ? {}
      : {
          costs: {
            order: item.orderCost,
            holdingPerUnitPeriod: item.holdingCostPerUnitYear / 52,
          },
        }),
    ...(item.shelfLifeDays === undefined ? {} : { shelfLifePeriods: item.shelfLifeDays / 7 }),
  })
  return { figures, answer: answer as Record<string, number> }
}

t.test('a suggestion is what the policy answers to the same numbers', async (t) => {
  const on = await planning.another()
  const changes: { readonly packSize?: number; readonly [setting: string]: unknown }[] = [
    {},
    { policy: 'min-max', orderCost: 40, holdingCostPerUnitYear: 6, leadTimeSdDays: 4 },
    { policy: 'periodic', reviewDays: 14, serviceType: 'fill-rate', serviceLevel: 0.98 },
    { policy: 'min-max', shelfLifeDays: 20, minimumOrder: 60, packSize: 12 },
  ]
  for (const more of changes) {
    await planned(on, 130)
    await on.call('defineItems', { items: [{ ...settings, ...more }] })
    const { periods } = await on.call('forecast', key)
    const elapsed = (Date.parse('2026-11-27') - Date.parse(periods[0].start)) / DAY / 7
    const levels = periods[0].quantiles.map(({ p }: { p: number }) => p)
    const quantiles = levels.map((p: number, i: number) => ({
      p,
      values: periods.map(
        (period: { quantiles: { value: number }[] }) => period.quantiles[i]?.value,
      ),
    }))
    const { figures, answer } = await askedAlone(on, { kind: 'forecast', quantiles, elapsed })
    for (const name of ['reorderPoint', 'orderUpTo', 'safetyStock', 'meanDemand', 'deviation']) {
      t.ok(
        Math.abs(figures[name] - (answer[name] as number)) < 1e-6,
        `${name} ${JSON.stringify(more)}`,
      )
    }
    const { quantity } = figures['suggestion']
    t.equal(quantity, answer['suggestedQuantity'], JSON.stringify(more))
    t.ok(quantity > 0)
    const [suggestion] = await openOn(on)
    t.equal(suggestion.quantity % (more.packSize ?? 50), 0, 'an order in packs')
    t.ok(Math.abs(suggestion.quantity / quantity - 1) <= 0.1)
  }
  await on.empty()
  await on.call('defineItems', { items: [{ ...settings, packSize: 1, minimumOrder: 1 }] })
  const rare = Array.from({ length: 104 }, (_, n) => (n % 5 === 3 ? 1 + (n % 3) : 0))
  await on.call('recordDemand', { days: weeks(rare) })
  await on.host.emit('stock.level.counted', { ...key, onHand: 0, unit: 'C62', at: at(on, -0.01) })
  await run(on)
  const { periods } = await on.call('demand', { ...key, limit: 728 })
  const { method } = await on.call('forecast', key)
  const history = periods.map(({ cleaned }: { cleaned: number }) => cleaned)
  const { figures, answer } = await askedAlone(on, {
    ...{ kind: 'history', history, periodsPerYear: 52, method },
  })
  t.equal(figures['reorderPoint'], answer['reorderPoint'])
  t.equal((await openOn(on))[0].quantity, answer['suggestedQuantity'], 'slow movers too')
})

t.test('a fill rate is a target beside the service of a cycle', async (t) => {
  const on = await planning.another()
  await planned(on, 130)
  const cycle = await on.call('reorder', key)
  await on.call('defineItems', {
    items: [{ ...settings, serviceType: 'fill-rate', serviceLevel: 0.95 }],
  })
  const filled = await on.call('reorder', key)
  t.match(filled, { serviceType: 'fill-rate' })
  t.ok(filled['fillRate'] >= 0.95 && cycle['cycleService'] >= 0.95)
  t.ok(filled['reorderPoint'] < cycle['reorderPoint'], 'most of the demand is served in any case')
})

t.test('what logistics tells moves the next receipt and the lead time', async (t) => {
  const on = await planning.another()
  await planned(on, 150)
  const line = { line: '1', ...key, quantity: 300, unit: 'C62', expectedAt: at(on, 7) }
  const order = { purchaseOrder: 'PO-1', supplier: 'SUP-7', placedAt: at(on), lines: [line] }
  await on.host.emit('purchasing.order.placed', order)
  const before = await on.call('reorder', key)
  t.match(before, { nextReceipt: '2026-12-04', onOrder: 300 })
  const eta = (days: number, said: number) => ({
    ...{ shipment: 'SH-1', purchaseOrder: 'PO-1', eta: at(on, days), at: at(on, said) },
  })
  await on.host.emit('logistics.eta.changed', eta(17, 0))
  await on.host.emit('logistics.eta.changed', eta(9, -0.5))
  const late = await on.call('reorder', key)
  t.match(late, { nextReceipt: '2026-12-14' }, 'of two words the newest holds')
  t.ok(late['stockoutProbability'] > before['stockoutProbability'])
  const took = (shipment: string, days: number, more: object) =>
    on.host.emit('logistics.lead-time.observed', {
      ...{ shipment, lane: 'NGB-SZ', hours: 24 * days, ...more },
      ...{ dispatchedAt: at(on, -days), deliveredAt: at(on) },
    })
  await took('SH-2', 20, { items: [{ sku: key.sku }] })
  await took('SH-3', 23, { items: [key] })
  await took('SH-3', 23, { items: [key] })
  t.match(await on.call('reorder', key), { leadTimeDays: 14 }, 'two transports are no lead time')
  await took('SH-4', 26, { supplier: 'SUP-7' })
  const moved = await on.call('reorder', key)
  t.match(moved, { leadTimeDays: 23, leadTimeDeviation: 3 })
  t.match(moved['why'][0], { code: 'LEAD_TIME_TRANSPORTS', values: { observed: 3 } })
  for (const [n, days] of [12, 15, 18].entries()) {
    const placedAt = at(on, -40)
    const purchase = { ...order, purchaseOrder: `PO-A${n}`, placedAt, lines: [line] }
    await on.host.emit('purchasing.order.placed', purchase)
    await on.host.emit('logistics.lead-time.observed', {
      ...{ shipment: `SH-A${n}`, lane: 'NGB-SZ', hours: 48, purchaseOrder: `PO-A${n}` },
      ...{ dispatchedAt: at(on, days - 42), deliveredAt: at(on, days - 40) },
    })
  }
  const arrived = await on.call('reorder', key)
  t.match(arrived['why'][0], { code: 'LEAD_TIME_OBSERVED', values: { observed: 3 } })
  t.ok(Math.abs(arrived['leadTimeDays'] - 15) < 1e-6, 'from the order to its delivery')
})

t.test('an overdue receipt is no receipt of tomorrow', async (t) => {
  const on = await planning.another()
  await planned(on, 150)
  const before = (await on.call('reorder', key))['stockoutProbability']
  const placedAt = new Date(on.host.now() - 30 * DAY).toISOString()
  const expectedAt = new Date(on.host.now() - 10 * DAY).toISOString()
  const line = { line: '1', ...key, quantity: 500, unit: 'C62', expectedAt }
  const order = { purchaseOrder: 'PO-LATE', supplier: 'SUP-7', placedAt, lines: [line] }
  await on.host.emit('purchasing.order.placed', order)
  const { stockoutProbability, why } = await on.call('reorder', key)
  t.equal(stockoutProbability, before, 'as likely as without it')
  t.ok(stockoutProbability > 0.5)
  t.ok(why.some(({ code }: { code: string }) => code === 'RECEIPT_OVERDUE'))
})

t.test('a stock-out at risk names the customers’ orders that wait', async (t) => {
  const on = await planning.another()
  await planned(on, 1000)
  for (const [n, quantity] of [30, 50, 40, 20].entries()) {
    await on.host.emit('orders.order.created', {
      ...{ orderId: `SO-${n}`, customer: 'C-1', placedAt: at(on, n - 6) },
      lines: [{ line: '1', ...key, quantity, unit: 'C62' }],
    })
  }
  await on.host.emit('orders.order.cancelled', {
    orderId: 'SO-3',
    cancelledAt: at(on),
    reason: 'x',
  })
  await on.host.emit('orders.order.shipped', {
    ...{ orderId: 'SO-2', shippedAt: at(on), lines: [{ line: '1', quantity: 40 }] },
  })
  const sold = { kind: 'sale', quantity: 70, unit: 'C62', at: at(on), stockAfter: 10 }
  await on.host.emit('stock.movement.recorded', { movement: 'M-1', ...key, ...sold })
  t.match(published(on, 'inventory.stockout.at-risk').at(-1)?.data, {
    // 70 went out: the 40 that were told as sent, and the 30 of the oldest order.
    orders: ['SO-1'],
  })
})

t.test('quantiles beside the kept ones lie between them', async (t) => {
  const on = await planning.another()
  await planned(on, 1000)
  const levels = [0.01, 0.05, 0.3, 0.5, 0.75, 0.9, 0.99]
  const { periods } = await on.call('forecast', { ...key, horizon: 3, quantiles: levels })
  for (const { quantiles, band } of periods) {
    const values = quantiles.map(({ value }: { value: number }) => value)
    t.strictSame(
      values,
      [...values].sort((a, b) => a - b),
    )
    t.equal(values[1], band.low90)
    t.ok(values[4] > values[3] && values[4] < values[5])
    t.ok(values[6] > band.high90)
  }
})

t.test('items are classed, and the price of service is told', async (t) => {
  const on = await planning.another()
  await planned(on, 1000)
  await t.rejects(on.call('policyFrontier', { ...key, sku: 'NONE' }), { code: 'SERIES_UNKNOWN' })
  await on.call('recordDemand', {
    days: weeks(steady).map((day) => ({ ...day, sku: 'SEAL', quantity: day.quantity / 50 })),
  })
  await run(on)
  await t.rejects(on.call('policyFrontier', { ...key, sku: 'SEAL' }), { code: 'ITEM_UNDEFINED' })
  const costs = { unitCost: 12, orderCost: 30, holdingCostPerUnitYear: 3 }
  await on.call('defineItems', { items: [{ ...settings, ...costs }] })
  t.match(await on.call('classes', { limit: 1 }), {
    withoutCost: 1,
    matrix: [
      { abc: 'A', x: 1 },
      { abc: 'B', x: 0 },
      { abc: 'C', x: 1 },
    ],
    items: [{ ...key, abc: 'A', xyz: 'X', demandClass: 'smooth' }],
    next: /./,
  })
  const { points } = await on.call('policyFrontier', { ...key, levels: [0.9, 0.99] })
  t.match(points, [{ level: 0.9 }, { level: 0.99 }])
  t.ok(points[1].averageStock > points[0].averageStock && points[1].cost > points[0].cost)
  t.ok(points[0].fillRate > 0.9)
})

t.test('a period without stock is what its season lets expect', async (t) => {
  const season = (n: number) => 200 + 100 * Math.sin((2 * Math.PI * n) / 12) + ((n * 7919) % 7)
  const periods = Array.from({ length: 60 }, (_, n) => ({
    ...{ start: 30 * n, days: 30, demand: season(n), daysOut: 0 },
  }))
  const out = periods.map((period, n) =>
    n === 39 ? { ...period, demand: 20, daysOut: 25 } : period,
  )
  const { history, notes } = wantedDemand(out, [], 12)
  t.ok(Math.abs((history[39] as number) - season(39)) < 20, `${history[39]}`)
  t.match(notes, [{ code: 'STOCKOUTS_RAISED', values: { count: 1 } }])
  const half = periods.map((period, n) =>
    n === 3 ? { ...period, demand: 60, daysOut: 15 } : period,
  )
  t.equal(wantedDemand(half, [], 12).history[3], 120, 'days with stock speak for those without')
})
