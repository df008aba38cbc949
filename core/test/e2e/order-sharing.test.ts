import pg from 'pg'
import t from 'tap'
import { type Answer, Company } from '../support/company.ts'
import { DeltaStream } from '../support/delta-stream.ts'
import { HostProcess } from '../support/host-process.ts'
import { created, HOUR_MS, instant, now, released } from '../support/order-events.ts'
import { testDatabases } from '../support/postgres.ts'
import { keyFile } from '../support/sealing.ts'

const service = 'orders.visibility@1'
const shipments = 'logistics.shipments@1'
const { hostUrl } = await testDatabases(t)
const pool = new pg.Pool({ connectionString: hostUrl, max: 1 })
t.teardown(() => pool.end())
const environment = { SIGNALBOX_KEY_FILE: await keyFile(t) }
const host = await HostProcess.start(t, { databaseUrl: hostUrl, environment })
const company = await Company.open(t, host, 'dongchen', [
  'business-events',
  'logistics-tracking',
  'order-visibility',
])

const ask = (operation: string, input: unknown = {}) => company.ask(service, operation, input)
const call = (operation: string, input: unknown = {}) => company.call(service, operation, input)

const follow = async (
  url: string,
  init: RequestInit = {},
): Promise<Pick<Answer, 'status' | 'body'>> => {
  const { pathname, search } = new URL(url)
  for (;;) {
    const response = await fetch(`${host.url}${pathname}${search}`, init)
    if (response.status !== 429) return { status: response.status, body: await response.json() }
    await new Promise((resolve) =>
      setTimeout(resolve, 1000 * Number(response.headers.get('retry-after') ?? 1)),
    )
  }
}
const posted = (body: unknown) => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
})

t.test('a customer sees his order by a link, and nothing but what is on the list', async (t) => {
  await company.send([
    created('MINE', {
      salesperson: 'wang.wei',
      amount: '9000.00',
      currency: 'CNY',
      priority: 'high',
    }),
    created('OTHERS', { customer: 'RIVAL' }),
  ])
  await company.ask(shipments, 'register', {
    ...{
      shipment: 'OUT-1',
      direction: 'outbound',
      orders: ['MINE'],
      from: 'SUZHOU',
      to: 'SHANGHAI',
    },
    parcels: [
      {
        trackingNumber: 'SF1234567890123',
        contents: [{ sku: 'RING-6204', quantity: 100, unit: 'C62', lot: 'LOT-SECRET' }],
      },
    ],
  })
  await company.ask(shipments, 'register', {
    ...{ shipment: 'IN-1', direction: 'inbound', orders: ['MINE'], from: 'LIYUAN', to: 'SUZHOU' },
    parcels: [{ trackingNumber: 'SF9999999999999', contents: [] }],
  })
  await company.eventually(
    'both shipments',
    async () => (await call('order', { orderId: 'MINE' })).body,
    (order) => order?.parcels?.length === 2,
  )
  await company.ask(shipments, 'report', {
    ...{ trackingNumber: 'SF1234567890123', status: 'picked-up', at: instant(now - HOUR_MS) },
    place: 'SUZHOU',
  })
  await company.eventually(
    'the way',
    () => ask('order', { orderId: 'MINE' }),
    ({ parcels }) => JSON.stringify(parcels).includes('picked-up'),
  )
  const { url, share, expiresAt } = await ask('share', { orderId: 'MINE', ttlS: 3600 })
  const { status, body } = await follow(url)
  t.equal(status, 200)
  t.match(body, {
    orderId: 'MINE',
    lines: [{ line: '1', ordered: 100 }],
    parcels: [{ trackingNumber: 'SF1234567890123' }],
  })
  t.equal(body.parcels.length, 1, 'no inbound shipment')
  t.same(
    Object.keys(body).sort(),
    'asOf expectedAt lines milestones orderId parcels placedAt promisedAt stage stageText'.split(
      ' ',
    ),
  )
  t.notMatch(JSON.stringify(body), /VOLT|wang|9000|LIYUAN|SECRET|9999|high/)
  for (const attempt of [
    follow(`${url}?orderId=OTHERS`),
    follow(url, posted({ orderId: 'OTHERS' })),
    follow(`${url}?orderId=OTHERS&orderId=MINE`),
    follow(url, posted([{ orderId: 'OTHERS' }])),
  ]) {
    const answer = await attempt
    t.notMatch(JSON.stringify(answer.body), /OTHERS|RIVAL/)
    t.ok(answer.status >= 400 || answer.body.orderId === 'MINE', JSON.stringify(answer))
  }
  const guessed = url.replace(/.$/, (last: string) => (last === 'A' ? 'B' : 'A'))
  t.equal((await follow(guessed)).status, 404)
  t.match(await ask('shares', { orderId: 'MINE' }), { items: [{ share, expiresAt }] })
  const listed = JSON.stringify(await ask('shares', { orderId: 'MINE' }))
  t.notOk(listed.includes(new URL(url).pathname.slice('/links/'.length)), 'no address is kept')
  t.match(await ask('revokeShare', { share }), { revoked: true })
  t.equal((await follow(url)).status, 410)
  t.match(await ask('revokeShare', { share }), { revoked: true }, 'once more changes nothing')
  const short = await ask('share', { orderId: 'MINE', ttlS: 60 })
  t.equal((await follow(short.url)).status, 200)
  const first = await ask('shares', { orderId: 'MINE', limit: 1 })
  const rest = await ask('shares', { orderId: 'MINE', limit: 1, cursor: first.next })
  t.same(
    [first, rest].map(({ items }) => items[0].share),
    [short.share, share],
  )
  t.notOk('next' in rest)
  await pool.query(
    `update shared_links set expires_at = now() - interval '1 second' where id = $1`,
    [short.share],
  )
  t.equal((await follow(short.url)).status, 410, 'expired')
})

t.test('another company sees and does nothing of it', async (t) => {
  const other = await company.neighbour('xingda', ['business-events', 'order-visibility'])
  t.match(await other.call(service, 'order', { orderId: 'MINE' }), {
    status: 422,
    body: { code: 'ORDER_UNKNOWN' },
  })
  t.match(await other.call(service, 'share', { orderId: 'MINE' }), {
    status: 422,
    body: { code: 'ORDER_UNKNOWN' },
  })
  const { items } = await ask('shares', { orderId: 'MINE' })
  t.match(await other.call(service, 'revokeShare', { share: items[0].share }), {
    status: 422,
    body: { code: 'SHARE_UNKNOWN' },
  })
  t.match(await other.ask(service, 'board'), { items: [] })
  t.match(await other.ask(service, 'checkReplay'), { checked: 0 })
  const stream = await DeltaStream.follow(other, service, '?after=0')
  await company.send([released('MINE'), created('HERE')])
  await company.eventually(
    'the order',
    async () => (await call('order', { orderId: 'HERE' })).status,
    (status) => status === 200,
  )
  await other.send([created('THERE')])
  await company.eventually(
    'the own delta',
    async () => stream.deltas.length,
    (count) => count > 0,
  )
  t.same([...new Set(stream.deltas.map(({ partitionkey }) => partitionkey))], ['THERE'])
  await stream.cut()
  t.not((await call('order', { orderId: 'THERE' })).status, 200)
})
