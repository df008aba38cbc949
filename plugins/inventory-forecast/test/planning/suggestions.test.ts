import t from 'tap'
import { DAY, key, openOn, planned, run, settings, steady, weeks } from './planned-item.ts'
import { planningHost } from './planning-host.ts'

const planning = await planningHost(t)
const { host, call } = planning
const published = (type: string, on = planning) =>
  on.host.published.filter((event) => event.type === type)
const open = (on = planning) => openOn(on)

t.test(
  'stock below the reorder point is a suggestion with each number’s reason, once',
  async (t) => {
    await planned(planning, 180)
    const [suggestion, ...others] = await open()
    t.strictSame(others, [])
    t.match(suggestion, {
      ...key,
      state: 'open',
      revision: 1,
      unit: 'C62',
      supplier: 'SUP-7',
      orderBy: '2026-11-27',
      neededBy: '2026-12-11',
    })
    t.equal(suggestion.quantity % 50, 0)
    t.ok(suggestion.quantity >= 200)
    const codes = suggestion.why.map(({ code }: { code: string }) => code)
    for (const code of [
      'LEAD_TIME_SET',
      'DEMAND_TO_COVER',
      'SERVICE_REACHED',
      'REORDER_POINT',
      'STOCK_POSITION',
      'RAISED_TO_MINIMUM_ORDER',
      'ORDER_BY',
      'STOCKOUT_RISK',
    ]) {
      t.ok(codes.includes(code), code)
    }
    for (const { text } of suggestion.why) t.notMatch(`${text.en}${text['zh-CN']}`, /[{}?]/)
    const figures = await call('reorder', key)
    t.match(figures, {
      onHand: 180,
      position: 180,
      isBelowReorderPoint: true,
      isAtRisk: true,
      leadTimeDays: 14,
    })
    t.ok(Math.abs(figures['meanDemand'] - 200) < 15, 'two weeks of about 100')
    t.ok(Math.abs(figures['reorderPoint'] - figures['meanDemand'] - figures['safetyStock']) < 1e-9)
    const [event] = published('inventory.stock.below-reorder-point')
    t.match(event?.data, {
      ...key,
      onHand: 180,
      onOrder: 0,
      suggestion: suggestion.id,
      suggestedQuantity: suggestion.quantity,
    })
    t.match(published('inventory.stockout.at-risk'), [
      { data: { cause: { code: 'STOCKOUT_RISK' } } },
    ])
    await run(planning)
    t.match(
      await open(),
      [{ id: suggestion.id, revision: 1 }],
      'the same need is the same suggestion',
    )
    t.equal(published('inventory.stock.below-reorder-point').length, 1)
    t.match(await call('stockoutRisk'), {
      items: [{ ...key, onHand: 180, isBelowReorderPoint: true }],
    })
  },
)

t.test('of two planners one decides', async (t) => {
  const [{ id, revision, quantity }] = await open()
  await t.rejects(call('decideSuggestion', { id, revision, decision: 'reject' }), {
    code: 'REASON_MISSING',
  })
  await t.rejects(call('decideSuggestion', { id, revision, decision: 'approve', quantity: 1000 }), {
    code: 'REASON_MISSING',
  })
  const answers = await Promise.allSettled([
    call('decideSuggestion', { id, revision, decision: 'approve' }, 'ann'),
    call(
      'decideSuggestion',
      { id, revision, decision: 'reject', reason: 'Enough is on its way' },
      'bo',
    ),
  ])
  t.strictSame(answers.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
  const lost = answers.find(({ status }) => status === 'rejected') as PromiseRejectedResult
  t.match(lost.reason, { code: 'SUGGESTION_DECIDED' })
  await t.rejects(call('decideSuggestion', { id: 'SG-none', revision: 1, decision: 'approve' }), {
    code: 'SUGGESTION_UNKNOWN',
  })
  if (answers[0]?.status === 'fulfilled') {
    t.match(published('inventory.suggestion.approved'), [
      { data: { ...key, suggestion: id, quantity, by: 'user:ann' } },
    ])
    t.match(
      await call('reorder', key),
      { onOrder: quantity, isBelowReorderPoint: false },
      'what is approved counts',
    )
  }
  await run(planning)
  t.strictSame(await open(), [], 'and is not suggested again')
  const at = new Date(host.now()).toISOString()
  await host.emit('purchasing.order.placed', {
    purchaseOrder: 'PO-1',
    supplier: 'SUP-7',
    placedAt: at,
    lines: [
      {
        line: '1',
        ...key,
        quantity,
        unit: 'C62',
        expectedAt: new Date(host.now() + 10 * DAY).toISOString(),
      },
    ],
  })
  t.match(await call('suggestions', { state: 'approved' }), {
    items: [{ id, purchaseOrder: 'PO-1' }],
  })
  t.match(
    await call('reorder', key),
    { onOrder: quantity, nextReceipt: '2026-12-07' },
    'ordered, it counts once',
  )
})

t.test('a rejected lot takes from the supply: risk and suggestion are there at once', async (t) => {
  await planned(planning, 300)
  t.strictSame(await open(), [])
  t.match(await call('reorder', key), { isBelowReorderPoint: false, isAtRisk: false, unusable: 0 })
  const risks = published('inventory.stockout.at-risk').length
  const at = new Date(host.now() - 100).toISOString()
  await host.emit('stock.receipt.created', {
    receipt: 'R-1',
    lot: 'L-1',
    supplier: 'SUP-7',
    item: key.sku,
    quantity: 200,
    unit: 'C62',
    location: key.location,
    receivedAt: at,
  })
  await host.emit('stock.movement.recorded', {
    movement: 'M-1',
    ...key,
    kind: 'receipt',
    quantity: 200,
    unit: 'C62',
    at,
    stockAfter: 500,
    lot: 'L-1',
  })
  const rejected = {
    lot: 'L-1',
    item: key.sku,
    quantity: 200,
    unit: 'C62',
    rejected: 200,
    quantities: { accepted: 0, rejected: 200, held: 0, pending: 0 },
    decision: 'D-1',
    at: new Date(host.now()).toISOString(),
  }
  await host.emit('quality.lot.rejected', rejected, { id: 'rejection' })
  t.match(await call('reorder', key), { onHand: 500, unusable: 200, usable: 300 })
  await host.emit('stock.movement.recorded', {
    movement: 'M-2',
    ...key,
    kind: 'sale',
    quantity: 150,
    unit: 'C62',
    at: new Date(host.now()).toISOString(),
    stockAfter: 350,
  })
  const [suggestion] = await open()
  t.match(
    suggestion?.why.find(({ code }: { code: string }) => code === 'LOT_REJECTED'),
    { values: { quantity: 200, lots: 1 } },
  )
  t.match(published('inventory.stockout.at-risk').slice(risks), [
    { data: { onHold: 200, cause: { code: 'LOT_REJECTED' } } },
  ])
  await host.emit('quality.lot.rejected', rejected, { id: 'rejection' })
  t.equal((await open()).length, 1, 'told twice it is one')
  await host.emit('stock.movement.recorded', {
    movement: 'M-3',
    ...key,
    kind: 'scrap',
    quantity: 200,
    unit: 'C62',
    at: new Date(host.now() + 1000).toISOString(),
    lot: 'L-1',
  })
  t.match(
    await call('reorder', key),
    { onHand: 150, unusable: 0, usable: 150 },
    'scrapped, it is gone and not counted twice',
  )
  const beyond = {
    ...rejected,
    ...{ lot: 'L-0', location: key.location, decision: 'D-0', quantity: 9000, rejected: 9000 },
    quantities: { accepted: 0, rejected: 9000, held: 0, pending: 0 },
  }
  await host.emit('quality.lot.rejected', beyond, { id: 'rejection of a lot used up' })
  const capped = await call('reorder', key)
  t.match(
    capped,
    { onHand: 150, unusable: 150, usable: 0 },
    'no more is kept from use than is there',
  )
  t.match(
    capped['why'].find(({ code }: { code: string }) => code === 'KEPT_BEYOND_STOCK'),
    { values: { told: 9000, onHand: 150 } },
  )
})

t.test(
  'a suggestion that is not needed any more is superseded, one that nobody read expires',
  async (t) => {
    await planned(planning, 100)
    const [first] = await open()
    await host.emit('stock.level.counted', {
      ...key,
      onHand: 300,
      unit: 'C62',
      at: new Date(host.now()).toISOString(),
    })
    t.strictSame(await open(), [])
    t.match((await call('suggestions', { state: 'superseded' }))['items'], [
      { id: first.id, decidedBy: 'plan', reason: /COVERED/ },
    ])
    await host.emit('stock.level.counted', {
      ...key,
      onHand: 90,
      unit: 'C62',
      at: new Date(host.now() + 2000).toISOString(),
    })
    const [second] = await open()
    await host.advance(15 * DAY)
    await run(planning)
    t.match((await call('suggestions', { state: 'expired' }))['items'], [
      { id: second.id, reason: /LAPSED/ },
    ])
    t.equal((await open()).length, 1, 'the need is still there')
  },
)

t.test(
  'lead times are those observed from order to receipt, and excess is told once',
  async (t) => {
    const on = await planning.another()
    await planned(on, 5000)
    t.match(published('inventory.stock.excess', on), [{ data: { ...key, onHand: 5000 } }])
    await run(on)
    t.equal(published('inventory.stock.excess', on).length, 1)
    for (const [n, days] of [10, 12, 17].entries()) {
      const placed = on.host.now() - (60 - 5 * n) * DAY
      const order = `PO-${n}`
      // The receipt of the last one comes before its order: late events are no other events.
      const receipt = () =>
        on.host.emit('stock.receipt.created', {
          receipt: `R-${n}`,
          lot: `L-${n}`,
          supplier: 'SUP-7',
          item: key.sku,
          quantity: 200,
          unit: 'C62',
          location: key.location,
          receivedAt: new Date(placed + days * DAY).toISOString(),
          purchaseOrder: order,
        })
      const purchase = () =>
        on.host.emit('purchasing.order.placed', {
          purchaseOrder: order,
          supplier: 'SUP-7',
          placedAt: new Date(placed).toISOString(),
          lines: [{ line: '1', ...key, quantity: 200, unit: 'C62' }],
        })
      for (const tell of n === 2 ? [receipt, purchase] : [purchase, receipt]) await tell()
    }
    const figures = await on.call('reorder', key)
    t.match(figures, { leadTimeDays: 13, onOrder: 0 })
    t.ok(Math.abs(figures['leadTimeDeviation'] - Math.sqrt(13)) < 1e-9)
    t.match(figures['why'][0], { code: 'LEAD_TIME_OBSERVED', values: { observed: 3 } })
    await on.host.emit('purchasing.order.placed', {
      purchaseOrder: 'PO-9',
      supplier: 'SUP-7',
      placedAt: new Date(on.host.now()).toISOString(),
      lines: [{ line: '1', ...key, quantity: 10, unit: 'DZN' }],
    })
    t.match(await on.call('reorder', key), { onOrder: 120 })
    await on.host.emit('purchasing.order.changed', {
      purchaseOrder: 'PO-9',
      changedAt: new Date(on.host.now()).toISOString(),
      lines: [{ line: '1', quantity: 5 }],
    })
    t.match(await on.call('reorder', key), { onOrder: 60 }, 'a change is in the unit of its order')
  },
)

t.test('what is missing is said instead of a number', async (t) => {
  const on = await planning.another()
  await on.empty()
  await t.rejects(on.call('reorder', key), { code: 'SERIES_UNKNOWN' })
  await on.call('recordDemand', { days: weeks(steady) })
  t.match(await on.call('reorder', key), {
    why: [
      { code: 'FORECAST_MISSING' },
      { code: 'ITEM_UNDEFINED' },
      { code: 'STOCK_UNKNOWN' },
      { code: 'LEAD_TIME_UNKNOWN' },
    ],
  })
  await t.rejects(on.call('forecast', key), { code: 'FORECAST_MISSING' })
  await t.rejects(on.call('defineItems', { items: [{ ...settings, unit: 'KGM' }] }), {
    code: 'UNIT_MISMATCH',
  })
  await on.call('defineItems', { items: [settings] })
  await t.rejects(on.call('defineItems', { items: [{ ...settings, revision: 7 }] }), {
    code: 'ITEM_CHANGED',
  })
  await on.call('defineItems', { items: [{ ...settings, revision: 1, serviceLevel: 0.99 }] })
  t.match(await on.call('items', {}), {
    items: [
      {
        ...key,
        serviceLevel: 0.99,
        policy: 'reorder-point',
        revision: 2,
        changedBy: 'user:planner',
      },
    ],
  })
  await t.rejects(on.call('items', { cursor: 'x' }), { code: 'CURSOR_INVALID' })
  await run(on)
  t.match(await on.call('reorder', key), { why: [{ code: 'STOCK_UNKNOWN' }] })
  t.strictSame(await open(on), [])
})

t.test('without a grant of events the rows are kept all the same', async (t) => {
  const on = await planning.another({ grants: ['db:own', 'event:subscribe', 'job:schedule'] })
  await planned(on, 120)
  t.equal((await open(on)).length, 1)
  t.strictSame(on.host.published, [])
  t.ok(on.host.log.some(({ level }) => level === 'warn'))
})

t.test(
  'a slow mover is stocked by counts, for a normal distribution says nothing of it',
  async (t) => {
    const on = await planning.another()
    await on.empty()
    await on.call('defineItems', { items: [{ ...settings, packSize: 1, minimumOrder: 1 }] })
    const rare = Array.from({ length: 104 }, (_, n) => (n % 7 === 3 ? 1 + (n % 2) : 0))
    await on.call('recordDemand', { days: weeks(rare) })
    const at = new Date(on.host.now() - 1000).toISOString()
    await on.host.emit('stock.level.counted', { ...key, onHand: 0, unit: 'C62', at })
    await run(on)
    const figures = await on.call('reorder', key)
    t.ok(Number.isInteger(figures['reorderPoint']), 'a count of pieces')
    t.ok(figures['reorderPoint'] >= 1 && figures['reorderPoint'] <= 4)
    t.ok(figures['why'].some(({ code }: { code: string }) => code === 'METHOD_ASKED_FOR'))
    t.equal((await open(on)).length, 1)
  },
)
