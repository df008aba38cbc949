import { existsSync, readFileSync } from 'node:fs'
import t from 'tap'
import { fc } from '../../../sdk/test/seeded-check.ts'
import { findBlockers } from '../src/blockers/find-blockers.ts'
import { canonicalJson } from '../src/facts/canonical-json.ts'
import type { FactData } from '../src/facts/fact-data.ts'
import { factOfEvent, type ToldEvent, type ToldFact } from '../src/facts/fact-of-event.ts'
import { foldOrder } from '../src/projection/fold-order.ts'
import type { OrderView } from '../src/projection/order-view.ts'
import { chanceWithin, remainingOf, sumOf } from '../src/promises/duration.ts'
import { judgePromise } from '../src/promises/judge-promise.ts'
import { normalCdf, normalQuantile } from '../src/promises/normal.ts'
import { sharedView } from '../src/sharing/shared-view.ts'
import { stages } from '../src/stages/stages.ts'
import { instantText, msOfInstant } from '../src/time/instant.ts'
import { story } from './support/story.ts'
import { event, factsOf, hash, stockWordsOf, told } from './support/told.ts'

const fold = (orderId: string, all: readonly ToldFact[]): OrderView => {
  const facts = factsOf(orderId, all)
  const bare = foldOrder(orderId, facts)
  const skus = bare?.lines.map(({ sku }) => sku) ?? []
  const view = foldOrder(orderId, facts, stockWordsOf(skus, all))
  if (view === undefined) throw new Error(`${orderId} is not there`)
  return view
}
const path = (view: OrderView) => view.stays.map(({ stage }) => stage).join(' ')
const until = (day: number) => Date.UTC(2026, 10, day)
const before = (events: readonly ToldEvent[], day: number) =>
  events.map(told).filter(({ fact }) => fact.happenedAt < until(day))

t.test(
  'a story of all plugins is one order, with its way through the stages and back',
  async (t) => {
    const view = fold('SO-1', story().map(told))
    t.equal(
      path(view),
      'signing released sourcing inspecting released ready shipped delivered invoiced completed',
    )
    t.match(view.lines, [{ ordered: 100, allocated: 100, shipped: 100, delivered: 100, onHold: 0 }])
    t.match(view.envelopes, [{ envelope: 'E-SO-1', state: 'completed', signed: 1 }])
    t.match(view.lots, [{ lot: 'LOT-SO-1', state: 'rejected', rejected: 100 }])
    t.match(view.purchases, [{ purchaseOrder: 'PO-SO-1', received: 100 }])
    t.equal(view.paidAt, Date.UTC(2026, 10, 25, 8), 'when the sum of payments reached the amount')
    t.equal(view.deliveredAt, Date.UTC(2026, 10, 18, 8))
    t.match(
      view.blocks.find(({ block }) => block === 'quality'),
      { source: '@signalbox/quality-checks@1.0.0' },
    )
  },
)

t.test('in the middle of it the promise is late, with owner and next action', async (t) => {
  const view = fold('SO-1', before(story(), 12))
  const now = until(12)
  const blockers = findBlockers(view, {}, now)
  t.strictSame(
    blockers.map(({ code, owner }) => [code, owner]),
    [
      ['LOT_REJECTED', 'wang'],
      ['EIGHT_D_OVERDUE', 'wang'],
      ['NONCONFORMITY_OPEN', 'wang'],
      ['STOCKOUT_RISK_REORDERED', 'purchasing'],
      ['STAGE_OVERDUE', 'planning'],
    ],
    'the alarm was settled by the decision on its lot',
  )
  const { onTimeProbability = 1, reasons } = judgePromise(view, blockers, {}, {}, now)
  t.ok(onTimeProbability < 0.3, `chance ${onTimeProbability}`)
  t.ok(reasons.every(({ text }) => text.en !== '' && text['zh-CN'] !== ''))
  const set = {
    blockers: [
      { code: 'LOT_REJECTED', owner: 'chen' },
      { code: 'STAGE_OVERDUE', ignore: true },
    ],
  }
  const mine = findBlockers(view, set, now)
  t.notOk(
    mine.some(({ code }) => code === 'STAGE_OVERDUE'),
    'settings may leave a rule out',
  )
})

t.test(
  '1,000 orders of arrival with repetitions give one view, of two orders that share a stock',
  async (t) => {
    const all = [...story('SO-1'), ...story('SO-2')].map(told)
    const expected = ['SO-1', 'SO-2'].map((id) => canonicalJson(fold(id, all)))
    const arrivals = fc.tuple(
      fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length }),
      fc.array(fc.nat(all.length - 1), { maxLength: 20 }),
    )
    let wrong = 0
    fc.assert(
      fc.property(arrivals, ([order, again]) => {
        const arrived = [...order]
        for (const nth of again) {
          // Told a second time: as it was, or anew with another id.
          const one = all[nth] as ToldFact
          arrived.splice((nth * 7) % arrived.length, 0, { ...one, eventId: `${one.eventId}-again` })
        }
        const views = ['SO-1', 'SO-2'].map((id) => canonicalJson(fold(id, arrived)))
        if (views.join() !== expected.join()) wrong++
        return views.join() === expected.join()
      }),
      { numRuns: 1000 },
    )
    t.equal(wrong, 0)
  },
)

t.test(
  'any part of what was told has a view, and its stays follow each other without a gap',
  async () => {
    const all = story().map(told)
    fc.assert(
      fc.property(fc.subarray(all, { minLength: 1 }), (some) => {
        const view = foldOrder('SO-1', factsOf('SO-1', some))
        return (view?.stays ?? []).every(
          ({ stage, leftAt }, nth, stays) =>
            stages.includes(stage) &&
            leftAt === stays[nth + 1]?.enteredAt &&
            stage !== stays[nth + 1]?.stage,
        )
      }),
      { numRuns: 300 },
    )
  },
)

t.test('a fact that comes late moves history to when it happened', async (t) => {
  const events = story()
  const release = events.find(({ type }) => type === 'orders.order.released') as ToldEvent
  const without = events.filter((one) => one !== release)
  const late = { ...release, time: '2026-11-28T00:00:00.000Z' }
  const view = fold('SO-1', [...without, late].map(told))
  const released = view.stays.find(({ stage }) => stage === 'released')
  t.equal(released?.enteredAt, Date.UTC(2026, 10, 2, 12), 'by when it happened')
  t.equal(view.asOf, Date.UTC(2026, 10, 28), 'known since it was told')
})

t.test(
  'a delivery that its carrier takes back is none, and one that comes after it is',
  async (t) => {
    const at = (hour: number) => instantText(Date.UTC(2026, 10, 18, hour))
    const parcel = { shipment: 'OUT-SO-1', orders: ['SO-1'], parcel: 'P1' }
    const taken = event(
      'logistics.shipment.status-changed',
      {
        ...{ ...parcel, from: 'delivered', to: 'in-transit', occurredAt: at(2), at: at(20) },
      },
      { time: '2026-11-19T00:00:00.000Z' },
    )
    const events = story().filter(
      ({ type, data }) =>
        !/invoice|payment/.test(type) &&
        !(
          type === 'logistics.shipment.delivered' &&
          (data as FactData['logistics.shipment.delivered']).direction === 'outbound'
        ),
    )
    t.equal(fold('SO-1', events.map(told)).stays.at(-1)?.stage, 'delivered')
    const back = fold('SO-1', [...events, taken].map(told))
    t.equal(back.stays.at(-1)?.stage, 'shipped', 'no stay of a delivery that was none')
    t.notOk(back.stays.some(({ stage }) => stage === 'delivered'))
    const again = event(
      'logistics.shipment.status-changed',
      {
        ...{ ...parcel, from: 'in-transit', to: 'delivered', occurredAt: at(22), at: at(23) },
      },
      { time: '2026-11-19T01:00:00.000Z' },
    )
    const view = fold('SO-1', [...events, taken, again].map(told))
    t.equal(view.deliveredAt, Date.UTC(2026, 10, 18, 22))
  },
)

t.test('cancelled lines, parts and payments in advance', async (t) => {
  const line = (name: string, quantity: number) => ({
    line: name,
    sku: name,
    quantity,
    unit: 'C62',
  })
  const placedAt = '2026-11-01T00:00:00.000Z'
  const base = [
    event('orders.order.created', {
      ...{ orderId: 'A', customer: 'x', placedAt, lines: [line('1', 10), line('2', 5)] },
      ...{ amount: '10', currency: 'CNY' },
    }),
    event('orders.payment.received', {
      ...{ orderId: 'A', paymentId: 'p', receivedAt: '2026-11-01T01:00:00.000Z', amount: '0.1' },
      ...{ currency: 'CNY', final: true },
    }),
  ]
  const sent = (nth: string, quantity: number, on: number) =>
    event('orders.order.shipped', {
      ...{ orderId: 'A', shippedAt: `2026-11-0${on}T00:00:00.000Z`, shipment: `S${on}` },
      lines: [{ line: nth, quantity }],
    })
  t.equal(path(fold('A', base.map(told))), 'entered', 'paid in advance, nothing sent')
  t.equal(
    path(fold('A', [...base, sent('1', 6, 2)].map(told))),
    'entered',
    'a part is not the whole',
  )
  const cancelled = event('orders.order.cancelled', {
    ...{ orderId: 'A', cancelledAt: '2026-11-03T00:00:00.000Z', lines: ['2'] },
  })
  const rest = fold('A', [...base, sent('1', 6, 2), cancelled, sent('1', 4, 4)].map(told))
  t.equal(path(rest), 'entered shipped', 'what is left is all')
  t.match(rest.lines, [{ shipped: 10 }, { ordered: 0, isCancelled: true }])
  const whole = event('orders.order.cancelled', {
    ...{ orderId: 'A', cancelledAt: '2026-11-05T00:00:00.000Z' },
  })
  t.equal(path(fold('A', [...base, whole].map(told))), 'entered cancelled')
})

t.test('what a customer sees is a list: nothing else of the order is in it', async (t) => {
  const secret = {
    customer: 'Dongchen',
    supplier: 'LIYUAN',
    owner: 'wang',
    seller: 'li',
    price: '1000.00',
  }
  for (const day of [3, 8, 12, 17, 27]) {
    const view = fold('SO-1', before(story(), day))
    const shown = JSON.stringify(sharedView(view, until(day)))
    for (const [name, word] of Object.entries(secret))
      t.notMatch(shown, `"${word}"`, `${name} on day ${day}`)
    t.notMatch(shown, /LOT-|NC-|PO-|IN-SO|reject|probab|blocker|sourcing|inspecting/)
  }
})

t.test('figures of promises are those of the distribution', async (t) => {
  t.ok(Math.abs(normalCdf(1.959963984540054) - 0.975) < 1e-12)
  t.ok(Math.abs(normalQuantile(0.9) - 1.2815515655446004) < 1e-9)
  const duration = { median: 48, p90: 120 }
  t.ok(Math.abs(chanceWithin(duration, 48) - 0.5) < 1e-12)
  t.ok(Math.abs(chanceWithin(duration, 120) - 0.9) < 1e-12)
  // The sum of one is itself; of what is left of a duration the chance adds up to the whole.
  const one = sumOf([duration])
  t.ok(Math.abs(one.median - 48) < 1e-9 && Math.abs(one.p90 - 120) < 1e-6)
  const left = remainingOf(duration, 24)
  const conditional =
    (chanceWithin(duration, 24 + left.median) - chanceWithin(duration, 24)) /
    (1 - chanceWithin(duration, 24))
  t.ok(Math.abs(conditional - 0.5) < 1e-9, 'half of those that took longer than a day')
  fc.assert(
    fc.property(
      fc.double({ min: 1, max: 500, noNaN: true }),
      fc.double({ min: 1, max: 500, noNaN: true }),
      (a, b) => {
        const sum = sumOf([
          { median: a, p90: a * 2 },
          { median: b, p90: b * 3 },
        ])
        return sum.median > Math.max(a, b) * 0.99 && sum.p90 >= sum.median
      },
    ),
  )
})

t.test('instants are read and written as RFC 3339 says', async (t) => {
  fc.assert(
    fc.property(
      fc.date({ min: new Date('1970-01-01'), max: new Date('2199-12-31'), noInvalidDate: true }),
      (date) => {
        return (
          instantText(date.getTime()) === date.toISOString() &&
          msOfInstant(date.toISOString()) === date.getTime()
        )
      },
    ),
  )
  t.equal(msOfInstant('2026-11-27T08:00:00+08:00'), Date.UTC(2026, 10, 27))
  t.throws(() => msOfInstant('yesterday'), { code: 'INSTANT_INVALID' })
  const placedAt = '2031-01-01T00:00:00Z'
  const ahead = event('orders.order.created', { orderId: 'A', customer: 'x', placedAt, lines: [] })
  t.throws(() => factOfEvent(ahead, hash, until(1)), { code: 'FACT_IN_FUTURE' })
})

const recording = new URL('../../business-events/recordings/dongchen.ndjson', import.meta.url)

t.test(
  'a recording of a company folds: its orders are there, and stock movements of no order are not kept',
  { skip: existsSync(recording) ? false : 'the recording is not here' },
  async (t) => {
    const lines = readFileSync(recording, 'utf8').trim().split('\n')
    const heard = new Set([
      'orders.order.created',
      'purchasing.order.placed',
      'stock.receipt.created',
      'stock.movement.recorded',
    ])
    const facts = lines
      .map((line) => ({ ...JSON.parse(line), source: '/tenants/t/apps/erp' }) as ToldEvent)
      .filter(({ type }) => heard.has(type))
      .flatMap((one) => factOfEvent(one, hash, Date.UTC(2030, 0, 1)) ?? [])
    t.equal(facts.filter(({ fact }) => fact.type === 'stock.movement.recorded').length, 0)
    const orders = facts.flatMap(({ fact }) =>
      fact.type === 'orders.order.created' ? [fact.data] : [],
    )
    t.equal(orders.length, 12)
    for (const { orderId, customer, lines: ordered } of orders) {
      const view = fold(orderId, facts)
      t.match(view, { isKnown: true, customer })
      t.equal(view.lines.length, ordered.length)
      t.match(view.blocks, [{ block: 'order', source: 'apps/erp' }])
    }
  },
)
