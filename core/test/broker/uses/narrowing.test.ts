import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import { isNarrower } from '../../../src/broker/uses/narrower.ts'
import { type HeldGrant, narrowing } from '../../../src/broker/uses/narrowing.ts'
import type { UseSum } from '../../../src/broker/uses/use-ledger.ts'

const day = 24 * 3_600_000
const now = 100 * day
const visible = new Set(['db:own', 'service:call', 'http:fetch'])

const grant = (changes: Partial<HeldGrant>): HeldGrant => ({
  id: 'grt_1',
  capability: 'service:call',
  parameters: { service: 'orders.demand@^1' },
  grantedAt: now - 30 * day,
  optional: true,
  ...changes,
})

const use = (changes: Partial<UseSum>): UseSum => ({
  tenant: 'acme',
  plugin: '@acme/orders',
  version: '1.0.0',
  capability: 'service:call',
  grant: 'grt_1',
  facet: 'list',
  count: 1,
  failures: 0,
  totalMs: 1,
  firstAt: now - 20 * day,
  lastAt: now - day,
  ...changes,
})

const propose = (grants: readonly HeldGrant[], uses: readonly UseSum[], minDays = 7) =>
  narrowing(grants, { uses, visible, now, minDays })

t.test(
  'a grant that the version never used since it was seen is proposed to be taken back',
  async (t) => {
    const idle = grant({ id: 'grt_2', capability: 'db:own', parameters: { quotaMb: 1 } })
    const all = grant({ parameters: { service: 'orders.demand@^1', operations: ['list'] } })
    t.match(propose([all, idle], [use({})]), [
      { kind: 'revoke', grant: 'grt_2', seen: { from: now - 20 * day, to: now, days: 20 } },
    ])
  },
)

t.test('no data proposes nothing, nor does a short while', async (t) => {
  const idle = grant({ id: 'grt_2', capability: 'db:own' })
  t.same(propose([idle], []), [])
  t.same(propose([idle], [use({ firstAt: now - 6 * day })]), [])
  t.same(propose([grant({ ...idle, grantedAt: now - 6 * day })], [use({})]), [])
  t.equal(propose([idle], [use({ firstAt: now - 7 * day })]).length, 1)
})

t.test('what the host does not see used is never proposed', async (t) => {
  const blind = grant({ id: 'grt_2', capability: 'ui:mount' })
  t.same(propose([blind], [use({})]), [])
})

t.test('a service is narrowed to the operations that were used', async (t) => {
  const uses = [use({}), use({ facet: 'find' }), use({ facet: 'No such', failures: 1 })]
  t.match(propose([grant({})], uses), [
    { kind: 'narrow', parameters: { service: 'orders.demand@^1', operations: ['find', 'list'] } },
  ])
  t.same(propose([grant({})], [...uses, use({ facet: '*' })]), [], 'not all are known')
  const exact = grant({ parameters: { service: 'orders.demand@^1', operations: ['find', 'list'] } })
  t.same(propose([exact], uses), [])
})

t.test('requests are narrowed to the origins and methods that were used', async (t) => {
  const parameters = {
    origins: ['https://a.example.com', 'https://b.example.com', 'https://*.example.org'],
    methods: ['GET', 'POST', 'DELETE'],
    pathPrefix: '/v1/',
  }
  const fetches = grant({ capability: 'http:fetch', parameters })
  const used = (facet: string) => use({ capability: 'http:fetch', facet })
  const uses = [used('GET https://a.example.com'), used('POST https://x.y.example.org')]
  t.match(propose([fetches], uses), [
    {
      kind: 'narrow',
      parameters: {
        origins: ['https://a.example.com', 'https://*.example.org'],
        methods: ['GET', 'POST'],
        pathPrefix: '/v1/',
      },
    },
  ])
  t.same(propose([fetches], [...uses, used('something else')]), [])
  const evil = propose([fetches], [used('GET https://evilexample.org')])
  t.same(evil, [], 'a host that only ends alike is none of the grant')
})

t.test('only less is narrower', async (t) => {
  const service = { service: 'orders.demand@^1', operations: ['find', 'list'] }
  const narrower = (after: object, before: object = service, capability = 'service:call') =>
    isNarrower(capability, before as never, after as never)
  t.ok(narrower({ ...service, operations: ['list'] }))
  t.ok(narrower(service))
  t.ok(narrower({ service: 'a.b@1', operations: ['x'] }, { service: 'a.b@1' }))
  t.notOk(narrower({ service: 'orders.demand@^1' }), 'all operations are more than two')
  t.notOk(narrower({ ...service, operations: ['list', 'drop'] }))
  t.notOk(narrower({ ...service, operations: [] }))
  t.notOk(narrower({ ...service, service: 'orders.secret@^1' }))
  t.notOk(narrower({ ...service, more: true }))
  t.notOk(narrower({ quotaMb: 1 }, { quotaMb: 2 }, 'db:own'))
  const fetches = { origins: ['https://a.com', 'https://b.com'], pathPrefix: '/v1/', maxKb: 10 }
  const fetch = (after: object) => narrower({ ...fetches, ...after }, fetches, 'http:fetch')
  t.ok(fetch({ origins: ['https://b.com'], pathPrefix: '/v1/a', maxKb: 5 }))
  t.ok(fetch({ methods: ['GET'] }), 'GET is what it was')
  t.notOk(fetch({ methods: ['GET', 'POST'] }))
  t.notOk(fetch({ pathPrefix: '/v2/' }))
  t.notOk(fetch({ maxKb: 11 }))
  t.notOk(fetch({ maxKb: undefined }))
  t.notOk(fetch({ origins: ['https://*.com'] }))
})

t.test(
  'whatever parameters are sent, the answer is yes or no, and no for what is new',
  async (t) => {
    const before = { service: 'a.b@1', operations: ['x'] }
    const value = fc.jsonValue()
    fc.assert(
      fc.property(fc.dictionary(fc.string(), value), fc.string(), (parameters, name) => {
        t.type(isNarrower('service:call', before, parameters), 'boolean')
        t.notOk(isNarrower(name, before, parameters), name)
        t.notOk(
          isNarrower('service:call', before, { ...before, operations: ['x', name] }) &&
            name !== 'x',
        )
      }),
    )
  },
)

t.test('a proposal is always narrower than the grant, and keeps what was used', async (t) => {
  const names = ['list', 'find', 'add', 'drop']
  const some = fc.uniqueArray(fc.constantFrom(...names), { minLength: 1 })
  fc.assert(
    fc.property(fc.option(some, { nil: undefined }), some, (granted, used) => {
      const parameters =
        granted === undefined ? { service: 'a.b@1' } : { service: 'a.b@1', operations: granted }
      const within = used.filter((name) => granted?.includes(name) ?? true)
      const held = grant({ parameters })
      for (const { kind, parameters: less } of propose(
        [held],
        within.map((facet) => use({ facet })),
      )) {
        t.equal(kind, 'narrow')
        t.ok(isNarrower('service:call', parameters, less ?? {}))
        t.same(less?.operations, [...within].sort())
      }
    }),
  )
})
