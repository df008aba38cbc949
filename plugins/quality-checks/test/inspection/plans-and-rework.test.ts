import { readFile } from 'node:fs/promises'
import { contractCompiler } from '@signalbox/sdk/contract'
import t from 'tap'
import { definitionOf } from '../../src/inspection/contributed-plans.ts'
import { requirePlan } from '../../src/inspection/plan-checks.ts'
import { plan, receipt, rod, steel } from './company-words.ts'
import { inspectionHost } from './inspection-host.ts'

const now = Date.parse('2026-11-27T09:00:00Z')
const steelReceipt = (lot: string) => receipt(lot, { item: 'STEEL' })

t.test('a plan has no more classes by AQL than one decision can tell of', async (t) => {
  const { call } = await inspectionHost({ now })
  const classes = ['critical', 'major', 'minor'].map((name) => ({ class: name, aql: 1 }))
  const characteristics = Array.from({ length: 17 }, (_, n) => ({
    ...{ id: `c${n}`, name: { en: 'One of many' }, kind: 'attribute', classes },
  }))
  const sampling = { kind: 'aql', scheme: 'mil-std-105e', level: 'II', type: 'single' }
  const many = { ...rod, characteristics, sampling }
  await t.rejects(call('definePlan', many), { code: 'PLAN_INVALID', message: /51 classes/ })
  await call('definePlan', { ...many, characteristics: characteristics.slice(1) })
})

t.test('a sample by variables is judged by mean and standard deviation', async (t) => {
  const { call } = await inspectionHost({ now })
  // MIL-STD-414, example B-1: operating temperature, upper limit 209 °F, n = 5, k = 1.53: 197, 188, 184, 205, 201.
  const sampling = { kind: 'variables', method: 's', sampleSize: 5, k: 1.53 }
  const [characteristic] = rod.characteristics
  const {
    lsl: _,
    gaugeRequired: _gauge,
    ...bare
  } = characteristic as (typeof rod.characteristics)[0]
  const heat = { ...bare, unit: 'FAH', usl: 209, sampling }
  const by = (more: object) => ({ ...rod, characteristics: [{ ...heat, ...more }] })
  for (const [wrong, message] of [
    [{ sampling: { kind: 'variables', k: 1 } }, /sampleSize and k/],
    [{ sampling: { ...sampling, method: 'sigma' } }, /sigma/],
    [{ kind: 'attribute', unit: undefined, usl: undefined }, /no sampling by variables/],
  ] as const) {
    await t.rejects(call('definePlan', by(wrong)), { code: 'PLAN_INVALID', message })
  }
  await call('definePlan', by({}))
  const make = (lot: string, quantity: number) =>
    call('createInspection', {
      ...{ document: lot, arrivedAt: '2026-11-27T08:00:00Z', lot, item: 'ROD', supplier: 'X' },
      ...{ quantity, unit: 'C62' },
    })
  const measure = (inspection: string, all: readonly number[], from = 0) =>
    call('record', {
      inspection,
      results: all.map((value, index) => ({
        id: `m${from + index}`,
        characteristic: 'bore',
        value,
      })),
    })
  const first = await make('T-1', 40)
  t.match(first.tests, [{ sampleSize: 5, variables: { k: 1.53, mean: null } }])
  t.match(await measure(first.inspection, [197, 188, 184, 205]), {
    tests: [{ verdict: 'open' }],
    suggestion: { outcome: 'none' },
  })
  const done = await measure(first.inspection, [201], 4)
  t.match(done, {
    tests: [{ verdict: 'accept', found: 0, variables: { mean: 195 } }],
    suggestion: { outcome: 'accept', accept: 40, reasons: [{ text: { en: /estimated/ } }] },
  })
  t.ok(Math.abs(done.tests[0].variables.sd - 8.80341) < 1e-5, 'and Q is 1.59, above k')
  const second = await make('T-2', 40)
  t.match(
    await measure(second.inspection, [197, 188, 184, 205, 206]),
    {
      tests: [{ verdict: 'reject', found: 0 }],
      suggestion: { outcome: 'reject', reasons: [{ code: 'SAMPLE_REJECTS' }] },
    },
    'no item is beyond its limit, and the lot is not good enough',
  )
  const corrected = { id: 'fix', characteristic: 'bore', value: 186, corrects: 'm4', reason: 'x' }
  t.match(
    await call('record', { inspection: second.inspection, results: [corrected] }),
    { tests: [{ verdict: 'accept' }], suggestion: { outcome: 'accept' } },
    'a correction may turn the verdict',
  )
  const small = await make('T-3', 4)
  t.match(small.tests, [{ scheme: 'all', sampleSize: 4 }], 'a small lot is looked at whole')
  t.match(await measure(small.inspection, [197, 210, 184, 205]), {
    suggestion: { outcome: 'sort', accept: 3, reject: 1 },
  })
})

t.test('what was reworked is inspected anew, and nothing of a lot is counted twice', async (t) => {
  const one = await inspectionHost({ now })
  const { call, host } = one
  await call('definePlan', { ...plan, frequency: { kind: 'periodic', everyLots: 5 } })
  await host.emit('stock.receipt.created', receipt('W-1'))
  const inspection = await one.inspectionOf('W-1')
  const defects = [{ class: 'major', count: 4 }]
  const look = (id: string, inspected: number, more: object) =>
    call('record', {
      inspection: id,
      results: [{ id: 'r', characteristic: 'surface', inspected, ...more }],
    })
  const bad = await look(inspection, 50, { defects })
  const rejected = await call('decide', {
    inspection,
    id: 'd',
    revision: bad.revision,
    lines: [{ to: 'rejected', quantity: 500, disposition: 'rework' }],
    reason: { text: 'Polish them.' },
  })
  const input = { inspection, id: 'w1', quantity: 450, reason: 'Polished.' }
  const { revision } = rejected
  const again = (more: object = {}) => call('reinspect', { ...input, revision, ...more })
  await t.rejects(again({ revision: 1 }), { code: 'REVISION_STALE' })
  await t.rejects(again({ quantity: 501 }), { code: 'QUANTITY_EXCEEDED' })
  const made = await again()
  t.match(made, { quantity: 450, state: 'open', wasInspected: true, quantities: { pending: 450 } })
  t.equal((await again()).inspection, made.inspection, 'sent twice it is one')
  const status = await call('lotStatus', { lot: 'W-1' })
  t.match(status, {
    quantity: 500,
    decidedQty: { pending: 450, rejected: 50, accepted: 0, hold: 0 },
  })
  t.match(await call('inspection', { inspection }), { quantity: 500, reworked: 450 })
  t.match(host.published.at(-2), {
    type: 'quality.lot.held',
    data: { held: 450, quantities: { pending: 450, rejected: 50 }, reason: { code: 'REWORKED' } },
  })
  const switching = async () => (await call('severities', {})).items
  const counted = await switching()
  const good = await look(made.inspection, made.tests[0].sampleSize, { pass: true })
  await call('decide', {
    inspection: made.inspection,
    id: 'd',
    revision: good.revision,
    lines: [{ to: 'accepted', quantity: 450 }],
  })
  t.strictSame(await switching(), counted, 'lots count on original inspection alone')
  t.match(one.told('quality.inspection.decided').at(-1), { resubmitted: true, accepted: 450 })
  await one.heard('quality.inspection.decided')
  const { rows } = await one.pool.query('select lot_accepted from supplier_decisions')
  t.strictSame(rows, [{ lot_accepted: false }], 'and for the score of the supplier')
  t.match(await call('lotStatus', { lot: 'W-1' }), { state: 'split' })
  await host.emit('stock.receipt.created', receipt('W-1'), { id: 'told again' })
  const parts = await call('lotStatus', { lot: 'W-1' })
  t.equal(parts.inspections.length, 2, 'the receipt told again is the receipt')
})

t.test('serial numbers go over to the inspection after their rework', async (t) => {
  const { call } = await inspectionHost({ now })
  await call('definePlan', { ...plan, sampling: { kind: 'all' } })
  const made = await call('createInspection', {
    ...{ document: 'D', arrivedAt: '2026-11-27T08:00:00Z', lot: 'Z-1', item: 'RING' },
    ...{ quantity: 3, unit: 'C62', serials: ['a', 'b', 'c'] },
  })
  const { inspection, revision } = made
  const { revision: next } = await call('decide', {
    inspection,
    id: 'd',
    revision,
    lines: [{ to: 'rejected', quantity: 3, disposition: 'rework' }],
    reason: { text: 'x' },
  })
  const input = { inspection, id: 'w', revision: next, quantity: 2, reason: 'Polished.' }
  await t.rejects(call('reinspect', input), { code: 'SERIALS_REQUIRED' })
  await t.rejects(call('reinspect', { ...input, serials: ['a', 'x'] }), { code: 'SERIALS_UNKNOWN' })
  const anew = await call('reinspect', { ...input, serials: ['a', 'c'] })
  t.strictSame((await call('inspection', { inspection: anew.inspection })).serials, {
    pending: ['a', 'c'],
  })
  t.strictSame((await call('inspection', { inspection })).serials, { rejected: ['b'] })
})

t.test('photos are kept, named by results, and shown', async (t) => {
  const { call } = await inspectionHost({ now })
  await call('definePlan', plan)
  const { inspection } = await call('createInspection', {
    ...{ document: 'D', arrivedAt: '2026-11-27T08:00:00Z', lot: 'P-1', item: 'RING' },
    ...{ quantity: 30, unit: 'C62' },
  })
  const picture = { inspection, content: btoa('a scratch'), type: 'image/png' }
  const { photo } = await call('addPhoto', picture)
  t.equal((await call('addPhoto', picture)).photo, photo)
  await t.rejects(call('addPhoto', { ...picture, content: '!' }), { code: 'PHOTO_INVALID' })
  await t.rejects(call('addPhoto', { ...picture, inspection: 'none' }), {
    code: 'INSPECTION_UNKNOWN',
  })
  await t.rejects(call('photo', { inspection, photo }), { code: 'PHOTO_UNKNOWN' })
  const result = { id: 'r', characteristic: 'surface', pass: true }
  await t.rejects(
    call('record', { inspection, results: [{ ...result, photos: ['0'.repeat(64)] }] }),
    { code: 'PHOTO_UNKNOWN' },
  )
  await call('record', { inspection, results: [{ ...result, photos: [photo] }] })
  t.match(await call('inspection', { inspection }), { measurements: [{ photos: [photo] }] })
  t.strictSame(await call('photo', { inspection, photo }), {
    type: 'image/png',
    content: picture.content,
  })
})

t.test('plans of other plugins', async (t) => {
  const checks = [{ characteristic: 'thickness', unit: 'mm', lower: 1.95, upper: 2.05 }]
  const value = { id: 'steel', label: { en: 'Incoming steel' }, checks }
  const broken = { ...value, id: 'broken', scope: { item: 'BAD' }, sampling: { kind: 'variables' } }
  const scoped = { ...value, id: 'scoped', scope: { item: 'STEEL' } }
  const given = [value, scoped, broken].map((one) => ({ plugin: 'steel-pack', value: one }))
  const answers = { contributions: { 'quality.inspection/plan/v1': given } }
  const one = await inspectionHost({ now, answers })
  const { call, host } = one
  const ids = async (input: object = {}) =>
    (await call('plans', input)).items.map(({ plan: id }: { plan: string }) => id)
  t.strictSame(
    await ids(),
    ['steel-pack/scoped', 'steel-pack/steel'],
    'one that cannot stand is out',
  )
  const { next } = await call('plans', { limit: 1 })
  t.strictSame(await ids({ limit: 1, cursor: next }), ['steel-pack/steel'])
  t.match(await call('plan', { plan: 'steel-pack/steel' }), {
    createdBy: 'plugin:steel-pack',
    createdAt: null,
    definition: { characteristics: [{ id: 'thickness', lsl: 1.95, usl: 2.05 }] },
  })
  await host.emit('stock.receipt.created', steelReceipt('X-1'))
  await host.emit('stock.receipt.created', steelReceipt('X-2'))
  await host.emit('stock.receipt.created', receipt('X-3'))
  const used = { plan: { plan: 'steel-pack/scoped', version: 1 }, state: 'held' }
  t.match(await call('lotStatus', { lot: 'X-1' }), used)
  t.match(await call('lotStatus', { lot: 'X-2' }), used)
  t.match(
    await call('lotStatus', { lot: 'X-3' }),
    { plan: null },
    'what names nothing fits nothing',
  )
  const inspection = await one.inspectionOf('X-1')
  t.match(await call('inspection', { inspection }), { definition: { name: { en: /steel/ } } })
  for (const [operation, input] of [
    ['definePlan', { ...steel, plan: 'steel-pack/scoped' }],
    ['retirePlan', { plan: 'steel-pack/scoped' }],
  ] as const) {
    await t.rejects(call(operation, input), { code: 'PLAN_CONTRIBUTED' }, operation)
  }
  const copy = { from: 'steel-pack/steel', plan: 'own', scope: { item: 'STEEL' } }
  t.match(await call('copyPlan', copy), { plan: 'own', version: 1 })
  await t.rejects(call('copyPlan', { from: 'none', plan: 'x' }), { code: 'PLAN_UNKNOWN' })
  await host.emit('stock.receipt.created', steelReceipt('X-4'))
  t.match(await call('lotStatus', { lot: 'X-4' }), { plan: { plan: 'own' } }, 'the own one wins')
})

t.test('the plan of the template for packs without code fits the point', async (t) => {
  const read = async (path: string) =>
    JSON.parse(await readFile(new URL(path, import.meta.url), 'utf8'))
  const template = '../../../../core/templates/declarative-pack/common/package.json'
  const [{ point, value }] = (await read(template)).signalbox.provides.contributes
  t.equal(point, 'quality.inspection/plan/v1')
  const fits = contractCompiler().compile(await read('../../schemas/inspection-plan.json'))
  t.ok(fits(value), JSON.stringify(fits.errors))
  t.doesNotThrow(() => requirePlan(definitionOf(value)))
  t.notOk(fits({ ...value, checks: [{ characteristic: 'thickness', unit: 'mm' }] }), 'no limit')
  t.notOk(fits({ id: 'x', label: { en: 'x' } }), 'nothing to look at')
})
