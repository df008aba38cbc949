import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import { md5 } from '../../src/intake/md5.ts'
import { foldScans } from '../../src/scans/fold-scans.ts'
import type { Scan } from '../../src/scans/scan.ts'
import { STATUSES } from '../../src/scans/status.ts'
import { NOW, trackingHost } from '../tracking-host.ts'

const tracking = await trackingHost(t)
const { host, call, query, empty } = tracking
const HOUR = 3_600_000
const ago = (hours: number) => new Date(NOW - hours * HOUR).toISOString()

t.beforeEach(empty)

const shipment = {
  ...{ shipment: 'S-1', direction: 'outbound', orders: ['O-1'], from: 'Shenzhen', to: 'Wuhan' },
  promisedAt: ago(2),
  parcels: [{ trackingNumber: '1Z5R89390357567127', contents: contentOf('A-1') }],
}

function contentOf(sku: string) {
  return [{ sku, quantity: 2, unit: 'C62' }]
}

const told = (type: string) => host.published.filter((event) => event.type === type)
const dataOf = (type: string) => told(type).map(({ data }) => data)

const deliver = (scans: readonly object[], id = `m-${Math.trunc(performance.now() * 1000)}`) =>
  host.deliver('carrier', { id, json: { scans } })

function scanOf(trackingNumber: string, status: string, hoursAgo: number, place = '') {
  return { trackingNumber, status, at: ago(hoursAgo), place }
}

t.test(
  'a shipment is followed from its registration to its delivery, each told once',
  async (t) => {
    const registered = await call('register', shipment)
    t.match(registered, {
      status: 'registered',
      late: true,
      parcels: [{ parcel: '1Z5R89390357567127', carrier: 'ups' }],
    })
    t.strictSame(await call('register', shipment), registered, 'said twice it is once')
    const number = '1Z5R89390357567127'
    await deliver([scanOf(number, 'picked-up', 50, 'Shenzhen'), scanOf(number, 'in-transit', 40)])
    await deliver([{ ...scanOf(number, 'delivered', 1, 'Wuhan'), signedBy: 'Mei' }])
    await deliver([scanOf(number, 'delivered', 1, 'Wuhan'), scanOf(number, 'out-for-delivery', 4)])
    t.match(await call('shipment', { shipment: 'S-1' }), {
      ...{ status: 'delivered', deliveredAt: ago(1), late: true, place: 'Wuhan', orders: ['O-1'] },
    })
    t.match(dataOf('logistics.shipment.registered'), [
      { shipment: 'S-1', orders: ['O-1'], trackingNumber: number, carrier: 'ups' },
    ])
    t.match(
      dataOf('logistics.shipment.status-changed').map((data) => [
        Reflect.get(data as object, 'from'),
        Reflect.get(data as object, 'to'),
      ]),
      [
        ['registered', 'in-transit'],
        ['in-transit', 'delivered'],
      ],
    )
    t.match(dataOf('logistics.shipment.delivered'), [
      { shipment: 'S-1', deliveredAt: ago(1), signedBy: 'Mei', lateHours: 1, parcels: 1 },
    ])
    t.match(dataOf('logistics.lead-time.observed'), [
      { lane: 'Shenzhen > Wuhan / ups', hours: 49, items: [{ sku: 'A-1' }], carrier: 'ups' },
    ])
    const { items } = await call('timeline', { shipment: 'S-1' })
    t.match(
      items.map((one: { status: string }) => one.status),
      ['picked-up', 'in-transit', 'out-for-delivery', 'delivered'],
    )
    const first = await call('timeline', { shipment: 'S-1', limit: 3 })
    const rest = await call('timeline', { shipment: 'S-1', limit: 3, cursor: first.next })
    t.strictSame([...first.items, ...rest.items], items)
  },
)

t.test('a correction takes a delivery back, and a second delivery is not told', async (t) => {
  await call('register', shipment)
  const trackingNumber = '1Z5R89390357567127'
  const delivered = { trackingNumber, status: 'delivered', at: ago(5) }
  t.match(await call('report', delivered), { taken: 'new', status: 'delivered' })
  t.match(await call('report', delivered), { taken: 'duplicate' })
  const wrong = { trackingNumber, status: 'in-transit', at: ago(4), corrects: 'delivered' }
  t.match(await call('report', wrong), { taken: 'new', status: 'in-transit' })
  t.match(await call('report', { ...delivered, at: ago(1) }), { status: 'delivered' })
  t.equal(told('logistics.shipment.delivered').length, 1)
  await t.rejects(call('report', { status: 'delivered', at: ago(1) }), {
    code: 'REPORT_WITHOUT_PARCEL',
  })
  await t.rejects(call('report', { ...delivered, trackingNumber: 'nobody' }), {
    code: 'PARCEL_UNKNOWN',
  })
})

t.test('tables equal the fold of all scans, however these are cut into deliveries', async (t) => {
  const numbers = ['P1', 'P2', 'P3']
  await call('register', {
    ...{ shipment: 'S-2', direction: 'inbound' },
    parcels: numbers.slice(0, 2).map((trackingNumber) => ({ trackingNumber })),
  })
  const arbitrary = fc.record({
    trackingNumber: fc.constantFrom(...numbers),
    status: fc.constantFrom(...STATUSES, 'NEW-WORD'),
    at: fc.integer({ min: 0, max: 50 }).map((n) => new Date(NOW - n * 25_000).toISOString()),
    place: fc.constantFrom('Wuhan', 'Suzhou'),
  })
  const deliveries = fc.array(fc.array(arbitrary, { minLength: 1, maxLength: 6 }), {
    minLength: 1,
    maxLength: 5,
  })
  let run = 0
  await fc.assert(
    fc.asyncProperty(deliveries, async (batches) => {
      await query('truncate scans, messages')
      await query(
        `update parcels set state = '{"status":"registered","attempts":0,"scans":0}', status = 'registered'`,
      )
      run += 1
      for (const [i, batch] of batches.entries()) await deliver(batch, `${run}-${i}`)
      const { rows } = await query(
        'select p.parcel, p.status, p.state from parcels p where exists (select from scans c where c.parcel = p.parcel)',
      )
      for (const row of rows as { parcel: string; status: string; state: object }[]) {
        const scans = batches.flat().filter((one) => one.trackingNumber === row.parcel)
        const state = foldScans(scans.map(asScan))
        t.strictSame(row.state, state)
        t.equal(row.status, state.status)
      }
    }),
    { numRuns: 40 },
  )
})

function asScan({ status, at, place }: { status: string; at: string; place: string }): Scan {
  const known = STATUSES.find((word) => word === status) ?? null
  return { at: Date.parse(at), status: known, code: status, place, source: 'common' }
}

t.test('scans of nobody yet are kept, and count once the shipment is registered', async (t) => {
  const number = '1Z5R89390357567127'
  await deliver([scanOf(number, 'picked-up', 9), scanOf(number, 'in-transit', 8)])
  t.equal(host.published.length, 0)
  t.match(await call('register', shipment), { status: 'in-transit' })
  t.match(dataOf('logistics.shipment.status-changed'), [{ from: 'registered', to: 'in-transit' }])
  await t.rejects(call('register', { ...shipment, shipment: 'S-9' }), { code: 'PARCEL_TAKEN' })
  await t.rejects(call('register', { ...shipment, direction: 'return' }), {
    code: 'SHIPMENT_DIFFERS',
  })
})

t.test('of several parcels each is told by its name, and the shipment without one', async (t) => {
  await call('register', {
    ...{ shipment: 'S-3', direction: 'outbound' },
    parcels: [{ trackingNumber: 'B1', units: ['003456789012345678'] }, { trackingNumber: 'B2' }],
  })
  await deliver([scanOf('003456789012345678', 'delivered', 3)])
  await deliver([scanOf('B2', 'delivered', 2)])
  t.match(dataOf('logistics.shipment.status-changed'), [
    { from: 'registered', to: 'in-transit' },
    { parcel: 'B1', from: 'registered', to: 'delivered' },
    { from: 'in-transit', to: 'delivered' },
    { parcel: 'B2', from: 'registered', to: 'delivered' },
  ])
  t.match(dataOf('logistics.shipment.delivered'), [{ parcels: 2, deliveredAt: ago(2) }])
  t.match(await call('shipment', { shipment: 'S-3' }), {
    parcels: [{ parcel: 'B1', units: ['003456789012345678'] }, { parcel: 'B2' }],
  })
})

t.test(
  'an unknown word waits in the inbox, and once mapped moves what it was said of',
  async (t) => {
    await call('register', shipment)
    const number = '1Z5R89390357567127'
    await deliver([
      scanOf(number, 'in-transit', 9),
      { ...scanOf(number, 'HANDED-OVER', 2), text: 'Handed over at the door' },
    ])
    t.match(await call('shipment', { shipment: 'S-1' }), { status: 'in-transit' })
    const { items } = await call('timeline', { shipment: 'S-1' })
    t.match(items[1], { mapped: false, status: 'in-transit', text: 'Handed over at the door' })
    t.match(await call('unmapped'), {
      items: [
        { pack: 'common', code: 'HANDED-OVER', scans: 1, samples: ['Handed over at the door'] },
      ],
    })
    const mapping = { pack: 'common', code: 'HANDED-OVER', status: 'delivered' }
    t.match(await call('setMapping', mapping), { parcels: 1, done: true })
    t.match(await call('shipment', { shipment: 'S-1' }), { status: 'delivered' })
    t.equal(told('logistics.shipment.delivered').length, 1)
    t.strictSame(await call('unmapped'), { items: [] })
    t.match(await call('mappings'), { items: [{ ...mapping, setBy: 'user:mei' }] })
    await call('setMapping', { ...mapping, status: 'available-for-pickup' })
    t.match(await call('shipment', { shipment: 'S-1' }), { status: 'available-for-pickup' })
    await t.rejects(call('setMapping', { ...mapping, pack: 'nobody' }), { code: 'PACK_UNKNOWN' })
  },
)

t.test('a scan of the day after tomorrow waits until its time, or for a hand', async (t) => {
  await call('register', shipment)
  const number = '1Z5R89390357567127'
  await deliver([
    scanOf(number, 'in-transit', 1),
    scanOf(number, 'delivered', -30),
    scanOf(number, 'returned', -300),
  ])
  t.match(await call('shipment', { shipment: 'S-1' }), { status: 'in-transit' })
  const { items } = await call('quarantine')
  t.match(items, [{ status: 'delivered', shipment: 'S-1' }, { status: 'returned' }])
  await host.runJob('release-scans')
  t.equal((await call('quarantine')).items.length, 2)
  await host.advance(7 * HOUR)
  await host.runJob('release-scans')
  t.match(await call('shipment', { shipment: 'S-1' }), { status: 'delivered' })
  const [, last] = items
  t.match(await call('releaseScan', { parcel: number, scan: last.scan }), { released: true })
  t.match(await call('shipment', { shipment: 'S-1' }), { status: 'returned' })
  await t.rejects(call('releaseScan', { parcel: number, scan: last.scan }), {
    code: 'SCAN_UNKNOWN',
  })
})

t.test(
  'deliveries that nobody signed wait for a person; those of a salt are checked',
  async (t) => {
    const tracking_history = [{ status: 'DELIVERED', status_date: ago(1) }]
    const json = { data: { tracking_number: 'A9', tracking_history } }
    await host.deliver('shippo', { id: 'a-1', json })
    t.match(await call('messages'), {
      items: [{ message: 'hook:a-1', state: 'held', faults: [{ code: 'SIGNATURE_UNCHECKED' }] }],
    })
    t.strictSame((await query('select 1 from scans')).rows, [])
    t.match(await call('replay', { message: 'hook:a-1' }), { messages: 1, taken: 1 })
    t.match(await call('replay', { message: 'hook:a-1' }), { taken: 0, duplicates: 1 })
    t.match(await call('messages'), { items: [{ state: 'read', scans: 1 }] })
    const salted = await tracking.another({
      config: { intake: { kuaidi100Salt: 'pepper-and-salt' } },
    })
    const param = JSON.stringify({
      lastResult: {
        nu: 'YT1',
        com: 'yuantong',
        state: '3',
        data: [{ time: '2026-03-03 11:00:00' }],
      },
    })
    const form = (sign: string) =>
      Buffer.from(`param=${encodeURIComponent(param)}&sign=${sign}`).toString('base64')
    const sign = md5(`${param}pepper-and-salt`).toUpperCase()
    await salted.host.deliver('kuaidi100', { id: 'k-1', bodyBase64: form(sign) })
    await salted.host.deliver('kuaidi100', { id: 'k-2', bodyBase64: form(sign.replace(/^./, '0')) })
    const { rows } = await query(
      `select message, state from messages where pack = 'kuaidi100' order by 1`,
    )
    t.match(rows, [{ state: 'read' }, { state: 'held' }])
    t.match((await query(`select status from parcels where parcel = 'YT1'`)).rows, [
      { status: 'delivered' },
    ])
  },
)

t.test('what cannot be read of a delivery is kept with the reason', async (t) => {
  await deliver([
    { status: 'delivered' },
    scanOf('C1', 'delivered', 1),
    { trackingNumber: 'C2', at: 'x' },
  ])
  await host.deliver('carrier', {
    id: 'broken',
    bodyBase64: Buffer.from('no JSON').toString('base64'),
  })
  const { items } = await call('messages')
  t.match(
    items.find((one: { state: string }) => one.state === 'partly'),
    {
      scans: 1,
      faults: [{ code: 'NUMBER_MISSING' }, { code: 'TIME_UNREADABLE' }],
    },
  )
  t.match(
    items.find((one: { message: string }) => one.message === 'hook:broken'),
    { state: 'refused' },
  )
})

t.test('another plugin says how its carrier writes', async (t) => {
  const value = {
    ...{ id: 'ferry', title: { en: 'Ferry', 'zh-CN': '轮渡' }, offset: '+02:00' },
    payload: { number: ['/box'], scans: ['/log'], code: ['/w'], at: ['/t'] },
    codes: { landed: { status: 'arrived-at-hub' } },
  }
  const contributions = { 'logistics.carrier/map/v1': [{ plugin: '@ferry/pack', value }] }
  const other = await tracking.another({ answers: { contributions } as object })
  const json = { pack: 'ferry', box: 'F1', log: [{ w: 'landed', t: '2026-03-09 12:00' }] }
  await host.deliver('carrier', { id: 'f-1', json })
  t.match(await call('messages'), {
    items: [{ state: 'held', faults: [{ code: 'PACK_UNKNOWN' }] }],
  })
  await t.rejects(call('replay', { message: 'hook:f-1' }), { code: 'PACK_UNKNOWN' })
  t.match(await other.call('replay', { message: 'hook:f-1' }), { taken: 1 })
  t.match((await query(`select state from parcels where parcel = 'F1'`)).rows, [
    { state: { status: 'arrived-at-hub', statusAt: Date.UTC(2026, 2, 9, 10) } },
  ])
})

t.test('a table of scans is taken in once, whatever often it is sent', async (t) => {
  await call('register', shipment)
  const csv = `运单号,时间,状态,地点\n1Z5R89390357567127,${ago(3)},out_for_delivery,武汉\n,,,\n1Z5R89390357567127,never,delivered,\n`
  t.match(await call('importScans', { csv }), {
    ...{ rows: 3, taken: 1, failed: 2 },
    errors: [{ line: 3 }, { line: 4, code: 'TIME_UNREADABLE' }],
  })
  t.match(await call('importScans', { csv }), { taken: 0, duplicates: 1 })
  t.match(await call('shipment', { shipment: 'S-1' }), { status: 'out-for-delivery' })
  await t.rejects(call('importScans', { csv: 'a' }), { code: 'CSV_COLUMN_MISSING' })
})

t.test('a shipment of several parcels is told without the number of one of them', async (t) => {
  const parcels = [{ trackingNumber: 'P1' }, { trackingNumber: 'P2' }]
  await call('register', { ...shipment, parcels })
  const [data] = dataOf('logistics.shipment.registered') as [object]
  t.notOk(Reflect.has(data, 'trackingNumber'))
  t.notOk(Reflect.has(data, 'parcel'))
})

t.test('an order that left is followed', async (t) => {
  const data = {
    ...{ orderId: 'O-7', shippedAt: ago(1), carrier: 'sf-express', shipment: 'S-7' },
    trackingNumbers: ['SF1234567890123'],
    lines: [{ line: '1', quantity: 1 }],
  }
  await host.emit('orders.order.shipped', data, { key: 'O-7' })
  await host.emit('orders.order.shipped', data, { key: 'O-7' })
  t.match(await call('shipments', { order: 'O-7' }), {
    items: [{ shipment: 'S-7', parcels: [{ carrier: 'sf-express' }] }],
  })
  t.equal(told('logistics.shipment.registered').length, 1)
  t.strictSame(await call('shipments', { order: 'O-8' }), { items: [] })
})

t.test('shipments are listed a page at a time, by state and promise', async (t) => {
  for (const n of [1, 2, 3]) {
    await call('register', {
      ...{ shipment: `L-${n}`, direction: 'outbound', promisedAt: ago((n - 2.5) * 100) },
      parcels: [{ trackingNumber: `L${n}` }],
    })
  }
  const first = await call('shipments', { limit: 2 })
  const rest = await call('shipments', { limit: 2, cursor: first.next })
  const names = [...first.items, ...rest.items].map((one: { shipment: string }) => one.shipment)
  t.strictSame(names, ['L-3', 'L-2', 'L-1'])
  t.equal((await call('shipments', { late: true })).items.length, 1)
  t.equal((await call('shipments', { open: false })).items.length, 0)
  t.equal((await call('shipments', { status: 'delivered' })).items.length, 0)
  await t.rejects(call('shipments', { cursor: 'x' }), { code: 'CURSOR_INVALID' })
  await t.rejects(call('shipment', { shipment: 'nobody' }), { code: 'SHIPMENT_UNKNOWN' })
})
