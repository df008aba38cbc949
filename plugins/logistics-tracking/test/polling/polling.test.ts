import t from 'tap'
import { NOW, trackingHost } from '../tracking-host.ts'

const tracking = await trackingHost(t)
const { host, call, query, empty } = tracking
const HOUR = 3_600_000
const ago = (hours: number) => new Date(NOW - hours * HOUR).toISOString()

t.beforeEach(empty)

t.test('who has a link sees the way, and nobody by name', async (t) => {
  const number = '1Z5R89390357567127'
  await call('register', {
    ...{ shipment: 'S-1', direction: 'outbound', orders: ['O-1'] },
    parcels: [{ trackingNumber: number, contents: [{ sku: 'A-1', quantity: 2, unit: 'C62' }] }],
  })
  const scans = [
    {
      trackingNumber: number,
      status: 'out-for-delivery',
      at: ago(2),
      place: '湖北省武汉市洪山区珞喻路1037号',
      text: '派件员：李小明，电话13812345678',
    },
  ]
  await host.deliver('carrier', { id: 'p-1', json: { scans } })
  const { url } = await call('share', { shipment: 'S-1' })
  const shown = await host.follow(url)
  t.match(shown, { status: 'out-for-delivery' })
  const text = JSON.stringify(shown)
  for (const secret of ['李小明', '13812345678', '珞喻路', 'O-1', 'A-1', number]) {
    t.notOk(text.includes(secret), secret)
  }
  t.ok(text.includes('武汉市'))
})

t.test('carriers are asked as often as there may be news, and each within its share', async (t) => {
  let status = 200
  const asked: string[] = []
  const polling = await tracking.another({
    config: {
      polling: {
        first: {
          url: 'https://track.example.com/v1/{number}',
          pack: 'common',
          header: 'x-key',
          perRun: 30,
        },
      },
    },
    answers: {
      secrets: { 'carrier-key-first': 'the key' },
      fetch: (request: Request) => {
        asked.push(`${request.url} ${request.headers.get('x-key')}`)
        const trackingNumber = request.url.split('/').at(-1)
        return Response.json(
          { scans: [{ trackingNumber, status: 'in-transit', at: ago(1) }] },
          { status },
        )
      },
    } as object,
  })
  const parcels = Array.from({ length: 25 }, (_, i) => ({
    trackingNumber: `Q${i}`,
    carrier: 'slow',
  }))
  await polling.call('register', { shipment: 'S-5', direction: 'outbound', parcels })
  await polling.host.runJob('poll-carriers')
  t.equal(asked.length, 0, 'not before its time')
  await polling.host.advance(2 * 60_000)
  asked.length = 0
  await polling.host.runJob('poll-carriers')
  t.equal(asked.length, 20)
  t.match(asked[0], /^https:\/\/track\.example\.com\/v1\/Q\d+ the key$/)
  status = 503
  await polling.host.runJob('poll-carriers')
  t.equal(asked.length, 25, 'the rest, which was not asked')
  const { rows } = await query(
    'select count(*)::int as n, failures from polls group by failures order by 2',
  )
  t.match(rows, [
    { n: 20, failures: 0 },
    { n: 5, failures: 1 },
  ])
  t.match(await polling.call('shipment', { shipment: 'S-5' }), { status: 'in-transit' })
})
