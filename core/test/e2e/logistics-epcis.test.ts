import pg from 'pg'
import t from 'tap'
import { Company } from '../support/company.ts'
import { HostProcess } from '../support/host-process.ts'
import { testDatabases } from '../support/postgres.ts'

const { hostUrl } = await testDatabases(t)
const host = await HostProcess.start(t, { databaseUrl: hostUrl })
const company = await Company.open(t, host, 'dongchen', ['logistics-tracking'])
const epcis = (operation: string, input: unknown = {}) =>
  company.ask('logistics.epcis@1', operation, input)

const context = 'https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld'
const gtin = 'https://id.gs1.org/01/04012345111118'
const unit = 'urn:epc:id:sscc:4012345.3111111111'
const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString()
const when = (minute: number) => ({ eventTime: at(minute), eventTimeZoneOffset: '+08:00' })
const capture = (...eventList: object[]) =>
  epcis('capture', {
    document: {
      '@context': [context, { own: 'https://own.example/' }],
      type: 'EPCISDocument',
      schemaVersion: '2.0',
      creationDate: at(0),
      epcisBody: { eventList },
    },
  })

t.test(
  'a document of 500 events is kept by a real host within two seconds, and once',
  async (t) => {
    const events = Array.from({ length: 500 }, (_, i) => ({
      type: 'ObjectEvent',
      ...when(i),
      epcList: Array.from({ length: 4 }, (_, k) => `${gtin}/21/${i}-${k}`),
      action: 'OBSERVE',
      bizStep: 'shipping',
      disposition: 'in_transit',
      readPoint: { id: 'urn:epc:id:sgln:4012345.00005.0' },
      'own:note': 'as packed',
    }))
    // The first call makes the isolate.
    await epcis('query')
    const started = performance.now()
    t.match(await capture(...events), { captured: 500, duplicates: 0 })
    const took = performance.now() - started
    t.comment(`${took.toFixed(0)} ms`)
    t.ok(took < 2000)
    t.match(await capture(...events), { captured: 0, duplicates: 500 })
    const first = await epcis('query', { bizStep: 'cbv:BizStep-shipping', limit: 200 })
    const second = await epcis('query', { bizStep: 'shipping', limit: 200, cursor: first.next })
    t.equal(new Set([...first.items, ...second.items].map(({ eventID }) => eventID)).size, 400)
    const pattern = 'urn:epc:idpat:sgtin:4012345.011111.*'
    t.equal((await epcis('query', { epc: pattern, limit: 10 })).items.length, 10)
  },
)

t.test('cold chain, trace and error declarations work on a real host', async (t) => {
  const lot = `${gtin}/10/V1`
  await epcis('setSensorLimit', {
    scope: 'lot',
    value: lot,
    measure: 'temperature',
    lower: 2,
    upper: 8,
  })
  const packed = {
    type: 'AggregationEvent',
    ...when(1000),
    parentID: unit,
    childQuantityList: [{ epcClass: lot, quantity: 5 }],
    action: 'ADD',
    bizStep: 'packing',
  }
  const warm = {
    type: 'ObjectEvent',
    ...when(1010),
    epcList: [unit],
    action: 'OBSERVE',
    sensorElementList: [{ sensorReport: [{ type: 'Temperature', value: 12, uom: 'CEL' }] }],
  }
  await capture(
    {
      type: 'TransformationEvent',
      ...when(900),
      inputEPCList: [`${gtin}/21/raw`],
      outputQuantityList: [{ epcClass: lot }],
    },
    packed,
    warm,
  )
  await capture(warm)
  const told = await company.eventually('the alarm', sensorAlarms, ({ length }) => length > 0)
  t.match(told, [{ data: { measure: 'temperature', value: 12, lots: ['V1'] } }])
  t.equal(told.length, 1)
  const trace = (direction: string) =>
    company.ask('logistics.shipments@1', 'trace', { epc: unit, direction })
  t.match(
    (await trace('up')).edges.map(({ kind }: { kind: string }) => kind),
    ['aggregation', 'transformation'],
  )
  await capture({ ...packed, errorDeclaration: { declarationTime: at(2000) } })
  t.strictSame((await trace('up')).edges, [])
  t.match(await epcis('sensorAlarms'), { items: [{ worst: 12, lots: ['V1'] }] })
  t.match(await epcis('sensorReadings', { epc: unit }), {
    items: [{ value: 12 }],
    meanKinetic: Number,
  })
})

async function sensorAlarms(): Promise<{ data: Record<string, unknown> }[]> {
  const client = new pg.Client({ connectionString: hostUrl })
  await client.connect()
  try {
    const { rows } = await client.query(
      `select event from events where tenant = 'dongchen' and type = 'logistics.sensor.alarm' order by sequence`,
    )
    return rows.map(({ event }) => JSON.parse(event))
  } finally {
    await client.end()
  }
}
