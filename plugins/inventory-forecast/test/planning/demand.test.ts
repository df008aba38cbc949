import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import { dayOf, formatDay } from '../../src/calendar/civil-day.ts'
import { dayOfText, instantText, msOfInstant } from '../../src/calendar/instant.ts'
import { addPeriods, periodStart } from '../../src/calendar/period.ts'
import { planningHost } from './planning-host.ts'

const planning = await planningHost(t)
const key = { sku: 'BRK-6204', location: 'SZ-01' }

interface Told {
  readonly type: string
  readonly id: string
  readonly data: object
}

const movement = (
  movement: string,
  kind: string,
  quantity: number,
  at: string,
  more: object = {},
): Told => ({
  type: 'stock.movement.recorded',
  id: `event-${movement}`,
  data: { ...key, movement, kind, quantity, unit: 'C62', at, ...more },
})

async function tell(events: readonly Told[]): Promise<void> {
  for (const { type, id, data } of events) await planning.host.emit(type, data, { id })
}

async function kept() {
  const { rows: days } = await planning.query(
    `select day::text, issued::text, returned::text, received::text, unmet::text, stocked_out, stock_least::text, stock_last::text
       from demand_days order by day`,
    [],
  )
  const { rows: level } = await planning.query(
    'select on_hand::text, told_at, told_by from stock_levels',
    [],
  )
  const { rows: series } = await planning.query(
    'select sku, location, unit, dirty_from::text from series',
    [],
  )
  const { rows: lots } = await planning.query(
    'select lot, rejected::text, held::text from quality_lots order by lot',
    [],
  )
  const { rows: orders } = await planning.query(
    'select order_no, line, quantity::text, day::text from order_lines order by 1, 2',
    [],
  )
  return JSON.stringify({ days, level, series, lots, orders })
}

t.test('days are those of the calendar, there and back', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: -100_000, max: 100_000 }), (day) => {
      const ms = day * 86_400_000
      return (
        formatDay(day) === new Date(ms).toISOString().slice(0, 10) &&
        dayOfText(formatDay(day)) === day &&
        instantText(ms + 12_345_678) === new Date(ms + 12_345_678).toISOString() &&
        msOfInstant(instantText(ms)) === ms
      )
    }),
  )
  t.equal(msOfInstant('2026-11-27T08:30:00.250+08:00'), Date.UTC(2026, 10, 27, 0, 30, 0, 250))
  t.equal(
    formatDay(periodStart(dayOf({ year: 2026, month: 11, day: 29 }), 'week')),
    '2026-11-23',
    'a week begins on Monday',
  )
  t.equal(formatDay(addPeriods(dayOf({ year: 2026, month: 11, day: 1 }), 'month', 3)), '2027-02-01')
  for (const wrong of ['2026-02-30', '2026-13-01', 'today'])
    t.throws(() => dayOfText(wrong), { code: 'DATE_INVALID' })
  t.throws(() => msOfInstant('2026-11-27'), { code: 'INSTANT_INVALID' })
  t.end()
})

t.test(
  'sales and issues are demand, returns take it back, what is missing counts, receipts do not',
  async (t) => {
    await planning.empty()
    await tell([
      movement('m1', 'sale', 10, '2026-11-25T01:00:00Z', { stockAfter: 90 }),
      movement('m2', 'issue', 5, '2026-11-25T02:00:00Z', { stockAfter: 85 }),
      movement('m3', 'return', 2, '2026-11-25T03:00:00Z', { stockAfter: 87 }),
      movement('m4', 'receipt', 100, '2026-11-25T04:00:00Z', { stockAfter: 187 }),
      movement('m5', 'sale', 7, '2026-11-25T05:00:00Z', {
        stockAfter: 0,
        stockedOut: true,
        unmet: 4,
      }),
      movement('m6', 'adjustment', -1, '2026-11-25T06:00:00Z', { stockAfter: -1 }),
      movement('m7', 'transfer-out', 3, '2026-11-25T07:00:00Z'),
    ])
    const { rows } = await planning.query(
      'select issued::float8, returned::float8, received::float8, unmet::float8, stocked_out from demand_days',
      [],
    )
    t.strictSame(rows, [{ issued: 22, returned: 2, received: 100, unmet: 4, stocked_out: true }])
    t.match(
      await planning.call('reorder', key),
      { onHand: -4 },
      'what moved after the last figure is added to it',
    )
    t.match((await planning.call('workbench')).findings, [{ code: 'STOCK_NEGATIVE', stock: -1 }])
  },
)

t.test(
  'any order and any repetition of events give the same series, stock and marks',
  async (t) => {
    const facts: Told[] = [
      ...Array.from({ length: 9 }, (_, n) =>
        movement(
          `s${n}`,
          n % 4 === 3 ? 'return' : 'sale',
          0.1 * (n + 1),
          `2026-11-2${n % 5}T0${n}:00:00+08:00`,
          {
            stockAfter: 50 - n,
            ...(n === 5 ? { stockedOut: true, unmet: 0.3 } : {}),
          },
        ),
      ),
      movement('late', 'sale', 0.7, '2026-09-30T16:30:00Z'),
      {
        type: 'stock.level.counted',
        id: 'count-1',
        data: { ...key, onHand: 41.5, unit: 'C62', at: '2026-11-24T20:00:00+08:00' },
      },
      {
        type: 'orders.order.created',
        id: 'o1',
        data: {
          orderId: 'O-1',
          customer: 'C',
          placedAt: '2026-11-20T01:00:00Z',
          lines: [
            { line: '1', ...key, quantity: 6, unit: 'C62' },
            { line: '2', ...key, quantity: 2, unit: 'C62' },
          ],
        },
      },
      {
        type: 'orders.order.changed',
        id: 'o2',
        data: {
          orderId: 'O-1',
          changedAt: '2026-11-21T01:00:00Z',
          lines: [{ line: '1', ...key, quantity: 4, unit: 'C62' }],
        },
      },
      {
        type: 'orders.order.cancelled',
        id: 'o3',
        data: { orderId: 'O-1', cancelledAt: '2026-11-22T01:00:00Z', lines: ['2'] },
      },
      {
        type: 'quality.lot.held',
        id: 'q1',
        data: {
          lot: 'L-1',
          item: key.sku,
          location: key.location,
          quantity: 20,
          unit: 'C62',
          held: 20,
          reason: { code: 'X', text: { en: 'x', 'zh-CN': 'x' } },
          at: '2026-11-24T01:00:00Z',
        },
      },
      {
        type: 'quality.lot.rejected',
        id: 'q2',
        data: {
          lot: 'L-1',
          item: key.sku,
          location: key.location,
          quantity: 20,
          unit: 'C62',
          rejected: 8,
          quantities: { accepted: 12, rejected: 8, held: 0, pending: 0 },
          decision: 'D-1',
          at: '2026-11-25T01:00:00Z',
        },
      },
    ]
    await planning.empty()
    await tell(facts)
    const expected = await kept()
    t.match(
      expected,
      /"day":"2026-10-01","issued":"0.700000"/,
      'a late event is of the day it happened, in the tenant’s time',
    )
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray(facts, { minLength: facts.length }),
        fc.array(fc.nat({ max: facts.length - 1 }), { maxLength: 6 }),
        async (order, again) => {
          await planning.empty()
          await tell([...order, ...again.map((n) => facts[n] as Told)])
          // Another system sends what it knows under other event ids: the movement is the same.
          await tell(again.map((n) => ({ ...(facts[n] as Told), id: `again-${n}` })))
          return (await kept()) === expected
        },
      ),
      { numRuns: 12 },
    )
  },
)

t.test('what cannot be is refused by its code and changes nothing', async (t) => {
  await planning.empty()
  await tell([movement('m1', 'sale', 1, '2026-11-25T01:00:00Z')])
  const before = await kept()
  const refused = (event: Told, code: string) => t.rejects(tell([event]), { code })
  await refused(movement('m2', 'sale', 1, '2026-11-25T01:00:00Z', { unit: 'KGM' }), 'UNIT_MISMATCH')
  await refused(movement('m3', 'sale', -1, '2026-11-25T01:00:00Z'), 'QUANTITY_NEGATIVE')
  await refused(movement('m4', 'sale', 1, '2026-12-25T01:00:00Z'), 'EVENT_FROM_FUTURE')
  await refused(movement('m5', 'sale', 1, '2023-11-20T01:00:00Z'), 'EVENT_TOO_OLD')
  t.equal(await kept(), before)
  await tell([movement('m6', 'sale', 2, '2026-11-25T02:00:00Z', { unit: 'DZN' })])
  const { rows } = await planning.query('select issued::float8 from demand_days', [])
  t.strictSame(rows, [{ issued: 25 }], 'two dozen pieces are 24')
})

t.test('a loaded history stands for its days, and is corrected by loading again', async (t) => {
  await planning.empty()
  await tell([movement('m1', 'sale', 3, '2026-11-10T01:00:00Z')])
  const day = (day: string, quantity: number, more: object = {}) => ({
    ...key,
    day,
    quantity,
    unit: 'C62',
    ...more,
  })
  t.strictSame(
    await planning.call('recordDemand', { days: [day('2026-11-09', 8), day('2026-11-10', 5)] }),
    { recorded: 2, series: 1 },
  )
  await planning.call('recordDemand', { days: [day('2026-11-09', 9)] })
  const { periods } = await planning.call('demand', key)
  t.match(periods, [
    { start: '2026-11-09', demand: 14, daysOut: 0 },
    { start: '2026-11-16', demand: 0 },
  ])
  for (const [days, code] of [
    [[day('2026-11-28', 1)], 'DAY_IN_FUTURE'],
    [[day('0026-11-09', 1)], 'DAY_TOO_OLD'],
    [[day('2026-02-30', 1)], 'CORE_INPUT_INVALID'],
    [[day('2026-11-01', 1), day('2026-11-01', 2)], 'DAY_TWICE'],
    [[day('2026-11-01', 1, { unit: 'KGM' })], 'UNIT_MISMATCH'],
    [[day('2026-11-01', -1)], 'CORE_INPUT_INVALID'],
  ] as const) {
    await t.rejects(planning.call('recordDemand', { days }), { code })
  }
})

t.test(
  'demand is seen as it would have been with stock, and by orders where the tenant says so',
  async (t) => {
    await planning.empty()
    const sold = (week: number, quantity: number) => ({
      ...key,
      day: formatDay(dayOf({ year: 2026, month: 9, day: 7 }) + 7 * week),
      quantity,
      unit: 'C62',
    })
    await planning.call('recordDemand', { days: [0, 1, 2, 3, 4].map((week) => sold(week, 70)) })
    const out = Array.from({ length: 4 }, (_, day) => ({
      ...sold(5, day === 0 ? 30 : 0),
      day: formatDay(dayOf({ year: 2026, month: 10, day: 12 }) + day),
      stockedOut: day > 0,
    }))
    await planning.call('recordDemand', { days: out })
    const { periods, notes } = await planning.call('demand', key)
    t.match(
      periods[5],
      { demand: 30, daysOut: 3, cleaned: 52.5 },
      '30 in four days are 52.5 in seven',
    )
    t.match(notes, [{ code: 'STOCKOUTS_FILLED' }])
    const byOrders = await planning.another({ config: { demandFrom: 'orders' } })
    await byOrders.empty()
    await byOrders.host.emit('orders.order.created', {
      orderId: 'O-1',
      customer: 'C',
      placedAt: '2026-11-10T01:00:00Z',
      lines: [{ line: '1', ...key, quantity: 6, unit: 'C62' }],
    })
    await byOrders.host.emit(
      'stock.movement.recorded',
      movement('m1', 'sale', 99, '2026-11-10T01:00:00Z').data,
    )
    t.match((await byOrders.call('demand', key)).periods[0], { start: '2026-11-09', demand: 6 })
  },
)
