import t from 'tap'
import { at, epcisWords, event, item, lot, pack, sscc, ssccDigits } from './epcis/epcis-words.ts'

const { host, call, capture, scans, empty } = await epcisWords(t)
t.beforeEach(empty)

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

t.test(
  'an excursion is told of once, with its shipment and lots, in whatever order its readings come',
  async (t) => {
    await call('setSensorLimit', {
      scope: 'lot',
      value: lot('V1'),
      measure: 'temperature',
      lower: 2,
      upper: 8,
      hysteresis: 0.5,
      allowedMinutes: 10,
    })
    await capture(
      pack(sscc(1), [], 'ADD', { childQuantityList: [{ epcClass: lot('V1'), quantity: 5 }] }),
    )
    const base = 600
    await capture(reading(sscc(1), base, 5), reading(sscc(1), base + 10, 7))
    t.equal(host.published.length, 0)
    await capture(reading(sscc(1), base + 20, 9))
    t.equal(host.published.length, 0, 'five minutes outside are allowed')
    await capture(reading(sscc(1), base + 40, 11), reading(sscc(1), base + 50, 7.8))
    t.match(host.published, [
      {
        type: 'logistics.sensor.alarm',
        data: {
          shipment: 'S-1',
          orders: ['O-1'],
          measure: 'temperature',
          value: 11,
          unit: 'CEL',
          lower: 2,
          upper: 8,
          lots: ['V1'],
          since: at(base + 15),
          device: /8004/,
        },
      },
    ])
    await capture(
      reading(sscc(1), base + 30, 9.5),
      reading(sscc(1), base + 60, 7.9),
      reading(sscc(1), base + 70, 9),
    )
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
  },
)

t.test(
  'readings without EPCIS are watched too; other units are converted, others refused',
  async (t) => {
    const limit = await call('setSensorLimit', {
      scope: 'shipment',
      value: 'S-9',
      measure: 'temperature',
      upper: 8,
    })
    const report = {
      shipment: 'S-9',
      device: 'D1',
      measure: 'temperature',
      unit: 'FAH',
      readings: [{ at: at(700), value: 50 }],
    }
    t.match(await call('reportReadings', report), { taken: 1, alarms: 1 })
    t.match(await call('reportReadings', report), { taken: 0, alarms: 0 })
    t.match(host.published, [{ data: { shipment: 'S-9', value: 10, unit: 'CEL' } }])
    await t.rejects(call('reportReadings', { ...report, unit: 'PAL' }), { code: 'UNIT_UNKNOWN' })
    await t.rejects(call('reportReadings', { ...report, epc: sscc(1) }), {
      code: 'READINGS_INVALID',
    })
    await t.rejects(call('setSensorLimit', { scope: 'all', measure: 'light' }), {
      code: 'LIMIT_INVALID',
    })
    await t.rejects(
      call('setSensorLimit', { scope: 'all', measure: 'light', lower: 5, upper: 4 }),
      { code: 'LIMIT_INVALID' },
    )
    t.match(await call('sensorLimits', {}), { items: [{ id: limit.id }] })
    t.match(await call('dropSensorLimit', { id: limit.id }), { dropped: true })
  },
)

t.test('events of units are scans of their journey; a declared error takes one back', async (t) => {
  const ship = event('ObjectEvent', {
    epcList: [sscc(1), item(1)],
    action: 'OBSERVE',
    bizStep: 'shipping',
    disposition: 'in_transit',
  })
  await capture(
    ship,
    event('ObjectEvent', { epcList: [sscc(1)], action: 'OBSERVE', bizStep: 'receiving' }),
  )
  t.match(scans, [
    { number: ssccDigits(1), status: 'in-transit', code: 'shipping/in_transit', voids: false },
    { status: 'delivered', code: 'receiving' },
  ])
  scans.length = 0
  await capture({ ...ship, errorDeclaration: { declarationTime: at() } })
  t.match(scans, [{ status: 'in-transit', voids: true }])
})
