import t from 'tap'
import { NOW, trackingHost } from './tracking-host.ts'

const tracking = await trackingHost(t)
const { host, query, empty } = tracking
const MINUTE = 60_000
const at = (minutes: number) => new Date(NOW - 86_400_000 + minutes * MINUTE).toISOString()
const owners = [
  { kind: 'temperature', direction: 'inbound', owner: 'cold-chain' },
  { owner: 'dispatch' },
]
const cold = await tracking.another({ config: { exceptions: { owners } } })

const sscc = '340123451111111111'
const unit = 'urn:epc:id:sscc:4012345.3111111111'
const gtin = '04012345111118'
const epcis = (operation: string, input: object) =>
  cold.host.call('logistics.epcis', operation, input, { principal: { kind: 'user', id: 'mei' } })
const told = (type: string) => cold.host.published.filter((event) => event.type === type)
const dataOf = (type: string): readonly object[] => told(type).map(({ data }) => data as object)

const capture = (...eventList: object[]) =>
  epcis('capture', {
    document: {
      '@context': 'https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld',
      type: 'EPCISDocument',
      schemaVersion: '2.0',
      creationDate: at(0),
      epcisBody: { eventList },
    },
  })
const seen = (minutes: number, bizStep: string, more = {}) => ({
  type: 'ObjectEvent',
  ...{
    eventTime: at(minutes),
    eventTimeZoneOffset: '+08:00',
    epcList: [unit],
    action: 'OBSERVE',
    bizStep,
  },
  ...more,
})

t.beforeEach(async () => {
  await empty()
  ;(cold.host.published as unknown[]).length = 0
  await cold.call('register', {
    ...{
      shipment: 'S-1',
      direction: 'inbound',
      orders: ['O-1'],
      purchaseOrder: 'PO-1',
      from: 'A',
      to: 'B',
    },
    parcels: [
      {
        trackingNumber: 'SF1',
        carrier: 'sf-express',
        contents: [{ sku: gtin, quantity: 5, unit: 'C62', lot: 'V1' }],
        units: [`(00)${sscc}`],
      },
    ],
  })
})

const shipment = () => cold.call('shipment', { shipment: 'S-1' })

t.test(
  'events of a unit move its shipment, and a declared error takes back just its own',
  async (t) => {
    const arrived = seen(20, 'receiving')
    t.match(await capture(seen(10, 'departing'), arrived), { captured: 2 })
    t.match(await shipment(), { status: 'delivered', parcels: [{ units: [sscc] }] })
    // A person saw it being handed over in the same minute, at another place.
    const by = { shipment: 'S-1', status: 'delivered', place: 'Dock 3' }
    await cold.call('report', { ...by, at: at(19) })
    await capture({ ...arrived, errorDeclaration: { declarationTime: at(30) } })
    t.match(await shipment(), { status: 'delivered', deliveredAt: at(19) })
    await capture({ ...seen(10, 'departing'), errorDeclaration: { declarationTime: at(31) } })
    const { items } = await cold.call('timeline', { shipment: 'S-1' })
    t.strictSame(
      items.map((entry: { source: string }) => entry.source),
      ['user:mei'],
    )
    t.equal(told('logistics.shipment.delivered').length, 1, 'never twice')
    t.strictSame((await query('select 1 from epcis_events where scans_due')).rows, [])
    t.match(await cold.call('unmapped'), { items: [] }, 'what takes back is no unknown word')
  },
)

t.test('an error that is declared before its event comes leaves nothing of it', async (t) => {
  const arrived = seen(20, 'receiving')
  await capture({ ...arrived, errorDeclaration: { declarationTime: at(30) } })
  await capture(arrived)
  t.match(await shipment(), { status: 'registered' })
  t.strictSame(told('logistics.shipment.delivered'), [])
})

t.test('an alarm names the shipment with its orders and lots, and has an owner', async (t) => {
  await epcis('setSensorLimit', {
    ...{
      scope: 'product',
      value: `https://id.gs1.org/01/${gtin}`,
      measure: 'temperature',
      lower: 2,
      upper: 8,
    },
  })
  const report = [{ type: 'Temperature', value: 12, uom: 'CEL' }]
  await capture(seen(15, 'transporting', { sensorElementList: [{ sensorReport: report }] }))
  const [alarm] = dataOf('logistics.sensor.alarm')
  t.match(alarm, {
    ...{
      shipment: 'S-1',
      orders: ['O-1'],
      purchaseOrder: 'PO-1',
      parcel: 'SF1',
      carrier: 'sf-express',
    },
    ...{ value: 12, lots: ['V1'] },
  })
  t.notOk(Reflect.has(alarm as object, 'goods'))
  for (const id of ['1', '1', '2']) {
    await cold.host.emit('logistics.sensor.alarm', alarm, { key: 'S-1', id })
  }
  const { items } = await cold.call('exceptions', { open: true })
  t.match(items, [{ shipment: 'S-1', kind: 'temperature', owner: 'cold-chain' }])
  t.match(items[0].text.en, /lots V1/)
  t.match(dataOf('logistics.exception.opened'), [{ kind: 'temperature', orders: ['O-1'] }])
  await epcis('setSensorLimit', { scope: 'all', measure: 'humidity', upper: 60 })
  const reading = { measure: 'humidity', unit: 'P1', readings: [{ at: at(16), value: 80 }] }
  const lot = `https://id.gs1.org/01/${gtin}/10/V1`
  t.match(await epcis('reportReadings', { epc: lot, ...reading }), { taken: 1, alarms: 1 })
  t.match(
    dataOf('logistics.sensor.alarm')[1],
    { shipment: 'S-1', lots: ['V1'] },
    'by its lot alone',
  )
})

t.test(
  'a shipment is seen coming to places and leaving them, however its positions come',
  async (t) => {
    // 31.2304 N 121.4737 E in WGS 84, as maps in China show it.
    const shanghai = { longitude: 121.4781963, latitude: 31.2284532, radiusM: 500 }
    const made = await cold.call('setPlace', {
      place: 'yard',
      name: 'Yard 堆场',
      circle: shanghai,
      crs: 'gcj02',
    })
    t.match(made, { radiusM: 500 })
    t.ok(
      Math.abs(made.longitude - 121.4737) < 1e-4 && Math.abs(made.latitude - 31.2304) < 1e-4,
      'kept as WGS 84',
    )
    await cold.call('setPlace', {
      ...{ place: 'dock', name: 'Dock' },
      polygon: [
        [121.47, 31.23],
        [121.472, 31.23],
        [121.472, 31.232],
        [121.47, 31.232],
      ],
    })
    const position = (minutes: number, longitude: number, latitude = 31.2304) => ({
      at: at(minutes),
      longitude,
      latitude,
    })
    const way = [
      ...[
        position(0, 121.4),
        position(10, 121.4737),
        position(11, 121.4737),
        position(30, 121.471, 31.231),
      ],
      // Forty metres outside of the dock: a receiver's error.
      ...[position(31, 121.4724, 31.231), position(50, 121.5)],
    ]
    t.match(
      await cold.call('reportPositions', {
        shipment: 'S-1',
        positions: [...way.slice(3), position(40, 0, 0)],
      }),
      { taken: 3, ignored: 1 },
    )
    await cold.call('reportPositions', {
      trackingNumber: 'sf1',
      positions: way.slice(0, 4).reverse(),
    })
    const { items } = await cold.call('visits', { shipment: 'S-1' })
    t.strictSame(items, [
      { place: 'yard', name: 'Yard 堆场', enteredAt: at(10), leftAt: at(50), dwellMinutes: 40 },
      { place: 'dock', name: 'Dock', enteredAt: at(30), leftAt: at(50), dwellMinutes: 20 },
    ])
    t.match(await shipment(), { longitude: 121.5, latitude: 31.2304 })
    await cold.call('report', {
      shipment: 'S-1',
      status: 'arrived-at-hub',
      at: at(60),
      longitude: 121.471,
      latitude: 31.231,
    })
    const timeline = await cold.call('timeline', { shipment: 'S-1' })
    t.match(
      timeline.items.map(({ passage, place, status }: Record<string, string>) => [
        passage,
        place,
        status,
      ]),
      [
        ['entered', 'Yard 堆场', 'registered'],
        ['entered', 'Dock', 'registered'],
        ['left', 'Dock', 'registered'],
        ['left', 'Yard 堆场', 'registered'],
        [undefined, 'Dock', 'arrived-at-hub'],
        ['entered', 'Dock', 'arrived-at-hub'],
        ['entered', 'Yard 堆场', 'arrived-at-hub'],
      ],
      'a scan that says where by coordinates alone has the name of the smallest place',
    )
    t.match(timeline.items[2], { dwellMinutes: 20 })
    t.match(await cold.call('publicTracking', { shipment: 'S-1' }), {
      scans: [{ status: 'arrived-at-hub' }],
    })
    t.match(
      await shipment(),
      { place: 'Dock', longitude: 121.471 },
      'a scan that is newer than the tracker',
    )
    t.match(await cold.call('places'), {
      items: [{ place: 'dock', polyline: /./ }, { place: 'yard' }],
    })
    t.match(await cold.call('dropPlace', { place: 'dock' }), { dropped: true })
    t.equal((await cold.call('visits', { shipment: 'S-1' })).items.length, 2, 'the yard, twice')
  },
)

t.test('who strays from the planned route is told of until back on it', async (t) => {
  await t.rejects(cold.call('route', { shipment: 'S-1' }), { code: 'ROUTE_UNKNOWN' })
  // The example of the format: 38.5 N 120.2 W, 40.7 N 120.95 W, 43.252 N 126.453 W.
  const polyline = '_p~iF~ps|U_ulLnnqC_mqNvxq`@'
  const planned = await cold.call('planRoute', { shipment: 'S-1', polyline, toleranceM: 20_000 })
  t.match(planned, { points: 3, polyline })
  const positions = (...list: [number, number, number][]) =>
    cold.call('reportPositions', {
      shipment: 'S-1',
      positions: list.map(([minutes, latitude, longitude]) => ({
        at: at(minutes),
        latitude,
        longitude,
      })),
    })
  const look = () => cold.host.runJob('look-at-shipments')
  const open = async () =>
    (await cold.call('exceptions', { open: true, kind: 'route-deviation' })).items
  await positions([0, 38.5, -120.2], [2, 38.6, -121.5])
  await look()
  t.strictSame(await open(), [], 'a single wild position')
  await positions([4, 38.6, -121.4])
  await look()
  t.match(await open(), [{ shipment: 'S-1', owner: 'dispatch' }])
  t.match(await cold.call('route', { shipment: 'S-1' }), { onRoute: false, offRouteM: Number })
  await positions([120, 39.6, -120.57])
  await look()
  t.strictSame(await open(), [])
  t.match(dataOf('logistics.exception.closed'), [{ resolution: 'passed' }])
  t.match(await cold.call('dropRoute', { shipment: 'S-1' }), { dropped: true })
})

t.test('shapes and routes that are none are refused', async (t) => {
  const place = { place: 'p', name: 'P' }
  const refused = (operation: string, input: object, code: string) =>
    t.rejects(cold.call(operation, input), { code }, code)
  await refused('setPlace', place, 'PLACE_SHAPE_INVALID')
  await refused(
    'setPlace',
    {
      ...place,
      polygon: [
        [0, 0],
        [1, 1],
        [2, 2],
      ],
    },
    'PLACE_SHAPE_INVALID',
  )
  const way = { shipment: 'S-1', toleranceM: 100 }
  await refused('planRoute', way, 'ROUTE_INVALID')
  await refused('planRoute', { ...way, polyline: '_p~iF~ps|U' }, 'ROUTE_INVALID')
  await refused(
    'planRoute',
    { ...way, polyline: '_p~iF~ps|U_ulLnnqC', precision: 3 },
    'ROUTE_INVALID',
  )
  await refused(
    'planRoute',
    {
      ...way,
      shipment: 'S-9',
      points: [
        [0, 0],
        [1, 1],
      ],
    },
    'SHIPMENT_UNKNOWN',
  )
  await refused(
    'reportPositions',
    { positions: [{ at: at(0), latitude: 1, longitude: 1 }] },
    'SHIPMENT_UNKNOWN',
  )
  await refused('visits', { shipment: 'S-9' }, 'SHIPMENT_UNKNOWN')
})

t.test('more events than a transaction publishes are told, each once', async (t) => {
  const numbers = Array.from({ length: 100 }, (_, i) => `N${i}`)
  const scans = numbers.map((trackingNumber) => ({
    trackingNumber,
    status: 'in-transit',
    at: at(0),
  }))
  await host.deliver('carrier', { id: 'm-1', json: { scans } })
  await cold.call('register', {
    ...{ shipment: 'S-2', direction: 'outbound' },
    parcels: numbers.map((trackingNumber) => ({ trackingNumber })),
  })
  const changes = dataOf('logistics.shipment.status-changed')
  const named = new Set(changes.map((data) => Reflect.get(data, 'parcel')))
  t.equal(named.size, 101, 'each parcel, and the shipment')
  t.equal(changes.length, 101)
  t.strictSame((await query('select 1 from events_left')).rows, [])
})

t.test('a number that a carrier gives again after months is another parcel', async (t) => {
  await cold.call('report', { shipment: 'S-1', status: 'delivered', at: at(0) })
  const again = { shipment: 'S-2', direction: 'outbound', parcels: [{ trackingNumber: 'SF1' }] }
  await t.rejects(cold.call('register', again), { code: 'PARCEL_TAKEN' })
  await query(
    `update parcels set state = state || '{"statusAt": 1, "lastScanAt": 1}' where parcel = 'SF1'`,
  )
  t.match(await cold.call('register', again), {
    status: 'registered',
    parcels: [{ parcel: 'SF1' }],
  })
  t.match(await shipment(), {
    status: 'delivered',
    parcels: [{ trackingNumber: 'SF1', units: [sscc] }],
  })
  t.equal((await cold.call('timeline', { shipment: 'S-1' })).items.length, 1)
  await cold.call('report', { trackingNumber: 'SF1', status: 'in-transit', at: at(30) })
  t.match(await cold.call('shipment', { shipment: 'S-2' }), { status: 'in-transit' })
})
