import { createTestHost, type TestHost } from '@signalbox/sdk/testing'
import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import { endOfMonth, monthOf } from '../../src/calendar/months.ts'
import plugin from '../../src/index.ts'
import { type DecidedLot, decidedLots } from '../../src/suppliers/decision.ts'
import { decisionOf } from '../../src/suppliers/on-inspection-decided.ts'
import { gradeOf, supplierScore, trendOf } from '../../src/suppliers/supplier-score.ts'
import { supplierSettings } from '../../src/suppliers/supplier-settings.ts'
import { sharedHost } from '../shared-host.ts'
import { tenantDatabase } from '../tenant-database.ts'

const settings = supplierSettings({})
const until = '2026-04-01T00:00:00.000Z'
const nothing = { lots: [], requests: [], until }

const lot = (more: Partial<DecidedLot> = {}): DecidedLot => ({
  ...{ inspection: 'I', lot: 'L', item: 'V', decidedAt: '2026-03-02T00:00:00.000Z' },
  ...{ lotAccepted: true, accepted: 100, rejected: 0, inspected: 32, nonconforming: 0 },
  ...more,
})

t.test('nothing assessed is null, not a perfect month', async (t) => {
  t.match(supplierScore(nothing, settings), {
    ...{ lots: 0, ppm: null, lotAcceptance: null, responseDays: null, score: null, grade: null },
    parts: [{ weight: 0 }, { weight: 0 }, { weight: 0 }],
  })
})

t.test('the score is the weighted mean of what could be assessed, by hand', async (t) => {
  const lots = [lot(), lot({ inspected: 68, nonconforming: 1 }), lot({ lotAccepted: false })]
  // 1 of 132 items: 7,575.76 ppm, so (10,000 - 7,575.76) / 100 = 24.24 points; 2 of 3 lots: 66.67.
  const without = supplierScore({ ...nothing, lots }, settings)
  t.match(without, { responseDays: null, grade: 'D', lots: 3 })
  t.ok(Math.abs((without.ppm ?? 0) - 1e6 / 132) < 1e-9)
  t.ok(Math.abs((without.score ?? 0) - (100 - 1e4 / 132 + 200 / 3) / 2) < 1e-9)
  t.strictSame(
    without.parts.map(({ weight }) => weight),
    [50, 50, 0],
  )
  const requests = [
    { issuedAt: '2026-03-01T00:00:00.000Z', firstRepliedAt: '2026-03-06T00:00:00.000Z' },
    { issuedAt: '2026-03-12T00:00:00.000Z', firstRepliedAt: null },
  ]
  // 5 days and, unanswered, 20 until the end of the month: 12.5 days, half way from 5 to 20.
  const whole = supplierScore({ lots, requests, until }, settings)
  t.equal(whole.responseDays, 12.5)
  t.strictSame(
    whole.parts.map(({ weight }) => weight),
    [40, 40, 20],
  )
  t.ok(Math.abs((whole.score ?? 0) - ((without.score ?? 0) * 0.8 + 50 * 0.2)) < 1e-9)
})

t.test('quantities stand in where nobody counted a sample', async (t) => {
  const uncounted = lot({ inspected: 0, accepted: 999, rejected: 1 })
  t.equal(supplierScore({ ...nothing, lots: [uncounted] }, settings).ppm, 1000)
})

t.test('grades begin at their limits, and need lots enough', async (t) => {
  t.strictSame(
    [100, 90, 89.9, 75, 60, 59.9].map((one) => gradeOf(one, settings)),
    [...['A', 'A', 'B', 'B', 'C', 'D']],
  )
  const strict = supplierSettings({ suppliers: { minimumLots: 3 } })
  t.match(supplierScore({ ...nothing, lots: [lot()] }, strict), { score: 100, grade: null })
  t.strictSame(
    [
      trendOf(90, [80, 82]),
      trendOf(80, [90]),
      trendOf(81, [80]),
      trendOf(80, []),
      trendOf(null, [1]),
    ],
    ['up', 'down', 'steady', null, null],
  )
})

t.test('months are those of the tenant, to the instant', async (t) => {
  const china = supplierSettings({ suppliers: { utcOffsetMinutes: 480 } })
  t.equal(monthOf('2026-02-28T16:00:00Z', china), '2026-03')
  t.equal(monthOf('2026-02-28T15:59:59Z', china), '2026-02')
  t.equal(endOfMonth('2026-12', china), '2026-12-31T16:00:00.000Z')
})

t.test('a score stays between 0 and 100, and a worse lot never betters it', async (t) => {
  const some = fc.array(
    fc.record({ accepted: fc.boolean(), inspected: fc.nat(500), bad: fc.nat(20) }),
    { maxLength: 12 },
  )
  fc.assert(
    fc.property(some, (drawn) => {
      const lots = drawn.map(({ accepted, inspected, bad }) =>
        lot({ lotAccepted: accepted, inspected, nonconforming: Math.min(bad, inspected) }),
      )
      const { score } = supplierScore({ ...nothing, lots }, settings)
      t.equal(score === null, lots.length === 0)
      t.ok((score ?? 0) >= 0 && (score ?? 0) <= 100 + 1e-9)
      const worse = lots.map((one) => ({
        ...one,
        lotAccepted: false,
        nonconforming: one.inspected,
      }))
      t.ok((supplierScore({ ...nothing, lots: worse }, settings).score ?? 0) <= (score ?? 0) + 1e-9)
    }),
  )
})

const folder = new URL('../..', import.meta.url)
const database = await tenantDatabase(t)
const tenant = 'acme'
const begin = sharedHost(
  () => createTestHost({ folder, plugin, answers: { database }, now: Date.UTC(2026, 3, 10) }),
  database.empty,
)

const decided = (n: number, more: Record<string, unknown> = {}) => ({
  ...{ inspection: `I-${n}`, decision: `D-${n}`, lot: `L-${n}`, item: 'V-7', supplier: 'S-1' },
  ...{ quantity: 100, unit: 'C62', accepted: 100, rejected: 0, final: true, lotAccepted: true },
  quantities: { accepted: 100, rejected: 0, held: 0, pending: 0 },
  ...{ inspected: 32, nonconforming: 0, by: 'user:bob' },
  decidedAt: new Date(Date.UTC(2026, 2, n)).toISOString(),
  ...more,
})

/** Two tranches of one lot over the turn of a month, a rejected one, one of own production, one of another supplier. */
const events = [
  decided(1),
  decided(2, { lotAccepted: false, accepted: 0, rejected: 100, nonconforming: 2 }),
  decided(28, {
    ...{ final: false, lotAccepted: undefined, accepted: 60, decision: 'D-28a' },
    quantities: { accepted: 60, rejected: 0, held: 40, pending: 0 },
  }),
  decided(28, {
    decision: 'D-28b',
    accepted: 40,
    inspected: 50,
    decidedAt: '2026-04-02T00:00:00Z',
  }),
  decided(5, { supplier: undefined }),
  decided(6, { supplier: 'S-2' }),
]

const kept = async () => {
  const sql =
    'select supplier, period, score, grade, details, computed_at from supplier_scores where tenant = $1 order by 1, 2'
  const { rows } = await database.client.query(sql, [tenant])
  return rows.map(({ details: { revision: _, ...details }, ...row }) => ({ ...row, details }))
}

t.test(
  'decisions score suppliers, in whatever order and however often they are told',
  async (t) => {
    const outcome = async (order: readonly number[]) => {
      const host = await begin()
      for (const [n, index] of order.entries()) {
        await host.emit('quality.inspection.decided', events[index], { id: `e${n}` })
      }
      return kept()
    }
    const all = events.map((_, index) => index)
    const expected = await outcome(all)
    t.match(expected, [
      // Of S-1 in March: two lots, one accepted, 2 of 64 items; the third is of April, when it was decided whole.
      {
        supplier: 'S-1',
        period: '2026-03',
        score: 25,
        grade: 'D',
        details: { lots: 2, ppm: 31_250 },
      },
      { supplier: 'S-1', period: '2026-04', score: 100, grade: 'A', details: { lots: 1 } },
      { supplier: 'S-2', period: '2026-03', score: 100, grade: 'A' },
    ])
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray(all, { minLength: all.length }),
        fc.array(fc.constantFrom(...all), { maxLength: 4 }),
        async (order, repeated) => {
          t.strictSame(await outcome([...order, ...repeated]), expected)
        },
      ),
      { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 6) },
    )
  },
)

const score = (host: TestHost, input: object) =>
  host.call<Record<string, unknown>>('quality.supplier', 'score', input)

t.test('a score tells its parts and its trend, and suppliers are ranked', async (t) => {
  const host = await begin()
  for (const [n, data] of events.entries()) {
    await host.emit('quality.inspection.decided', data, { id: `e${n}` })
  }
  t.match(await score(host, { supplier: 'S-1' }), { period: '2026-04', score: 100, trend: 'up' })
  t.match(await score(host, { supplier: 'S-1', period: '2026-03' }), {
    ...{ lotAcceptance: 50, responseDays: null, trend: null },
    parts: [{ part: 'ppm', points: 0, of: 64 }, { part: 'lotAcceptance', of: 2 }, { of: 0 }],
  })
  t.match(await score(host, { supplier: 'S-9' }), { score: null, grade: null, lots: 0 })
  await t.rejects(score(host, { supplier: 'S-1', period: '2026-13' }), {
    code: 'CORE_INPUT_INVALID',
  })
  const page = { period: '2026-03', limit: 1 }
  const first = await host.call<{ next: string }>('quality.supplier', 'ranking', page)
  t.match(first, { items: [{ supplier: 'S-2', grade: 'A', lots: 1 }] })
  t.match(await host.call('quality.supplier', 'ranking', { ...page, cursor: first.next }), {
    items: [{ supplier: 'S-1', score: 25 }],
  })
  await t.rejects(host.call('quality.supplier', 'ranking', { ...page, cursor: 'x' }), {
    code: 'CURSOR_INVALID',
  })
})

t.test('a score of an older revision never replaces a newer one', async (t) => {
  const host = await begin()
  await host.emit('quality.inspection.decided', decided(1))
  await database.client.query(
    `update supplier_scores set score = 1, details = details || '{"revision": 99}' where tenant = $1`,
    [tenant],
  )
  await host.runJob('supplier-scores')
  t.match(await kept(), [{ score: 1 }])
})

t.test('a night scores all suppliers, however many, and some in each run', async (t) => {
  const host = await begin()
  await database.client.query(
    `insert into supplier_periods select $1, 'S-' || n, '2026-04', 1 from generate_series(1, 130) n`,
    [tenant],
  )
  await host.runJob('supplier-scores')
  t.equal((await kept()).length, 40)
  await host.advance(1000)
  t.equal((await kept()).length, 130)
})

t.test('tranches add up to one inspection, of which the last word counts', async (t) => {
  const decisions = events.flatMap((data) => decisionOf(data as never) ?? [])
  t.match(decidedLots([...decisions, ...decisions]), [
    { inspection: 'I-1' },
    { inspection: 'I-2', lotAccepted: false, rejected: 100 },
    { inspection: 'I-28', lotAccepted: true, accepted: 100, inspected: 50 },
    { inspection: 'I-6' },
  ])
})

t.test('days of waiting for an answer weigh more every night', async (t) => {
  const host = await begin()
  await host.emit('quality.inspection.decided', decided(1, { decidedAt: '2026-04-03T00:00:00Z' }))
  const opened = await host.call<{ id: string; revision: number }>(
    'quality.nonconformity',
    'open',
    {
      ...{
        title: 'Dents',
        severity: 'minor',
        quantity: 1,
        unit: 'C62',
        supplier: 'S-1',
        item: 'V-7',
      },
    },
  )
  const ask = { id: opened.id, revision: opened.revision, question: 'Why?' }
  const issued = await host.call<{ request: string }>('quality.nonconformity', 'issueScar', ask)
  t.match(await kept(), [{ score: 100 }], 'in time so far')
  await host.advance(10 * 86_400_000)
  await host.runJob('supplier-scores')
  // 10 days: a third of the way from 5 to 20, so 66.67 points that weigh 20.
  const [waiting] = await kept()
  t.ok(Math.abs(waiting.score - (80 + (20 * 2) / 3)) < 1e-9)
  const reply = { request: issued.request, rootCause: 'c', correctiveAction: 'a' }
  await host.call('quality.nonconformity', 'replyScar', reply)
  await host.advance(5 * 86_400_000)
  await host.runJob('supplier-scores')
  t.match(await kept(), [{ score: waiting.score }], 'once answered it grows no more')
})
