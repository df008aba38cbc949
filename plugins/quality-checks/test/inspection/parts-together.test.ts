import t from 'tap'
import { plan, receipt, steel } from './company-words.ts'
import { inspectionHost } from './inspection-host.ts'

const now = Date.parse('2026-11-27T09:00:00Z')
const steelReceipt = (lot: string, more: object = {}) => receipt(lot, { item: 'STEEL', ...more })
const values = (all: readonly number[], more: object = {}) =>
  all.map((value, index) => ({ id: `v${index}`, characteristic: 'thickness', value, ...more }))
const report = (lot: string, value: number, more: object = {}) => ({
  ...{ report: 'E-1', laboratory: 'sgs', lot, reportedAt: '2026-11-27T08:30:00Z' },
  results: [{ characteristic: 'thickness', value, unit: 'mm' }],
  ...more,
})

t.test('a laboratory that fails a lot', async (t) => {
  await t.test('puts what was released on hold, once for each report', async (t) => {
    const one = await inspectionHost({ now })
    const { host, call } = one
    await call('definePlan', steel)
    await host.emit('stock.receipt.created', steelReceipt('S-1'))
    const inspection = await one.inspectionOf('S-1')
    await call('record', { inspection, results: values([2, 2, 2, 2, 2]) })
    t.match(await call('lotStatus', { lot: 'S-1' }), { state: 'released' })
    const before = host.published.length
    await host.emit('laboratory.result.reported', report('S-1', 2.2), { id: 'e1' })
    t.match(await call('lotStatus', { lot: 'S-1' }), {
      state: 'held',
      decidedQty: { accepted: 0, hold: 500, pending: 0, rejected: 0 },
    })
    t.match(
      host.published.slice(before).find(({ type }) => type === 'quality.lot.held'),
      {
        data: {
          held: 500,
          quantities: { accepted: 0, held: 500 },
          reason: {
            code: 'LABORATORY_FAILED',
            text: { en: 'Report E-1 of sgs fails thickness.', 'zh-CN': /E-1/ },
          },
        },
      },
    )
    t.match(one.told('quality.laboratory-result.received'), [
      { passed: false, failing: ['thickness'], accepted: 500 },
    ])
    const seen = await call('inspection', { inspection })
    t.match(seen, {
      state: 'awaiting-decision',
      laboratory: [
        { laboratory: 'sgs', report: 'E-1', value: 2.2, lower: 1.9, upper: 2.1, passed: false },
      ],
    })
    t.match(
      seen.decisions.find(({ by }: { by: string }) => by === 'laboratory:sgs'),
      { reasonCode: 'LABORATORY_FAILED', isAutomatic: true },
    )
    await call('decide', {
      inspection,
      id: 'd1',
      revision: seen.revision,
      lines: [{ from: 'hold', to: 'accepted', quantity: 500, disposition: 'use-as-is' }],
      reason: { text: 'Agreed with the customer.' },
    })
    const after = host.published.length
    await host.emit('laboratory.result.reported', report('S-1', 2.2), { id: 'e1' })
    await host.emit('laboratory.result.reported', report('S-1', 2.2), { id: 'e2' })
    await one.heard('quality.inspection.created')
    t.equal(host.published.length, after, 'what a person decided after it stays decided')
    t.match(await call('lotStatus', { lot: 'S-1' }), { state: 'released' })
  })
  await t.test('holds what is pending, and what arrives later of the lot', async (t) => {
    const one = await inspectionHost({ now })
    const { host, call } = one
    await call('definePlan', steel)
    await host.emit('stock.receipt.created', steelReceipt('S-2'))
    await host.emit('laboratory.result.reported', report('S-2', 1.5), { id: 'e1' })
    t.match(await call('lotStatus', { lot: 'S-2' }), { decidedQty: { hold: 500, pending: 0 } })
    t.equal(one.told('quality.lot.held').length, 2, 'held on arrival, and warned of')
    const inspection = await one.inspectionOf('S-2')
    await call('record', { inspection, results: values([2, 2, 2, 2, 2]) })
    t.match(
      await call('lotStatus', { lot: 'S-2' }),
      { decidedQty: { hold: 500 } },
      'our own sample does not overrule it by itself',
    )
    const from = host.published.length
    await host.emit(
      'stock.receipt.created',
      steelReceipt('S-2', { receivedAt: '2026-11-27T08:50:00Z', quantity: 100 }),
      { id: 'part' },
    )
    await one.heard('quality.inspection.created', from)
    t.match(await call('lotStatus', { lot: 'S-2' }), { decidedQty: { hold: 600, pending: 0 } })
  })
  await t.test('one that passes it changes nothing of the lot', async (t) => {
    const one = await inspectionHost({ now })
    await one.call('definePlan', steel)
    await one.host.emit('stock.receipt.created', steelReceipt('S-3'))
    await one.host.emit('laboratory.result.reported', report('S-3', 2.1))
    t.match(await one.call('lotStatus', { lot: 'S-3' }), { decidedQty: { pending: 500 } })
    const inspection = await one.inspectionOf('S-3')
    t.match(await one.call('inspection', { inspection }), { laboratory: [{ passed: true }] })
  })
})

t.test('the state of a lot names its nonconformities', async (t) => {
  const one = await inspectionHost({ now })
  const { host, call } = one
  await call('definePlan', plan)
  await host.emit('stock.receipt.created', receipt('N-1'))
  const inspection = await one.inspectionOf('N-1')
  const defects = [{ class: 'major', count: 4, code: 'scratch' }]
  const results = [{ id: 'r', characteristic: 'surface', inspected: 50, defects }]
  const { revision } = await call('record', { inspection, results })
  await call('decide', {
    inspection,
    id: 'd',
    revision,
    lines: [{ to: 'rejected', quantity: 500, disposition: 'return' }],
    reason: { text: 'Scratched.' },
  })
  t.strictSame((await call('lotStatus', { lot: 'N-1' })).nonconformities, [])
  await one.heard('quality.lot.rejected')
  await one.heard('quality.lot.rejected')
  const status = await call('lotStatus', { lot: 'N-1' })
  t.match(status.nonconformities, [{ number: 'NCR-2026-0001', severity: 'major', state: 'acting' }])
  t.equal(status.nonconformities.length, 1)
  t.strictSame(status.defects, [{ code: 'surface', class: 'major', count: 4 }])
})

t.test('a lot that comes in parts: each decision counts, also under one name', async (t) => {
  const one = await inspectionHost({ now })
  const { host, call } = one
  await call('definePlan', plan)
  for (const [n, receivedAt] of ['2026-11-27T08:00:00Z', '2026-11-27T08:10:00Z'].entries()) {
    await host.emit('stock.receipt.created', receipt('P-1', { receivedAt }), { id: `part-${n}` })
    const inspection = await one.inspectionOf('P-1')
    const defects = [{ class: 'major', count: 4, code: 'scratch' }]
    const results = [{ id: 'r', characteristic: 'surface', inspected: 50, defects }]
    const { revision } = await call('record', { inspection, results })
    await call('decide', {
      ...{ inspection, id: 'd', revision, reason: { text: 'Scratched.' } },
      lines: [
        { to: 'rejected', quantity: 480, disposition: 'return' },
        { to: 'rejected', quantity: 20, disposition: 'scrap' },
      ],
    })
  }
  t.strictSame(
    one
      .told('quality.lot.rejected')
      .map(({ rejected, rejectedInAll }) => [rejected, rejectedInAll]),
    [480, 20, 480, 20].map((rejected) => [rejected, 500]),
  )
  await one.heard('quality.lot.rejected')
  await one.heard('quality.inspection.decided')
  const { rows } = await one.pool.query('select quantity from nonconformities')
  t.strictSame(rows, [{ quantity: 500 }, { quantity: 500 }], 'one for each, of all that it rejects')
  const score = await host.call('quality.supplier', 'score', { supplier: 'LIYUAN' })
  t.match(score, { lots: 2, lotAcceptance: 0, grade: 'D' })
  await one.pool.query(
    `insert into supplier_scores values ('acme', 'LIYUAN', '2026-12', null, null, '{}', now())`,
  )
  await host.emit('stock.receipt.created', receipt('P-2'), { id: 'next' })
  t.match(
    await call('lotStatus', { lot: 'P-2' }),
    { severity: 'tightened' },
    'a month without a grade leaves the one before',
  )
})

t.test(
  'a lot of more arrivals than are shown has all of their quantities, and is held whole',
  async (t) => {
    // A clock of its own, which goes on.
    const { host, call, pool } = await inspectionHost({ now: now + 1 })
    await call('definePlan', steel)
    await host.emit('stock.receipt.created', steelReceipt('B-1', { quantity: 1 }))
    await pool.query(
      `insert into inspections select (i).* from (
       select jsonb_populate_record(i, jsonb_build_object('inspection', 'copy-' || n, 'document', 'copy-' || n,
         'event_id', 'copy-' || n)) as i from inspections i cross join generate_series(1, 249) n) copies`,
    )
    const status = await call('lotStatus', { lot: 'B-1' })
    t.match(status, { quantity: 250, decidedQty: { pending: 250 } })
    t.equal(status.inspections.length, 200)
    await host.emit('laboratory.result.reported', report('B-1', 1.5), { id: 'e1' })
    await host.advance(5000)
    t.match(await call('lotStatus', { lot: 'B-1' }), { decidedQty: { hold: 250, pending: 0 } })
  },
)

t.test('what the supplier measured stands beside ours, and is none of our sample', async (t) => {
  const one = await inspectionHost({ now })
  await one.call('definePlan', steel)
  const measured = [
    { characteristic: 'thickness', value: 0.2, unit: 'cm' },
    { characteristic: 'thickness', value: 2.3, unit: 'mm' },
    { characteristic: 'thickness', value: 2 },
    { characteristic: 'thickness', value: 2, unit: 'kg' },
    { characteristic: 'carbon', value: 0.2, unit: '%' },
  ]
  await one.host.emit('stock.receipt.created', steelReceipt('M-1', { measured }))
  const inspection = await one.inspectionOf('M-1')
  const seen = await one.call('inspection', { inspection })
  t.match(seen.supplierMeasured, [
    { value: 0.2, unit: 'cm', inOurUnit: 2, ourUnit: 'MMT', conforming: true },
    { value: 2.3, inOurUnit: 2.3, conforming: false },
    { value: 2, unit: null, inOurUnit: null, conforming: null },
    { unit: 'kg', inOurUnit: null, conforming: null },
    { characteristic: 'carbon', ourUnit: null, conforming: null },
  ])
  t.match(seen.tests, [{ inspected: 0, found: 0, verdict: 'open' }])
})

t.test('measurements go on to the charts of their item and characteristic', async (t) => {
  const one = await inspectionHost({ now })
  const { call, host } = one
  const chart = (operation: string, input: unknown) =>
    host.call<Record<string, never>>('quality.spc', operation, input)
  const of = { item: 'STEEL', characteristic: 'thickness' }
  await chart('defineChart', { chart: 'single', kind: 'i-mr', ...of, unit: 'CMT' })
  await chart('defineChart', { chart: 'sample', kind: 'xbar-s', ...of })
  await chart('defineChart', { chart: 'mass', kind: 'i-mr', ...of, unit: 'KGM' })
  await chart('defineChart', { chart: 'other', kind: 'i-mr', item: 'RING', characteristic: 'bore' })
  await chart('freezeLimits', { chart: 'single', centre: 0.2, sigma: 0.001, reason: 'Known.' })
  await call('definePlan', { ...steel, decidedBy: 'person' })
  await host.emit('stock.receipt.created', steelReceipt('C-1'))
  const inspection = await one.inspectionOf('C-1')
  const all = values([2, 2.01, 2.05, 1.99, 2])
  await call('record', { inspection, results: all.slice(0, 3) })
  await call('record', { inspection, results: all.slice(0, 3) })
  t.match(one.told('quality.spc.alarm'), [{ chart: 'single', rule: 'nelson-1', value: 0.205 }])
  await call('record', { inspection, results: all.slice(2) })
  await call('record', { inspection, results: values([1.95], { id: 'more' }) })
  await call('record', {
    inspection,
    results: values([2.02], { id: 'fix', corrects: 'v2', reason: 'Misread.' }),
  })
  const items = async (id: string) =>
    ((await chart('chart', { chart: id })).items as unknown as { value: number }[]).map(
      ({ value }) => value,
    )
  t.strictSame((await items('single')).sort(), [0.195, 0.199, 0.2, 0.2, 0.201, 0.205])
  const { rows } = await one.pool.query(
    `select location, size from spc_points where chart = 'sample'`,
  )
  t.strictSame(rows, [{ location: 2.01, size: 5 }], 'one point for the sample, when it was judged')
  t.strictSame(await items('mass'), [], 'a unit that does not convert is not charted')
  t.strictSame(await items('other'), [])
})
