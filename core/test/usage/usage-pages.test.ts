import Fastify from 'fastify'
import t from 'tap'
import { fc } from '../../../sdk/test/seeded-check.ts'
import { strictValidator } from '../../src/gateway/strict-validator.ts'
import { createKnex } from '../../src/storage/create-knex.ts'
import { cursorOfUsage, placeOfUsage } from '../../src/usage/usage-cursor.ts'
import { usageRoutes } from '../../src/usage/usage-routes.ts'
import { testDatabases } from '../support/postgres.ts'

const { hostUrl } = await testDatabases(t)
const knex = createKnex(hostUrl)
t.teardown(() => knex.destroy())
const clock = { now: Date.parse('2026-06-15T00:00:00Z') }

const app = Fastify()
t.teardown(() => app.close())
app.setValidatorCompiler(strictValidator)
app.decorateRequest('principal', { getter: () => ({ kind: 'operator' }) as never })
app.setErrorHandler((error, _request, reply) =>
  reply.code(400).send({ code: (error as { code?: string }).code }),
)
usageRoutes(app, {
  knex,
  now: () => clock.now,
  flush: async () => undefined,
  statements: {} as never,
  tenantOfSubscription: async () => 'acme',
})

interface Page {
  readonly items: readonly { readonly key: string; readonly calls: string }[]
  readonly units: readonly { readonly key: string; readonly unit: string; readonly units: string }[]
  readonly from: string
  readonly next?: string
}

async function read(query: Readonly<Record<string, string>>): Promise<Page> {
  const answer = await app.inject({ url: '/v1/usage', query: { ...query } })
  t.equal(answer.statusCode, 200, answer.body)
  return answer.json()
}

const one = {
  ...{ tenant: 'acme', app: 'web', service: 'orders.status', major: 1, plugin: '@acme/orders' },
  ...{ hour: '2026-06-10T12:00:00Z', operation: 'get', version: '1.0.0', price: '' },
}
const use = (subscription: string, calls: number) =>
  knex('usage_hours')
    .insert({
      ...{ ...one, subscription, calls },
      ...{ status_class: '2xx', bytes_in: 0, bytes_out: 0 },
    })
    .onConflict(
      knex.raw(
        '(subscription, hour, operation, version, status_class, price, service, major)',
      ) as never,
    )
    .merge({ calls: knex.raw('usage_hours.calls + excluded.calls') })
const meter = (subscription: string, unit: string, units: number) =>
  knex('usage_units').insert({ ...one, subscription, unit, units })

const ids = Array.from({ length: 53 }, (_, n) => `sub_${String(n).padStart(3, '0')}`)

t.before(async () => {
  for (const [n, id] of ids.entries()) {
    await use(id, 1 + ((n * 7) % 50))
    if (n % 2 === 0) for (const unit of ['rows', 'bytes', 'Pages']) await meter(id, unit, 1)
  }
})

t.test('pages meet while counts are written that turn the order by calls around', async (t) => {
  const keys: string[] = []
  const units: string[] = []
  let cursor: string | undefined
  let pages = 0
  do {
    const page: Page = await read({ by: 'subscription', limit: '10', ...(cursor && { cursor }) })
    keys.push(...page.items.map(({ key }) => key))
    units.push(...page.units.map(({ key, unit }) => `${key} ${unit}`))
    cursor = page.next
    pages += 1
    // The last become the first, and somebody new was there all along.
    for (const id of ids.slice(40)) await use(id, 10_000 * pages)
    await use(`sub_new_${pages}`, 1)
    clock.now += 60_000
  } while (cursor !== undefined && pages < 30)
  t.equal(new Set(keys).size, keys.length, 'no row twice')
  t.equal(new Set(units).size, units.length)
  t.strictSame(
    keys.filter((key) => ids.includes(key)),
    ids,
    'and none lost',
  )
  t.equal(units.length, 27 * 3)
  t.equal(pages, 9, 'until the longer of the two lists is over')
})

t.test('the pages of the last thirty days are of one span', async (t) => {
  const first = await read({ by: 'subscription', limit: '5' })
  clock.now += 3 * 86_400_000
  const second = await read({ by: 'subscription', limit: '5', cursor: first.next ?? '' })
  t.equal(second.from, first.from)
  clock.now -= 3 * 86_400_000
})

t.test('times go on in their order, and one subscription has pages, too', async (t) => {
  const first = await read({ by: 'day', limit: '1' })
  t.strictSame(
    first.items.map(({ key }) => key),
    ['2026-06-10'],
  )
  const url = '/v1/subscriptions/sub_0123456789abcdef/usage'
  const answer = await app.inject({ url, query: { by: 'hour', limit: '1' } })
  t.strictSame(answer.json().items, [])
})

t.test('the most used are told first where that is asked for, without pages', async (t) => {
  const page = await read({ by: 'subscription', order: 'calls', limit: '5' })
  const calls = page.items.map((item) => Number(item.calls))
  t.strictSame(
    calls,
    [...calls].sort((a, b) => b - a),
  )
  t.notOk(page.next)
})

t.test('a cursor of another list, or of nobody, is refused', async (t) => {
  const { next = '' } = await read({ by: 'subscription', limit: '5' })
  const wrong = [
    { by: 'app', cursor: next },
    { by: 'subscription', order: 'calls', cursor: next },
    { by: 'subscription', cursor: 'sub_001' },
    { by: 'subscription', cursor: `${next}AAAA` },
  ]
  for (const query of wrong) {
    const answer = await app.inject({ url: '/v1/usage', query })
    t.match(answer.json(), { code: 'CORE_INPUT_INVALID' }, JSON.stringify(query))
  }
})

t.test('a cursor is read as it was written, and whatever else it is throws nothing', async () => {
  const text = fc.string({ unit: 'binary', maxLength: 30 })
  const place = fc.record(
    {
      from: fc.constant('2026-06-01T00:00:00.000Z'),
      to: fc.constant('2026-07-01T00:00:00.000Z'),
      by: text,
      item: fc.option(text),
      unit: fc.option(fc.tuple(text, text, text, text)),
    },
    { noNullPrototype: true },
  )
  fc.assert(
    fc.property(place, (one) => {
      t.strictSame(placeOfUsage(cursorOfUsage(one)), one)
    }),
    { numRuns: 50 },
  )
  const json = fc.json().map((one) => Buffer.from(one).toString('base64url'))
  fc.assert(
    fc.property(fc.oneof(fc.string(), json), (cursor) => {
      placeOfUsage(cursor)
    }),
  )
})
