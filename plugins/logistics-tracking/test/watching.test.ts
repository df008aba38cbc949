import t from 'tap'
import { learnLanes } from '../src/arrivals/lane-model.ts'
import type { KnownLanes } from '../src/arrivals/lane-store.ts'
import { tripsOf } from '../src/arrivals/trip-of.ts'
import { defaultLimits } from '../src/exceptions/exception-rules.ts'
import { lookAt } from '../src/watching/look.ts'
import type { WatchedShipment } from '../src/watching/watched-shipment.ts'
import { simulatedPassages } from './arrivals/simulated-passages.ts'

const HOUR_MS = 3_600_000
const china = 8 * HOUR_MS
const dispatchedAt = Date.parse('2026-06-02T08:00:00+08:00')
const passages = simulatedPassages(4, 1200).map((one) => ({
  ...one,
  lane: one.lane.replace('>', ' > '),
}))
const lanes: KnownLanes = {
  ...learnLanes(passages),
  ranges: new Map(),
  silences: new Map([['sf', 30]]),
}
const rules = {
  limits: defaultLimits,
  owners: [{ owner: 'dispatch' }, { kind: 'stuck', owner: 'carrier-desk' }],
} as const

function watched(
  more: Partial<WatchedShipment['shipment']> = {},
  rest: Partial<WatchedShipment> = {},
): WatchedShipment {
  const shipment = {
    ...({
      shipment: 'S-1',
      direction: 'outbound',
      orders: ['SO-1'],
      from: 'SUZHOU',
      to: 'WUHAN',
    } as const),
    ...({
      registeredAt: dispatchedAt - HOUR_MS,
      dispatchedAt,
      status: 'in-transit',
      deliveredTold: false,
      revision: 3,
    } as const),
    ...more,
  }
  const state = {
    status: shipment.status,
    statusAt: dispatchedAt,
    lastScanAt: dispatchedAt,
    attempts: 0,
    scans: 1,
  }
  return { shipment, parcels: [{ carrier: 'sf', state }], open: [], ...rest }
}

function look(one: WatchedShipment, hours: number) {
  const nowMs = dispatchedAt + hours * HOUR_MS
  return lookAt(one, tripsOf(one.shipment, one.parcels, nowMs, china), lanes, rules, {
    nowMs,
    id: () => 'exc_1',
  })
}

t.test('an expected arrival is told once, and again when it is another', async (t) => {
  const first = look(watched(), 1)
  t.match(first.events, [
    { type: 'logistics.eta.changed', key: 'S-1', data: { orders: ['SO-1'], carrier: 'sf' } },
  ])
  const told = watched({}, { toldMs: first.toldMs ?? 0 })
  t.same(look(told, 2).events, [], 'an hour later it is the same')
  const late = look(told, 29)
  t.match(
    late.events,
    [{ type: 'logistics.eta.changed', data: { from: /^2026-06-02T21/ } }],
    'it should have come',
  )
})

t.test(
  'what is in the way is opened with its owner, looked for in time, and closed when it has passed',
  async (t) => {
    const calm = look(watched(), 1)
    t.equal(calm.lookAtMs, dispatchedAt + 7 * HOUR_MS, 'six hours later at the latest')
    const near = look(watched(), 29.5)
    t.equal(
      near.lookAtMs,
      dispatchedAt + 30 * HOUR_MS,
      'when it will have been silent for longer than usual',
    )
    const silent = look(watched(), 31)
    t.match(silent.opened, [{ kind: 'stuck', owner: 'carrier-desk', exception: 'exc_1' }])
    const open = [{ exception: 'exc_9', kind: 'stuck' }] as const
    t.same(look(watched({}, { open }), 32).opened, [], 'it is open')
    const moved = watched(
      {},
      {
        open,
        parcels: [
          {
            carrier: 'sf',
            state: {
              status: 'in-transit',
              statusAt: dispatchedAt,
              lastScanAt: dispatchedAt + 31 * HOUR_MS,
              attempts: 0,
              scans: 2,
            },
          },
        ],
      },
    )
    t.same(look(moved, 32).closed, ['exc_9'])
  },
)

t.test('a shipment that is over is looked at no more, and nothing is in its way', async (t) => {
  const open = [{ exception: 'exc_9', kind: 'late' }] as const
  const done = look(
    watched({ status: 'delivered', deliveredAt: dispatchedAt + 20 * HOUR_MS }, { open }),
    100,
  )
  t.equal(done.lookAtMs, null)
  t.same(done.closed, ['exc_9'])
  t.same(done.opened, [])
})

t.test('near its end a shipment is judged by its last milestone', async (t) => {
  const near = watched(
    { status: 'out-for-delivery' },
    {
      parcels: [
        {
          carrier: 'sf',
          state: {
            status: 'out-for-delivery',
            statusAt: dispatchedAt + 5 * HOUR_MS,
            attempts: 0,
            scans: 3,
          },
        },
      ],
    },
  )
  const trips = tripsOf(near.shipment, near.parcels, dispatchedAt + 6 * HOUR_MS, china)
  t.match(trips, [
    { milestone: 'out-for-delivery', fromMs: dispatchedAt + 5 * HOUR_MS },
    { milestone: 'dispatched' },
  ])
})
