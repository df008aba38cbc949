import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import { foldScans, mergeScans } from '../../src/scans/fold-scans.ts'
import type { Scan } from '../../src/scans/scan.ts'
import { STATUSES, type Status } from '../../src/scans/status.ts'
import { shipmentStatus } from '../../src/shipments/shipment-status.ts'
import { casesMissing, scenarios, wordOf } from '../cases.ts'

const HOUR = 3_600_000
const at = (hours: number) => Date.UTC(2026, 2, 1) + hours * HOUR

function scan(hours: number, status: Status | null, more: Partial<Scan> = {}): Scan {
  return { at: at(hours), status, code: status ?? 'NEW', place: '', source: 'one', ...more }
}

const arbitraryScan = fc.record<Scan>(
  {
    // Few instants and places, so that duplicates, ties and neighbours within a minute are met.
    at: fc.integer({ min: 0, max: 40 }).map((n) => at(0) + n * 20_000),
    status: fc.constantFrom(...STATUSES, null),
    code: fc.constantFrom('A', 'B'),
    place: fc.constantFrom('', 'Wuhan', 'wuhan '),
    source: fc.constantFrom('one', 'two'),
    reason: fc.constantFrom('refused', 'damaged'),
    signedBy: fc.constantFrom('Mei', 'Li'),
    corrects: fc.constantFrom<Status>('delivered', 'lost'),
    latitude: fc.constantFrom(30, 31),
    longitude: fc.constantFrom(114, 115),
  },
  { requiredKeys: ['at', 'status', 'code', 'place', 'source'] },
)

t.test('a thousand random orders and repetitions of scans have one state', (t) => {
  const shuffled = fc.array(arbitraryScan, { maxLength: 30 }).chain((scans) =>
    fc.tuple(
      fc.constant(scans),
      fc
        .array(fc.nat(), { minLength: scans.length, maxLength: scans.length })
        .map((draws) => [...scans, ...scans.filter((_, i) => (draws[i] ?? 0) % 3 === 0)])
        .chain((more) => fc.shuffledSubarray(more, { minLength: more.length })),
    ),
  )
  fc.assert(
    fc.property(shuffled, ([scans, others]) => {
      t.strictSame(foldScans(others), foldScans(scans))
      t.strictSame(mergeScans(others), mergeScans(scans))
    }),
    { numRuns: 1000 },
  )
  t.end()
})

t.test('a delivery is final but for a return or a correction', (t) => {
  fc.assert(
    fc.property(fc.array(arbitraryScan, { maxLength: 12 }), (scans) => {
      const plain = scans.filter(
        ({ status, corrects }) =>
          corrects === undefined && status !== 'returning' && status !== 'returned',
      )
      const isDelivered = plain.some(({ status }) => status === 'delivered')
      if (isDelivered) t.equal(foldScans(plain).status, 'delivered')
    }),
  )
  const delivered = [scan(0, 'picked-up'), scan(5, 'delivered', { signedBy: 'Mei' })]
  t.match(foldScans([...delivered, scan(9, 'in-transit')]), {
    status: 'delivered',
    deliveredAt: at(5),
    signedBy: 'Mei',
  })
  t.match(foldScans([...delivered, scan(9, 'returning')]), { status: 'returning' })
  const correction = scan(6, 'in-transit', { corrects: 'delivered' })
  const corrected = foldScans([...delivered, correction])
  t.match(corrected, { status: 'in-transit', attempts: 0 })
  t.notHas(corrected, 'deliveredAt')
  t.match(foldScans([...delivered, correction, scan(8, 'delivered')]), {
    deliveredAt: at(8),
    attempts: 1,
  })
  t.end()
})

t.test('a word that nobody mapped is shown and moves no state', (t) => {
  const state = foldScans([scan(0, 'in-transit'), scan(1, null)])
  t.match(state, { status: 'in-transit', statusAt: at(0), scans: 2, lastScanAt: at(1) })
  t.end()
})

t.test('at one instant the later word of the way holds', (t) => {
  const both = [scan(0, 'delivered'), scan(0, 'in-transit')]
  t.equal(foldScans(both).status, 'delivered')
  t.end()
})

t.test('a minute joins scans from the first of them on, and never for longer', (t) => {
  const pings = [0, 50, 100].map((s) => scan(s / 3600, 'in-transit', { place: 'Wuhan' }))
  t.equal(mergeScans(pings).length, 2)
  t.end()
})

t.test('the scenarios end as they should', { skip: casesMissing }, (t) => {
  for (const { name, events, expect } of scenarios()) {
    const scans = events.map(
      ({ source, status, eventTime, location }): Scan => ({
        at: Date.parse(eventTime),
        status: wordOf[status] ?? null,
        ...{ code: status, place: location, source },
      }),
    )
    const state = foldScans(scans)
    const merged = mergeScans(scans)
    t.equal(state.status, wordOf[expect.status], name)
    if (expect.events !== undefined) t.equal(merged.length, expect.events, name)
    if (expect.attempts !== undefined) t.equal(state.attempts, expect.attempts, name)
    if (expect.deliveredAt !== undefined)
      t.equal(state.deliveredAt, Date.parse(expect.deliveredAt), name)
    if (expect.order !== undefined) {
      t.strictSame(
        merged.map(({ status }) => status),
        expect.order.map((word) => wordOf[word]),
        name,
      )
    }
    if (expect.sources !== undefined) t.strictSame(merged[0]?.sources, expect.sources, name)
  }
  t.end()
})

t.test('a parcel with 500 scans is folded in less than ten milliseconds', (t) => {
  const scans = Array.from({ length: 500 }, (_, i) =>
    scan((i * 7919) % 500, STATUSES[i % 5] ?? null, { place: `Hub ${i % 40}` }),
  )
  for (let i = 0; i < 20; i += 1) foldScans(scans)
  // Of its own computing: what others do on the machine meanwhile is not the fold's.
  const begun = process.cpuUsage()
  for (let i = 0; i < 20; i += 1) foldScans(scans)
  const { user, system } = process.cpuUsage(begun)
  const ms = (user + system) / 1000 / 20
  t.comment(`${ms.toFixed(2)} ms`)
  t.ok(ms < 10)
  t.end()
})

t.test('a shipment is as far as its last parcel, and says what is in the way', (t) => {
  t.equal(shipmentStatus([]), 'registered')
  t.equal(shipmentStatus(['delivered', 'in-transit']), 'in-transit')
  t.equal(shipmentStatus(['delivered', 'registered']), 'in-transit')
  t.equal(shipmentStatus(['delivered', 'cancelled']), 'delivered')
  t.equal(shipmentStatus(['cancelled', 'cancelled']), 'cancelled')
  t.equal(shipmentStatus(['delivered', 'exception', 'in-transit']), 'exception')
  t.equal(shipmentStatus(['delivered', 'returned']), 'returned')
  t.equal(shipmentStatus(['label-created', 'ready']), 'label-created')
  fc.assert(
    fc.property(fc.shuffledSubarray([...STATUSES]), (words) => {
      t.equal(shipmentStatus(words), shipmentStatus([...words].reverse()))
    }),
  )
  t.end()
})
