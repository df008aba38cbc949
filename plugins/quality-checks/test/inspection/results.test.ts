import t from 'tap'
import { plan, rod } from './company-words.ts'
import { inspectionHost } from './inspection-host.ts'

t.test('results that cannot be taken', async (t) => {
  const { call, host } = await inspectionHost({ now: Date.parse('2026-11-27T09:00:00Z') })
  await call('definePlan', rod)
  await call('definePlan', plan)
  await call('registerGauge', {
    gauge: 'OLD',
    name: 'Old',
    kind: 'micrometer',
    intervalDays: 30,
    dueOn: '2026-11-26',
  })
  await call('registerGauge', {
    gauge: 'MIC',
    name: 'Good',
    kind: 'micrometer',
    intervalDays: 30,
    dueOn: '2026-12-26',
  })
  const make = (lot: string, item: string) =>
    call('createInspection', {
      document: lot,
      arrivedAt: '2026-11-27T08:00:00Z',
      lot,
      item,
      supplier: 'X',
      quantity: 500,
      unit: 'C62',
    })
  const { inspection } = await make('L1', 'ROD')
  const rings = (await make('L2', 'RING')).inspection
  const bore = { id: 'r', characteristic: 'bore', sample: 'A', value: 20, gauge: 'MIC' }
  const seen = { id: 'r', characteristic: 'surface' }
  const cases: readonly (readonly [string, string, object])[] = [
    ['GAUGE_OVERDUE', inspection, { ...bore, gauge: 'OLD' }],
    ['GAUGE_UNKNOWN', inspection, { ...bore, gauge: 'NONE' }],
    ['GAUGE_REQUIRED', inspection, { ...bore, gauge: undefined }],
    ['UNIT_MISMATCHED', inspection, { ...bore, unit: 'kg' }],
    ['RESULT_INVALID', inspection, { ...bore, pass: true }],
    ['RESULT_INVALID', inspection, { ...bore, value: undefined }],
    ['RESULT_INVALID', inspection, { id: 'r', characteristic: 'wall', sample: 'A', value: 5 }],
    ['SAMPLE_REQUIRED', inspection, { ...bore, sample: undefined }],
    ['MEASURED_IN_FUTURE', inspection, { ...bore, at: '2026-11-27T10:00:00Z' }],
    ['MEASURED_BEFORE_ARRIVAL', inspection, { ...bore, gauge: 'OLD', at: '2026-10-20T08:00:00Z' }],
    ['CORRECTED_UNKNOWN', inspection, { ...bore, corrects: 'none', reason: 'x' }],
    ['CHARACTERISTIC_UNKNOWN', inspection, { ...bore, characteristic: 'weight' }],
    ['RESULT_INVALID', rings, seen],
    ['RESULT_INVALID', rings, { ...seen, pass: false }],
    ['RESULT_INVALID', rings, { ...seen, pass: true, defects: [{ class: 'major', count: 1 }] }],
    ['RESULT_INVALID', rings, { ...seen, value: 3 }],
    ['RESULT_INVALID', rings, { ...seen, inspected: 2, defects: [{ class: 'major', count: 3 }] }],
    ['DEFECT_CLASS_UNKNOWN', rings, { ...seen, defects: [{ class: 'critical', count: 1 }] }],
    ['SAMPLE_BEYOND_LOT', rings, { ...seen, inspected: 501, pass: true }],
    ['STAGE_CROSSED', rings, { ...seen, inspected: 60, defects: [{ class: 'major', count: 1 }] }],
  ]
  for (const [code, of, result] of cases) {
    await t.rejects(
      call('record', { inspection: of, results: [JSON.parse(JSON.stringify(result))] }),
      { code },
      code,
    )
  }
  const queue = await call('record', {
    inspection,
    partial: true,
    results: [
      { ...bore, id: 'q1', gauge: 'OLD' },
      { ...bore, id: 'q2' },
      { ...bore, id: 'q3' },
    ],
  })
  t.match(queue, {
    recorded: 1,
    refused: [
      { id: 'q1', code: 'GAUGE_OVERDUE' },
      { id: 'q3', code: 'ALREADY_MEASURED' },
    ],
  })
  const again = await call('record', {
    inspection,
    partial: true,
    results: [{ ...bore, id: 'q2' }],
  })
  t.match(
    again,
    { recorded: 0, repeated: ['q2'], revision: queue.revision },
    'sent again it changes nothing',
  )
  await t.rejects(call('record', { inspection, results: [{ ...bore, id: 'c', corrects: 'q2' }] }), {
    code: 'REASON_REQUIRED',
  })
  const corrected = await call('record', {
    inspection,
    results: [{ ...bore, id: 'c', value: 25, corrects: 'q2', reason: 'Read wrongly.' }],
  })
  t.match(corrected.tests[0], { inspected: 1, found: 1 })
  await t.rejects(
    call('record', {
      inspection,
      results: [{ ...bore, id: 'c2', corrects: 'q2', reason: 'Again.' }],
    }),
    { code: 'ALREADY_CORRECTED' },
  )
  t.match(
    (await call('inspection', { inspection })).measurements,
    [
      { id: 'c', corrects: 'q2', value: 25 },
      { id: 'q2', value: 20 },
    ],
    'both rows stay',
  )
  const suspect = await call('calibrateGauge', {
    gauge: 'MIC',
    id: 'k1',
    doneOn: '2026-11-27',
    result: 'failed',
  })
  t.match(suspect, { status: 'blocked', suspect: { since: null, measurements: 2 } })
  await t.rejects(call('record', { inspection, results: [{ ...bore, id: 'z', sample: 'B' }] }), {
    code: 'GAUGE_BLOCKED',
  })
  t.match(
    (await call('gauges', { show: 'overdue' })).items.map(({ gauge }: { gauge: string }) => gauge),
    ['OLD'],
  )
  t.match(
    await call('calibrateGauge', {
      gauge: 'OLD',
      id: 'k2',
      doneOn: '2026-11-27',
      result: 'passed',
    }),
    { dueOn: '2026-12-27', status: 'ok', suspect: null },
  )
  t.match(
    await call('calibrateGauge', {
      gauge: 'OLD',
      id: 'k3',
      doneOn: '2026-01-01',
      result: 'failed',
    }),
    { dueOn: '2026-12-27' },
    'an older calibration told late moves nothing',
  )
  await t.rejects(
    call('calibrateGauge', { gauge: 'OLD', id: 'k4', doneOn: '2027-01-01', result: 'passed' }),
    { code: 'CALIBRATION_IN_FUTURE' },
  )
  t.ok(host)
})

t.test('a tenant may take measurements of overdue gauges, with a flag', async (t) => {
  const { call } = await inspectionHost({
    now: Date.parse('2026-11-27T09:00:00Z'),
    config: { inspection: { overdueGauge: 'flag', withoutPlan: 'hold' } },
  })
  await call('definePlan', rod)
  await call('registerGauge', {
    gauge: 'OLD',
    name: 'Old',
    kind: 'micrometer',
    intervalDays: 30,
    dueOn: '2026-11-26',
  })
  const { inspection } = await call('createInspection', {
    document: 'R',
    arrivedAt: '2026-11-27T08:00:00Z',
    lot: 'L',
    item: 'ROD',
    quantity: 5,
    unit: 'C62',
  })
  await call('record', {
    inspection,
    results: [{ id: 'r', characteristic: 'bore', sample: 'A', value: 20, gauge: 'OLD' }],
  })
  t.match((await call('inspection', { inspection })).measurements, [
    { gauge: 'OLD', gaugeWasOverdue: true },
  ])
  const held = await call('createInspection', {
    document: 'R2',
    arrivedAt: '2026-11-27T08:00:00Z',
    lot: 'L2',
    item: 'NO-PLAN',
    quantity: 5,
    unit: 'C62',
  })
  t.match(held, { state: 'open', quantities: { pending: 5 }, plan: null })
})
