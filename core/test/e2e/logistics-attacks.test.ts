import { createHmac } from 'node:crypto'
import t from 'tap'
import { Company } from '../support/company.ts'
import { HostProcess } from '../support/host-process.ts'
import { testDatabases } from '../support/postgres.ts'
import { keyFile } from '../support/sealing.ts'
import { logistics, pluginPath, ShippingCompany, shipments } from '../support/shipping-company.ts'

const { hostUrl } = await testDatabases(t)
const environment = { SIGNALBOX_KEY_FILE: await keyFile(t) }
const host = await HostProcess.start(t, { databaseUrl: hostUrl, environment })
const company = await Company.open(t, host, 'dongchen', ['business-events', 'logistics-tracking'])
const road = await ShippingCompany.open(company)
const first = await road.ship()
const at = new Date(Date.now() - 3_600_000).toISOString()
const scan = (n: number, more: object = {}) => ({
  ...{ trackingNumber: `SF${n}`, status: 'in-transit', at, place: 'Hefei', ...more },
})
const timeline = (n: number) =>
  company.ask(shipments, 'timeline', { shipment: `SHP-${n}`, limit: 200 })
const scansOf = (n: number, count: number) =>
  company.eventually(
    `${count} scans`,
    () => timeline(n),
    ({ items }) => items.length === count,
  )
const deliveriesOf = async (path: string) => {
  const at = `${pluginPath(company, logistics)}/hooks/${path}/deliveries?limit=200`
  return (await company.admin.request<{ items: { state: string }[] }>('GET', at)).items
}
/** All that came was handled, and none of it in vain. */
const handled = (path = 'carrier-hmac') =>
  company.eventually(
    'all deliveries',
    () => deliveriesOf(path),
    (items) => items.length > 0 && items.every(({ state }) => state === 'delivered'),
    120_000,
  )

t.test('who does not sign is not believed, whatever he says of himself', async (t) => {
  const body = JSON.stringify({ scans: [scan(first)] })
  const signed = (secret: string) => createHmac('sha256', secret).update(body).digest('hex')
  for (const signature of ['', 'x', '0'.repeat(64), signed(''), signed('guessed')]) {
    t.equal(await road.push(body, { 'x-signature': signature }), 401, signature)
  }
  t.same((await timeline(first)).items, [])
})

t.test(
  'a signed time that is not now is refused, and a message again is a message once',
  async (t) => {
    const made = await company.admin.request<{ address: string; secret: string }>(
      'POST',
      `${pluginPath(company, logistics)}/hooks/carrier`,
      {},
    )
    const key = Buffer.from(made.secret.replace(/^whsec_/, ''), 'base64')
    const n = await road.ship()
    const body = JSON.stringify({ scans: [scan(n)] })
    const send = async (id: string, aheadS: number) => {
      const time = String(Math.floor(Date.now() / 1000) + aheadS)
      const mac = createHmac('sha256', key).update(`${id}.${time}.${body}`).digest('base64')
      const headers = {
        ...{ 'content-type': 'application/json', 'webhook-id': id },
        ...{ 'webhook-timestamp': time, 'webhook-signature': `v1,${mac}` },
      }
      return (await fetch(`${host.url}${made.address}`, { method: 'POST', headers, body })).status
    }
    t.equal(await send('m1', -600), 401)
    t.equal(await send('m1', 600), 401)
    for (let again = 0; again < 5; again++) t.equal(await send('m1', 0), 202)
    await scansOf(n, 1)
    t.equal((await deliveriesOf('carrier')).length, 1)
  },
)

t.test('an address of one tenant takes nothing for another', async (t) => {
  const globex = await company.neighbour('globex', ['business-events', 'logistics-tracking'])
  const theirs = await ShippingCompany.open(globex)
  const n = await theirs.ship()
  t.equal(await theirs.push({ tenant: 'dongchen', scans: [scan(n)] }), 202)
  await globex.eventually(
    'their scan',
    () => theirs.shipment(n),
    ({ body }) => body.status === 'in-transit',
  )
  t.match(await road.shipment(first), { body: { status: 'registered' } })
})

t.test('bodies of any shape are taken or kept with a reason, and stop nothing', async (t) => {
  const n = await road.ship()
  const deep = `${'['.repeat(5000)}${']'.repeat(5000)}`
  const bodies: readonly (string | object)[] = [
    ...['null', '1', '"text"', '[]', '{}', '[null]', '{"scans":null}', '{"scans":{"at":{}}}'],
    ...[deep, `{"scans":[{"trackingNumber":"X1","status":"delivered","at":${deep}}]}`],
    ...['not json', '{"__proto__":{"pack":"x"},"scans":[]}', '{"pack":"no-such-pack","scans":[]}'],
    { pack: '__proto__', scans: [scan(n)] },
    { pack: '\ud800\u0000', scans: [scan(n)] },
    { scans: [scan(n, { status: 'constructor' })] },
    { scans: [scan(n, { at: '9999-99-99' }), scan(n, { at: 1e300 }), scan(n, { at: null })] },
    { scans: [{ ...scan(n), trackingNumber: 'A'.repeat(100_000) }] },
    { scans: [scan(n, { latitude: 'NaN', longitude: 1e9, place: ['a'], text: {} })] },
  ]
  for (const body of bodies) t.equal(await road.push(body), 202, JSON.stringify(body).slice(0, 60))
  t.equal(await road.push(Buffer.from([0xff, 0xfe, 0x00]), { 'content-type': 'text/plain' }), 202)
  t.equal(await road.push('x'.repeat(1025 * 1024)), 413)
  await handled()
})

t.test('texts that tables cannot keep cost no scan', async (t) => {
  const n = await road.ship()
  const odd = ['a\u0000b', '\ud800half', 'half\udc00', '\\u0000', 'x'.repeat(20_000), '\u202egnp']
  for (const [minute, place] of odd.entries()) {
    const when = new Date(Date.parse(at) + minute * 300_000).toISOString()
    const told = { place, text: place, signedBy: place, carrier: place, [place]: place }
    t.equal(await road.push({ scans: [scan(n, { ...told, at: when })] }), 202)
  }
  await handled()
  await scansOf(n, odd.length)
})

t.test(
  'a carrier that nobody knows, and a code that nobody mapped, are kept for a person',
  async (t) => {
    const n = await road.ship()
    t.equal(await road.push({ scans: [scan(n, { carrier: 'ghost', status: 'ZZ-77' })] }), 202)
    await company.eventually(
      'the inbox',
      () => company.ask(shipments, 'unmapped'),
      ({ items }) => items.some(({ code }: { code: string }) => code === 'ZZ-77'),
    )
    t.match(await road.shipment(n), { body: { status: 'registered' } })
  },
)

t.test('a body of 2,500 scans is taken whole, part by part', async (t) => {
  const scans = Array.from({ length: 2500 }, (_, i) => ({
    trackingNumber: `BULK${i % 250}`,
    status: 'in-transit',
    at: new Date(Date.parse(at) - Math.floor(i / 250) * 600_000).toISOString(),
  }))
  const began = performance.now()
  t.equal(await road.push({ scans }), 202)
  const seen = await company.eventually(
    'the message',
    () => company.ask(shipments, 'messages', { limit: 1 }),
    ({ items }) => items[0]?.scans === 2500 && items[0].state === 'read',
    120_000,
  )
  await handled()
  t.comment(`${Math.round(performance.now() - began)} ms`)
  t.match(seen.items, [{ scans: 2500, state: 'read' }])
})
