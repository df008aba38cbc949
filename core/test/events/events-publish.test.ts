import { CodedError } from '@signalbox/sdk/errors'
import type { NewEvent } from '@signalbox/sdk/host-calls/cloud-event'
import { RateLimiter } from '@signalbox/sdk/host-calls/rate-limiter'
import type { Manifest } from '@signalbox/sdk/manifest'
import { Ajv2020 } from 'ajv/dist/2020.js'
import t from 'tap'
import { fc } from '../../../sdk/test/seeded-check.ts'
import { Broker } from '../../src/broker/broker.ts'
import type { CallScope } from '../../src/broker/call-scope.ts'
import type { GrantUse } from '../../src/broker/uses/grant-uses.ts'
import { EventPublisher } from '../../src/events/event-publisher.ts'
import { eventsPublish } from '../../src/events/events-publish.ts'
import { emptySnapshot, type Grant, tenantKey } from '../../src/rollout/routing/snapshot.ts'

const types = ['orders.created', 'orders.deleted']
const manifest: Manifest = {
  manifest: 1,
  host: '^1.0.0',
  displayName: { en: 'x' },
  runtime: { tier: 'sandbox', entry: 'dist/plugin.js' },
  provides: { events: types.map((type) => ({ type, schema: 'schemas/x.json' })) },
}
const version = {
  plugin: '@acme/orders',
  version: '1.2.0',
  manifest,
  limits: { heapMb: 64, turnMs: 200, deadlineMs: 2000, payloadKb: 64 },
  bundleSha256: '',
  operations: new Map(),
}
const scope: CallScope = {
  version,
  tenant: 'acme',
  principal: { kind: 'app', id: 'app' },
  arm: 'stable',
  traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
  requestId: 'r',
  deadline: Number.MAX_SAFE_INTEGER,
  chain: [],
}
const publishGrant = (type: string): Grant => ({
  id: `grant of ${type}`,
  capability: 'event:publish',
  parameters: { type },
})

const schema = new Ajv2020().compile({ type: 'object', required: ['n'] })

/** A broker with one host call, over a log and an outbox that only remember. */
function brokerOf(grants: readonly Grant[]) {
  const logged: NewEvent[] = []
  const boxed: NewEvent[] = []
  const uses: GrantUse[] = []
  const publisher = new EventPublisher({
    schemas: {
      of: ({ manifest: { provides } }, type) =>
        provides?.events?.some((event) => event.type === type) === true
          ? Promise.resolve(schema)
          : undefined,
    },
    log: { append: async (events) => logged.push(...events) },
    outboxes: { statements: () => [], write: async (_plugin, event) => void boxed.push(event) },
    drain: { look: () => undefined },
    metrics: { published: { inc: () => undefined } as never },
    now: () => 1_800_000_000_000,
  })
  const broker = new Broker({
    snapshot: () => ({
      ...emptySnapshot,
      grants: new Map([[tenantKey('acme', '@acme/orders'), grants]]),
    }),
    calls: { 'events.publish': eventsPublish(() => publisher) },
    limiter: new RateLimiter(() => 0),
    effects: { record: async () => undefined },
    onUse: (use) => uses.push(use),
  })
  const ask = (request: unknown, by: CallScope = scope) =>
    broker.hostCall(by, 'events.publish', JSON.stringify(request), new AbortController().signal)
  return { ask, logged, boxed, uses, broker }
}

const order = { type: 'orders.created', data: { n: 1 } }

t.test('what is granted, declared and fits is written with all that is known of it', async (t) => {
  const { ask, logged, boxed, uses } = brokerOf([publishGrant('orders.created')])
  t.same(JSON.parse(await ask({ ...order, key: 'o-7', id: 'mine' })), { id: 'mine' })
  t.same(boxed, [])
  t.match(logged, [
    {
      tenant: 'acme',
      type: 'orders.created',
      source: '/plugins/@acme/orders',
      id: 'mine',
      key: 'o-7',
      publishedAt: 1_800_000_000_000,
    },
  ])
  t.match(JSON.parse(logged[0]?.event ?? ''), {
    specversion: '1.0',
    time: '2027-01-15T08:00:00.000Z',
    traceparent: /^00-4bf92f3577b34da6a3ce929d0e0e4736-[0-9a-f]{16}-00$/,
    data: { n: 1 },
  })
  t.match(uses, [{ capability: 'event:publish', facet: 'orders.created', outcome: 'done' }])
})

t.test('a plugin with tables of its own publishes through its outbox', async (t) => {
  const own = { id: 'o', capability: 'db:own', parameters: {} }
  const { ask, logged, boxed } = brokerOf([publishGrant('orders.created'), own])
  await ask(order)
  t.same([logged.length, boxed.length], [0, 1])
})

t.test(
  'a grant of one type is none of another, and what is not declared is nobody’s',
  async (t) => {
    const { ask, logged } = brokerOf([publishGrant('orders.created'), publishGrant('x.y')])
    const refused = (type: string) => ask({ ...order, type })
    await t.rejects(refused('orders.deleted'), { code: 'CORE_GRANT_MISSING' })
    await t.rejects(refused('orders.*'), { code: 'CORE_GRANT_MISSING' })
    await t.rejects(refused('x.y'), { code: 'CORE_EVENT_TYPE_UNDECLARED' })
    t.same(logged, [])
  },
)

t.test('what sixteen events have led to is not published', async (t) => {
  const { ask, logged } = brokerOf([publishGrant('orders.created')])
  const at = (hops: number) => ({
    ...scope,
    origin: { correlationId: 'c', causationId: `${hops}`, hops },
  })
  await ask(order, at(15))
  await t.rejects(ask(order, at(16)), { code: 'CORE_EVENT_TOO_MANY_HOPS', status: 409 })
  t.match(JSON.parse(logged[0]?.event ?? ''), { hops: 16, correlationid: 'c', causationid: '15' })
})

t.test('a flood is told when to come back', async (t) => {
  const { ask, logged } = brokerOf([publishGrant('orders.created')])
  const asked = await Promise.allSettled(Array.from({ length: 2100 }, () => ask(order)))
  t.equal(logged.length, 2000)
  const refused = asked.filter((one) => one.status === 'rejected')
  t.ok(refused.every(({ reason }) => reason.code === 'CORE_BUDGET_SPENT' && reason.retryAfterS > 0))
})

t.test('a call that was cancelled publishes nothing', async (t) => {
  const { broker, logged } = brokerOf([publishGrant('orders.created')])
  const gone = AbortSignal.abort(new Error('gone'))
  await t.rejects(broker.hostCall(scope, 'events.publish', JSON.stringify(order), gone))
  t.same(logged, [])
})

t.test('whatever a guest sends, it is published as granted or refused with a code', async () => {
  const { ask, logged } = brokerOf([publishGrant('orders.created')])
  const word = fc.oneof(fc.string({ unit: 'binary', maxLength: 250 }), fc.constant('k'))
  const likely = fc.record(
    {
      type: fc.oneof(fc.constantFrom(...types, 'orders.created'), word),
      data: fc.oneof(fc.jsonValue({ maxDepth: 8 }), fc.constant({ n: 1 })),
      key: fc.oneof(word, fc.jsonValue()),
      id: word,
      tenant: fc.constant('globex'),
    },
    { requiredKeys: ['type', 'data'] },
  )
  const deep = fc.nat(300).map((depth) => ({
    type: 'orders.created',
    data: JSON.parse(`${'['.repeat(depth + 1)}${']'.repeat(depth + 1)}`),
  }))
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.jsonValue(), likely, deep), async (request) => {
      const before = logged.length
      try {
        const { id } = JSON.parse(await ask(request))
        const event = logged.at(-1)
        return (
          logged.length === before + 1 &&
          event?.id === id &&
          event?.tenant === 'acme' &&
          event?.type === 'orders.created' &&
          ![...`${event?.key}${event?.id}`].some((character) => character < ' ')
        )
      } catch (error) {
        // A key `__proto__` the broker refuses to read, whatever the call.
        const isRefusal = error instanceof CodedError || error instanceof SyntaxError
        return isRefusal && logged.length === before
      }
    }),
    { numRuns: 200 },
  )
})
