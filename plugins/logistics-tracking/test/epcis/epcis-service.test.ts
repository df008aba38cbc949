import t from 'tap'
import { definePlugin } from '@signalbox/sdk'
import { epcisService } from '../../src/epcis/epcis-service.ts'
import type { EventScan } from '../../src/epcis/scan-feed.ts'
import { trace } from '../../src/trace/trace-operation.ts'
import { logisticsUdfs } from '../../src/udfs.ts'
import { casesMissing, type Json, validDocuments } from '../logistics-cases.ts'
import { epcisHost } from './epcis-host.ts'

const scans: EventScan[] = []
const plugin = definePlugin({
  services: {
    'logistics.epcis': epcisService({
      takeScans: async (_, taken) => void scans.push(...taken),
      shipmentsOf: async (_, keys) =>
        new Map(keys.filter((key) => key === sscc(1)).map((key) => [key, { shipment: 'S-1', orders: ['O-1'] }])),
    }),
    'logistics.shipments': { trace },
  },
  udfs: logisticsUdfs,
}) as Json

const { host, pool } = await epcisHost(t, { plugin })

const call = (operation: string, input: Json): Promise<Json> => host.call('logistics.epcis', operation, input)
const traceOf = (epc: string, direction: string, more = {}): Promise<Json> =>
  host.call('logistics.shipments', 'trace', { epc, direction, ...more })

const gtin = '04012345111118'
const lot = (name: string) => `https://id.gs1.org/01/${gtin}/10/${name}`
const item = (serial: number | string) => `https://id.gs1.org/01/${gtin}/21/${serial}`
const digits = (n: number) => `34012345${String(n).padStart(9, '0')}`
const check = (body: string) => {
  const sum = [...body].reverse().reduce((all, digit, i) => all + Number(digit) * (i % 2 === 0 ? 3 : 1), 0)
  return body + ((10 - (sum % 10)) % 10)
}
function sscc(n: number) {
  return `https://id.gs1.org/00/${check(digits(n))}`
}

let minute = 0
const at = (m = ++minute) => new Date(Date.UTC(2026, 0, 10, 0, m)).toISOString()
const event = (type: string, fields: Json) => ({
  type,
  eventTime: at(),
  eventTimeZoneOffset: '+08:00',
  ...fields,
})
const documentOf = (...eventList: Json[]) => ({
  '@context': [
    'https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld',
    { own: 'https://own.example/', cbvmda: 'urn:epcglobal:cbv:mda:' },
  ],
  type: 'EPCISDocument',
  schemaVersion: '2.0',
  creationDate: '2026-01-10T00:00:00Z',
  epcisBody: { eventList },
})
const capture = (...events: Json[]) => call('capture', { document: documentOf(...events) })
const pack = (parent: string, children: string[], action = 'ADD', more = {}) =>
  event('AggregationEvent', { parentID: parent, childEPCs: children, action, bizStep: 'packing', ...more })
const make = (inputs: string[], outputs: string[], more = {}) =>
  event('TransformationEvent', {
    inputQuantityList: inputs.map((epcClass) => ({ epcClass, quantity: 1, uom: 'KGM' })),
    outputQuantityList: outputs.map((epcClass) => ({ epcClass })),
    bizStep: 'commissioning',
    ...more,
  })

t.beforeEach(async () => {
  await pool.query('truncate epcis_events, epcis_keys, epcis_memberships, epcis_flows, sensor_limits, sensor_series, sensor_readings, sensor_alarms')
  ;(host.published as unknown[]).length = 0
  scans.length = 0
})

t.test('documents are kept once, however often they come, and are found by what they say', { skip: casesMissing }, async (t) => {
  let events = 0
  for (const [name, document] of validDocuments()) {
    const first = await call('capture', { document })
    const again = await call('capture', { document })
    events += first.captured
    t.match(again, { captured: 0, duplicates: first.hashes.length, hashes: first.hashes }, name)
  }
  const all: Json[] = []
  for (let cursor: string | undefined; ; ) {
    const page = await call('query', { limit: 4, ...(cursor ? { cursor } : {}) })
    all.push(...page.items)
    if (page.next === undefined) break
    cursor = page.next
  }
  t.equal(all.length, events)
  const instants = all.map(({ eventTime }) => Date.parse(eventTime))
  t.strictSame(instants, instants.toSorted((a, b) => b - a), 'newest first, over pages')
  for (const bizStep of ['shipping', 'cbv:BizStep-shipping', 'urn:epcglobal:cbv:bizstep:shipping', 'https://ref.gs1.org/cbv/BizStep-shipping']) {
    const { items } = await call('query', { bizStep })
    t.ok(items.length > 0 && items.every((one: Json) => one.bizStep === 'shipping'), bizStep)
  }
  const found = await call('query', { readPoint: 'https://other.example/gln/0614141073467/254/1234' })
  t.ok(found.items.length > 0, 'a place by its Digital Link of any host')
  t.match(await call('query', { bizTransaction: 'http://transaction.acme.com/po/12345678' }), { items: [{}] })
  const own = all.find((one) => one['example:myField'] !== undefined)
  t.match(own['@context'], [/epcis-context/, { example: /example/ }], 'it stands alone with its prefixes')
})

t.test('patterns find all of a class, of a company, or of a beginning', async (t) => {
  const urn = (serial: number) => `urn:epc:id:sgtin:4012345.011111.${serial}`
  await capture(
    event('ObjectEvent', { epcList: [urn(1), urn(2)], action: 'OBSERVE', bizStep: 'inspecting' }),
    event('ObjectEvent', { epcList: [item(3)], action: 'ADD', bizStep: 'commissioning' }),
    pack(sscc(1), [item(1)]),
    event('ObjectEvent', { quantityList: [{ epcClass: 'urn:epc:class:lgtin:4012345.011111.L-1' }], action: 'OBSERVE' }),
    event('ObjectEvent', { epcList: ['urn:epc:id:sgtin:0614141.107346.2017'], action: 'OBSERVE' }),
  )
  const count = async (input: Json) => (await call('query', input)).items.length
  t.equal(await count({ epc: urn(1) }), 2)
  t.equal(await count({ epc: `(01)${gtin}(21)1` }), 2)
  t.equal(await count({ epc: 'urn:epc:idpat:sgtin:4012345.011111.*' }), 4)
  t.equal(await count({ epc: 'urn:epc:idpat:sgtin:4012345.*.*' }), 4)
  t.equal(await count({ epc: 'urn:epc:idpat:sscc:4012345.*' }), 1)
  t.equal(await count({ epc: `https://id.gs1.org/01/${gtin}/10/*` }), 1)
  t.equal(await count({ epc: check(digits(1)) }), 1)
  t.equal(await count({ epc: 'urn:epc:idpat:sgtin:4012345.011111.*', action: 'OBSERVE' }), 2)
  t.equal(await count({ from: at(2 + minute - 5), to: at(minute) }), 3)
  await t.rejects(call('query', { epc: 'urn:epc:idpat:sgtin:4012345.*.7' }), { code: 'PATTERN_INVALID' })
  await t.rejects(call('query', { epc: 'a*b' }), { code: 'PATTERN_INVALID' })
  await t.rejects(call('query', { cursor: 'x' }), { code: 'CURSOR_INVALID' })
})

t.test('what is wrong with a document keeps all of it out', async (t) => {
  const good = event('ObjectEvent', { epcList: [item(1)], action: 'OBSERVE' })
  await t.rejects(capture(good, { ...good, action: 'LOOK' }), {
    code: 'EPCIS_INVALID',
    message: /eventList\/1\/action/,
  })
  const remote = { ...documentOf(good), '@context': ['https://evil.example/context.jsonld'] }
  await t.rejects(call('capture', { document: remote }), { code: 'CONTEXT_REMOTE' })
  await t.rejects(capture({ ...good, '@context': ['https://evil.example/context.jsonld'] }), { code: 'CONTEXT_REMOTE' })
  const many = Array.from({ length: 501 }, (_, i) => ({ ...good, epcList: [item(i)] }))
  await t.rejects(capture(...many), { code: 'EPCIS_TOO_LARGE' })
  await t.rejects(capture({ ...good, 'own:text': 'x'.repeat(90_000) }), { code: 'EPCIS_TOO_LARGE' })
  t.strictSame(await call('query', {}), { items: [] })
})

t.test('an event declared wrong no more counts, whichever comes first', async (t) => {
  const wrong = { ...pack(sscc(1), [item(1)]), eventID: 'urn:uuid:1' }
  const errorDeclaration = { declarationTime: at(), reason: 'incorrect_data', correctiveEventIDs: ['urn:uuid:2'] }
  const right = { ...pack(sscc(2), [item(1)]), eventID: 'urn:uuid:2' }
  for (const order of [[wrong, { ...wrong, errorDeclaration }, right], [{ ...wrong, errorDeclaration }, right, wrong]]) {
    await pool.query('truncate epcis_events, epcis_keys, epcis_memberships')
    for (const one of order) await capture(one)
    t.equal((await call('query', {})).items.length, 3)
    t.match((await call('query', { errors: 'exclude' })).items, [{ eventID: 'urn:uuid:2' }])
    t.match((await call('query', { errors: 'only' })).items, [{ eventID: 'urn:uuid:1', errorDeclaration }])
    t.match(await traceOf(item(1), 'down'), { edges: [{ to: sscc(2) }] })
  }
})

t.test('a trace goes through what was made, packed and delivered, up and down', async (t) => {
  await capture(
    make([lot('MILK'), lot('SUGAR')], [lot('YOGHURT')]),
    make([lot('FRUIT')], [], { transformationID: 'urn:uuid:t1' }),
    make([lot('YOGHURT')], [lot('CUP')], { transformationID: 'urn:uuid:t1' }),
    pack(sscc(1), [], 'ADD', { childQuantityList: [{ epcClass: lot('CUP'), quantity: 9 }] }),
    pack(sscc(1), [item('X')]),
    pack(sscc(9), [sscc(1), sscc(2)], 'ADD', { bizStep: 'loading' }),
    event('ObjectEvent', {
      epcList: [sscc(9)],
      action: 'OBSERVE',
      bizStep: 'receiving',
      disposition: 'in_progress',
      readPoint: { id: 'urn:epc:id:sgln:4012345.00005.0' },
    }),
  )
  const up = await traceOf(lot('CUP'), 'up')
  const names = (graph: Json) => graph.nodes.map(({ epc }: Json) => epc.split('/').pop()).sort()
  t.strictSame(names(up), ['CUP', 'FRUIT', 'MILK', 'SUGAR', 'YOGHURT'])
  const down = await traceOf(lot('MILK'), 'down')
  t.strictSame(names(down), [...['CUP', 'MILK', 'YOGHURT'], ...[sscc(1), sscc(9)].map((one) => one.split('/').pop())].sort(), 'not what travelled beside it')
  const container = down.nodes.find(({ epc }: Json) => epc === sscc(9))
  t.match(container, { kind: 'unit', place: 'https://id.gs1.org/414/4012345000054', disposition: 'in_progress' })
  t.strictSame(names(await traceOf(sscc(9), 'up', { depth: 2 })).includes('CUP'), true)
  t.equal((await traceOf(sscc(9), 'up', { depth: 2 })).cut, true)
  t.equal((await traceOf(sscc(9), 'up', { depth: 8 })).cut, undefined)
  t.ok(names(await traceOf(sscc(9), 'up')).includes('MILK'))
  await t.rejects(traceOf(lot('NONE'), 'up'), { code: 'EPC_UNKNOWN' })
})

t.test('what was in a unit counts for the time that it was in it', async (t) => {
  const pallet = 'https://id.gs1.org/8003/04012345000221334455'
  await capture(
    pack(pallet, [item(1)]),
    pack(pallet, [item(1)], 'DELETE', { bizStep: 'unpacking' }),
    pack(pallet, [item(2)]),
    pack(sscc(5), [pallet]),
    make([item(2)], [lot('P')]),
  )
  const names = (graph: Json) => graph.nodes.map(({ epc }: Json) => epc)
  t.notOk(names(await traceOf(item(1), 'down')).includes(sscc(5)), 'it was out before')
  t.ok(names(await traceOf(item(2), 'down')).includes(sscc(5)))
  t.notOk(names(await traceOf(lot('P'), 'up')).includes(item(1)))
  await capture(pack(sscc(6), [item(3)]), pack(sscc(6), [], 'DELETE'), pack(sscc(7), [sscc(6)]))
  t.notOk(names(await traceOf(item(3), 'down')).includes(sscc(7)), 'all was taken out')
})

t.test('a trace ends, in cycles and in what is larger than it may show', async (t) => {
  await capture(pack(sscc(1), [sscc(2)]), pack(sscc(2), [sscc(3)]), pack(sscc(3), [sscc(1)]), make([lot('A')], [lot('B')]), make([lot('B')], [lot('A')]))
  t.equal((await traceOf(sscc(1), 'down', { depth: 16 })).nodes.length, 3)
  t.equal((await traceOf(lot('A'), 'up', { depth: 16 })).nodes.length, 2)
  await capture(...Array.from({ length: 4 }, (_, i) => pack(sscc(100 + i), Array.from({ length: 400 }, (_, k) => item(i * 400 + k)))))
  await capture(pack(sscc(99), [0, 1, 2, 3].map((i) => sscc(100 + i))))
  const large = await traceOf(sscc(99), 'up')
  t.ok(large.nodes.length <= 1000 && large.cut === true)
})

t.test('serial numbers belong to the lot that they were made with', async (t) => {
  await capture(
    make([lot('RAW')], [lot('L7')]),
    event('ObjectEvent', {
      epcList: [item(1), item(2)],
      action: 'ADD',
      bizStep: 'commissioning',
      ilmd: { 'cbvmda:lotNumber': 'L7' },
    }),
    pack(sscc(1), [item(2)]),
  )
  const down = await traceOf(lot('RAW'), 'down')
  t.ok(down.nodes.some(({ epc }: Json) => epc === sscc(1)))
  t.ok((await traceOf(`(01)${gtin}(21)1`, 'up')).nodes.some(({ epc }: Json) => epc === lot('RAW')))
  t.ok(down.edges.some(({ kind }: Json) => kind === 'lot'))
})

const reading = (subject: string, m: number, value: number, more = {}) => ({
  type: 'ObjectEvent',
  eventTime: at(m),
  eventTimeZoneOffset: '+08:00',
  epcList: [subject],
  action: 'OBSERVE',
  bizStep: 'sensor_reporting',
  sensorElementList: [
    {
      sensorMetadata: { time: at(m), deviceID: 'urn:epc:id:giai:4000001.111' },
      sensorReport: [{ type: 'Temperature', value, uom: 'CEL', ...more }],
    },
  ],
})

t.test('an excursion is told of once, with its shipment and lots, in whatever order its readings come', async (t) => {
  await call('setSensorLimit', { scope: 'lot', value: lot('V1'), measure: 'temperature', lower: 2, upper: 8, hysteresis: 0.5, allowedMinutes: 10 })
  await capture(pack(sscc(1), [], 'ADD', { childQuantityList: [{ epcClass: lot('V1'), quantity: 5 }] }))
  const base = 600
  await capture(reading(sscc(1), base, 5), reading(sscc(1), base + 10, 7))
  t.equal(host.published.length, 0)
  await capture(reading(sscc(1), base + 20, 9))
  t.equal(host.published.length, 0, 'five minutes outside are allowed')
  await capture(reading(sscc(1), base + 40, 11), reading(sscc(1), base + 50, 7.8))
  t.match(host.published, [
    {
      type: 'logistics.sensor.alarm',
      data: { shipment: 'S-1', orders: ['O-1'], measure: 'temperature', value: 11, unit: 'CEL', lower: 2, upper: 8, lots: ['V1'], since: at(base + 15), device: /8004/ },
    },
  ])
  await capture(reading(sscc(1), base + 30, 9.5), reading(sscc(1), base + 60, 7.9), reading(sscc(1), base + 70, 9))
  t.equal(host.published.length, 1, 'it has not ended: it must come half a degree inside')
  await capture(reading(sscc(1), base + 80, 6))
  t.match((await call('sensorAlarms', { shipment: 'S-1' })).items, [
    { since: at(base + 15), until: at(base + 80), worst: 11, lots: ['V1'] },
  ])
  await capture(reading(sscc(1), base + 90, 9), reading(sscc(1), base + 110, 9))
  t.equal(host.published.length, 2, 'another excursion')
  t.equal((await call('sensorAlarms', { open: true })).items.length, 1)
  const series = await call('sensorReadings', { epc: sscc(1) })
  t.match(series, { unit: 'CEL', lowest: 5, highest: 11 })
  t.ok(series.meanKinetic > 7 && series.meanKinetic < 10)
})

t.test('readings without EPCIS are watched too; other units are converted, others refused', async (t) => {
  const limit = await call('setSensorLimit', { scope: 'shipment', value: 'S-9', measure: 'temperature', upper: 8 })
  const report = { shipment: 'S-9', device: 'D1', measure: 'temperature', unit: 'FAH', readings: [{ at: at(700), value: 50 }] }
  t.match(await call('reportReadings', report), { taken: 1, alarms: 1 })
  t.match(await call('reportReadings', report), { taken: 0, alarms: 0 })
  t.match(host.published, [{ data: { shipment: 'S-9', value: 10, unit: 'CEL' } }])
  await t.rejects(call('reportReadings', { ...report, unit: 'PAL' }), { code: 'UNIT_UNKNOWN' })
  await t.rejects(call('reportReadings', { ...report, epc: sscc(1) }), { code: 'READINGS_INVALID' })
  await t.rejects(call('setSensorLimit', { scope: 'all', measure: 'light' }), { code: 'LIMIT_INVALID' })
  await t.rejects(call('setSensorLimit', { scope: 'all', measure: 'light', lower: 5, upper: 4 }), { code: 'LIMIT_INVALID' })
  t.match(await call('sensorLimits', {}), { items: [{ id: limit.id }] })
  t.match(await call('dropSensorLimit', { id: limit.id }), { dropped: true })
})

t.test('events of units are scans of their journey; a declared error takes one back', async (t) => {
  const ship = event('ObjectEvent', { epcList: [sscc(1), item(1)], action: 'OBSERVE', bizStep: 'shipping', disposition: 'in_transit' })
  await capture(ship, event('ObjectEvent', { epcList: [sscc(1)], action: 'OBSERVE', bizStep: 'receiving' }))
  t.match(scans, [
    { number: check(digits(1)), status: 'in-transit', code: 'shipping/in_transit', voids: false },
    { status: 'delivered', code: 'receiving' },
  ])
  scans.length = 0
  await capture({ ...ship, errorDeclaration: { declarationTime: at() } })
  t.match(scans, [{ status: 'in-transit', voids: true }])
})

t.test('a document of 500 events is taken in two seconds', async (t) => {
  const events = Array.from({ length: 500 }, (_, i) =>
    event('ObjectEvent', {
      epcList: Array.from({ length: 5 }, (_, k) => item(`${i}-${k}`)),
      action: 'OBSERVE',
      bizStep: 'shipping',
      disposition: 'in_transit',
      readPoint: { id: 'urn:epc:id:sgln:4012345.00005.0' },
      bizTransactionList: [{ type: 'po', bizTransaction: 'urn:epcglobal:cbv:bt:4012345000009:PO1' }],
      'own:note': 'as packed',
    }),
  )
  const started = performance.now()
  t.match(await capture(...events), { captured: 500, duplicates: 0 })
  const took = performance.now() - started
  t.comment(`${took.toFixed(0)} ms for 500 events, ${(await pool.query('select count(*) from epcis_keys')).rows[0].count} keys`)
  t.ok(took < 2000)
})
