import { createTestHost } from '@signalbox/sdk/testing'
import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import { canonicalJson } from '../../src/certificates/canonical-json.ts'
import plugin from '../../src/index.ts'
import { sharedHost } from '../shared-host.ts'
import { tenantDatabase } from '../tenant-database.ts'

const folder = new URL('../..', import.meta.url)
const database = await tenantDatabase(t)
const at = '2026-03-05T10:00:00.000Z'
const service = 'quality.certificate'
const config = {
  certificates: {
    templates: [
      {
        ...{
          template: 'steel',
          title: { en: 'Inspection certificate 3.1', 'zh-CN': '检验证书 3.1' },
        },
        issuer: { name: 'Acme Works', address: '1 Mill Lane' },
        characteristics: ['length', 'surface'],
        statement: { en: 'Made without signature.', 'zh-CN': '无签名有效。' },
      },
    ],
  },
}

const tenantId = 'acme'
const newHost = sharedHost(async () => {
  const now = Date.UTC(2026, 2, 9)
  const host = await createTestHost({ folder, plugin, config, answers: { database }, now })
  return Object.assign(host, { tenantId })
}, database.empty)

const characteristics = [
  {
    ...{ id: 'length', name: { en: 'Length', 'zh-CN': '长度' }, kind: 'variable', unit: 'mm' },
    ...{ lsl: 24, usl: 26, target: 25 },
  },
  { id: 'surface', name: { en: 'Surface', 'zh-CN': '表面' }, kind: 'attribute' },
]

interface Measurement {
  id: string
  characteristic: string
  value?: number
  conforming?: boolean
  inspected?: number
  corrects?: string
}

const good: readonly Measurement[] = [
  { id: '1', characteristic: 'length', value: 24.5 },
  { id: '2', characteristic: 'length', value: 99, conforming: false },
  { id: '3', characteristic: 'length', value: 25.5, corrects: '2' },
  { id: '4', characteristic: 'surface', inspected: 20 },
]

async function measured(tenant: string, measurements = good, accepted = 100) {
  const { client } = database
  await client.query(
    `insert into lots (tenant, lot, item, supplier, unit, created_at) values ($1, 'L-1', 'V-7', 'S-1', 'C62', $2)`,
    [tenant, at],
  )
  await client.query(
    `insert into inspection_plans (tenant, plan, version, item, supplier, operation, is_current, definition, created_at, created_by)
     values ($1, 'P', 2, '', '', '', true, $2, $3, 'u')`,
    [tenant, { characteristics }, at],
  )
  await client.query(
    `insert into inspections (tenant, inspection, lot, origin, document, line, arrived_at, item, supplier, operation, orders,
       unit, quantity, pending, on_hold, accepted, rejected, serials, plan, plan_version, state, was_inspected, tests,
       is_counted, revision, created_at)
     values ($1, 'I-1', 'L-1', 'receipt', 'D', '', $2, 'V-7', 'S-1', '', '{}', 'C62', 100, $4, 0, $3, 0, 0, 'P', 2, 'decided',
       true, '[]', true, 1, $2)`,
    [tenant, at, accepted, 100 - accepted],
  )
  for (const [ordinal, one] of measurements.entries()) {
    await client.query(
      `insert into measurements (tenant, inspection, id, characteristic, sample, ordinal, inspected, value, conforming, defects,
         gauge, gauge_was_overdue, operator, measured_at, recorded_at, recorded_by, photos, corrects)
       values ($1, 'I-1', $2, $3, $2, $4, $5, $6, $7, $8, $9, false, 'o', $10, $10, 'o', '[]', $11)`,
      [
        ...[tenant, one.id, one.characteristic, ordinal + 1, one.inspected ?? 1, one.value ?? null],
        ...[
          one.conforming ?? true,
          JSON.stringify(one.conforming === false ? [{ code: 'x', count: 1 }] : []),
        ],
        ...[one.value === undefined ? null : 'caliper-3', at, one.corrects ?? null],
      ],
    )
  }
}

interface Issued {
  number: string
  sha256: string
  conforms: boolean
}

t.test('a certificate says what was measured, by which plan, and is what was issued', async (t) => {
  const host = await newHost()
  await measured(host.tenantId)
  const input = { lot: 'L-1', template: 'steel', customer: 'C-1', key: 'k' }
  const issued = await host.call<Issued>(service, 'issue', input)
  t.match(issued, { number: 'COA-2026-000001', conforms: true })
  t.strictSame(
    await host.call(service, 'issue', input),
    issued,
    'asked for twice it is issued once',
  )
  const read = { number: issued.number, language: 'zh-CN' }
  const found = await host.call<{ document: object; text: string[] }>(service, 'certificate', read)
  t.match(found, {
    ...{ intact: true, sha256: issued.sha256, replaced: null },
    document: {
      ...{ item: 'V-7', customer: 'C-1', issuer: { name: 'Acme Works' }, conforms: true },
      ...{ plan: { plan: 'P', version: 2 }, quantity: { accepted: 100, unit: 'C62' } },
      lines: [
        {
          ...{ characteristic: 'length', specification: { lower: 24, upper: 26, unit: 'MMT' } },
          result: { count: 2, nonconforming: 0, mean: 25, smallest: 24.5, largest: 25.5 },
          ...{ conforms: true, gauges: ['caliper-3'], source: 'inspection' },
        },
        {
          characteristic: 'surface',
          result: { count: 20, nonconforming: 0, mean: null },
          conforms: true,
        },
      ],
    },
  })
  t.match(
    found.text.join('\n'),
    /检验证书 3.1[\s\S]+长度 \| 24 … 26 MMT \| x̄ 25 \(24.5 … 25.5, n 2\) MMT \| 合格/,
  )
  t.match(host.published, [
    {
      type: 'quality.certificate.issued',
      data: { certificate: issued.number, lot: 'L-1', item: 'V-7' },
    },
  ])
  await database.client.query(
    `update certificates set document = jsonb_set(document, '{lines,0,result,mean}', '25.1') where tenant = $1`,
    [host.tenantId],
  )
  t.match(
    await host.call(service, 'certificate', read),
    { intact: false },
    'what was changed shows',
  )
})

t.test('one that is not right is replaced with a reason, once, and stays as it was', async (t) => {
  const host = await newHost()
  await measured(host.tenantId)
  const first = await host.call<Issued>(service, 'issue', { lot: 'L-1', customer: 'C-1' })
  const replace = { number: first.number, reason: 'hardness was forgotten' }
  const hardness = { characteristic: 'hardness', value: 58, unit: 'HRC', lower: 56, upper: 60 }
  const second = await host.call<Issued>(service, 'supersede', { ...replace, results: [hardness] })
  t.match(await host.call(service, 'certificate', { number: first.number }), {
    ...{ intact: true, replaced: { by: second.number, reason: 'hardness was forgotten' } },
  })
  t.match(await host.call(service, 'certificate', { number: second.number }), {
    document: {
      supersedes: first.number,
      customer: 'C-1',
      lines: [{}, {}, { source: 'given', conforms: true }],
    },
  })
  await t.rejects(host.call(service, 'supersede', replace), { code: 'CERTIFICATE_REPLACED' })
  t.match(await host.call(service, 'list', { current: true }), {
    items: [{ number: second.number }],
  })
  const page = await host.call<{ next: string }>(service, 'list', { limit: 1 })
  t.match(await host.call(service, 'list', { limit: 1, cursor: page.next }), {
    items: [{ number: first.number, replacedBy: second.number }],
  })
})

t.test('what does not conform is certified only by a concession', async (t) => {
  const host = await newHost()
  await measured(host.tenantId, [
    ...good,
    { id: '5', characteristic: 'length', value: 27, conforming: false },
  ])
  await t.rejects(host.call(service, 'issue', { lot: 'L-1' }), {
    code: 'CERTIFICATE_NOT_CONFORMING',
  })
  const issued = await host.call<Issued>(service, 'issue', {
    lot: 'L-1',
    concession: 'DEV-12, C-1',
  })
  t.equal(issued.conforms, false)
  const { text } = await host.call<{ text: string[] }>(service, 'certificate', {
    number: issued.number,
  })
  t.match(text.join('\n'), /do not conform[\s\S]+Concession: DEV-12/)
})

t.test('what nobody measured, received or released is not certified', async (t) => {
  const host = await newHost()
  const given = { characteristic: 'purity', value: 99.5, unit: '%', lower: 99 }
  const wrong: [object, string][] = [
    [{ lot: 'L-9' }, 'LOT_UNKNOWN'],
    [{ lot: 'L-9', item: 'V-7' }, 'RESULTS_MISSING'],
    [{ lot: 'L-9', item: 'V-7', template: 'none', results: [given] }, 'TEMPLATE_UNKNOWN'],
    [{ lot: 'L-9', item: 'V-7', template: 'steel', results: [given] }, 'RESULTS_MISSING'],
    [
      { lot: 'L-9', item: 'V-7', results: [{ characteristic: 'colour', text: 'red' }] },
      'CERTIFICATE_NOT_CONFORMING',
    ],
    [{ lot: 'L-9', item: 'V-7', results: [{ ...given, value: 98 }] }, 'CERTIFICATE_NOT_CONFORMING'],
  ]
  for (const [input, code] of wrong) await t.rejects(host.call(service, 'issue', input), { code })
  await t.rejects(host.call(service, 'certificate', { number: 'COA-1' }), {
    code: 'CERTIFICATE_UNKNOWN',
  })
  const issued = await host.call<Issued>(service, 'issue', {
    lot: 'L-9',
    item: 'V-7',
    results: [given],
  })
  t.equal(issued.conforms, true)
  const held = await newHost()
  await measured(held.tenantId, good, 0)
  await t.rejects(held.call(service, 'issue', { lot: 'L-1' }), { code: 'LOT_NOT_RELEASED' })
})

t.test('what an outside laboratory found stands beside what was measured', async (t) => {
  const host = await newHost()
  await measured(host.tenantId)
  const results = [{ characteristic: 'length', value: 2.6, unit: 'cm', method: 'ISO 1' }]
  const report = { report: 'R-1', laboratory: 'tüv', lot: 'L-1', reportedAt: at, results }
  await host.emit('laboratory.result.reported', report)
  const { number } = await host.call<Issued>(service, 'issue', { lot: 'L-1' })
  t.match(await host.call(service, 'certificate', { number }), {
    document: {
      lines: [
        { characteristic: 'length' },
        { characteristic: 'surface' },
        { ...{ source: 'laboratory', laboratory: 'tüv', method: 'ISO 1' }, result: { mean: 26 } },
      ],
    },
  })
})

t.test(
  'the same document has the same text, through JSON and whatever the order of its keys',
  async (t) => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        t.equal(canonicalJson(JSON.parse(JSON.stringify(value))), canonicalJson(value))
        t.strictSame(JSON.parse(canonicalJson(value)), JSON.parse(JSON.stringify(value)))
      }),
    )
    t.equal(canonicalJson({ b: [1e21, 0.1], a: 'ü' }), '{"a":"ü","b":[1e+21,0.1]}')
  },
)
