import type { Knex } from 'knex'
import t from 'tap'
import { commitChange } from '../../src/audit/change.ts'
import { appendEvents } from '../../src/events/event-log-store.ts'
import { createKnex } from '../../src/storage/create-knex.ts'
import type { AttemptOutcome } from '../../src/webhooks-out/attempt-verdict.ts'
import {
  deleteOver,
  findDelivery,
  listDeliveries,
} from '../../src/webhooks-out/delivery-list-store.ts'
import { findEndpoint } from '../../src/webhooks-out/endpoint-store.ts'
import {
  fullLines,
  insertDeliveries,
  parkBlocked,
  takeDeliveries,
  withdrawWaiting,
} from '../../src/webhooks-out/out-delivery-store.ts'
import { tryDelivery } from '../../src/webhooks-out/try-delivery.ts'
import type { WebhookRequest } from '../../src/webhooks-out/webhook-sender.ts'
import { eventOf } from '../support/event-store.ts'
import { testDatabases } from '../support/postgres.ts'
import { admin, offering, START, webhookRoom } from '../support/webhooks-out.ts'

const { hostUrl } = await testDatabases(t)
const knex = createKnex(hostUrl)
t.teardown(() => knex.destroy())
const room = await webhookRoom(t, knex)
const { clock, held, endpoints, queueAll } = room

const good: AttemptOutcome = {
  kind: 'answered',
  status: 200,
  retryAfter: undefined,
  excerpt: '',
  ms: 1,
}
const bad: AttemptOutcome = { ...good, status: 500, excerpt: 'no' }
const wish = { tenant: 'acme', app: 'app', url: 'https://example.com/hook', types: ['orders.*'] }

t.beforeEach(async () => {
  for (const table of ['webhook_deliveries', 'webhook_endpoints', 'events'])
    await knex(table).delete()
  clock.now = START
  held.snapshot = offering('acme', 'app')
})

const limits = { leaseMs: 10_000, perEndpoint: 8, total: 100 }
const take = (more: Partial<typeof limits> = {}) =>
  takeDeliveries(knex, [], { ...limits, ...more, now: clock.now })

type Answer = (request: WebhookRequest) => AttemptOutcome

/** Takes what is due once, and tries it. @returns the ids of what was sent, in the order of taking */
async function round(answer: Answer, more: Partial<typeof limits> = {}): Promise<string[]> {
  const taken = await take(more)
  const sent: string[] = []
  const ports = {
    ...room,
    ...{ knex, random: () => 0.5 },
    send: async (request: WebhookRequest) => {
      sent.push(JSON.parse(request.body).id)
      return answer(request)
    },
  }
  for (const one of taken) await tryDelivery(ports, one)
  return sent
}

const publish = async (...events: Parameters<typeof eventOf>[]) => {
  await appendEvents(
    knex,
    events.map((event) => eventOf(...event)),
  )
  await queueAll()
}
const states = async () => knex('webhook_deliveries').orderBy('id').pluck('state')

t.test('an event is queued for who asked for its type and key and may hear it', async (t) => {
  const all = (await endpoints.create(admin, wish)).id
  const byKey = (await endpoints.create(admin, { ...wish, keys: ['b'] })).id
  await endpoints.create(admin, { ...wish, types: ['billing.*'] })
  await endpoints.create(admin, { ...wish, app: undefined })
  await publish(
    ['1', { key: 'a' }],
    ['2', { key: 'b' }],
    ['3', { type: 'orders.private', key: 'a' }],
    ['4', { tenant: 'globex' }],
  )
  const rows = await knex('webhook_deliveries').orderBy('id').select('endpoint', 'key')
  t.same(rows, [
    { endpoint: all, key: 'a' },
    ...[all, byKey].sort().map((endpoint) => ({ endpoint, key: 'b' })),
  ])
  await queueAll()
  t.equal((await states()).length, 3, 'and once')
})

t.test('a subscription that was suspended lets nothing out, queued or not', async (t) => {
  await endpoints.create(admin, wish)
  await publish(['1'])
  const { subscriptions } = held.snapshot
  const suspended = [...subscriptions].map(
    ([id, one]) => [id, { ...one, state: 'suspended' as const }] as const,
  )
  held.snapshot = { ...held.snapshot, subscriptions: new Map(suspended) }
  t.same(await round(() => good), [])
  t.match(await knex('webhook_deliveries').first(), { state: 'dead', last_code: 'not entitled' })
  await publish(['2'])
  t.equal((await states()).length, 1)
})

t.test(
  'a node that does not know of a subscription yet asks before it gives an event up',
  async (t) => {
    await endpoints.create(admin, wish)
    await publish(['1'])
    held.newest = held.snapshot
    held.snapshot = { ...held.snapshot, subscriptions: new Map() }
    t.same(await round(() => good), ['1'])
    delete held.newest
  },
)

t.test('a change that cannot be told holds no other up', async (t) => {
  const types = ['signalbox.rollout.*', 'signalbox.sampling.*']
  await endpoints.create(admin, { ...wish, app: undefined, types })
  const change = { ...admin, subject: 's' }
  const broken = { ...change, actor: 7 as never, action: 'rollout.start', tenant: null }
  const nothing = async () => undefined
  await commitChange(knex, { ...broken, detail: { plugin: '@acme/orders' } }, nothing)
  await commitChange(knex, { ...change, action: 'sampling.set', tenant: 'acme' }, nothing)
  await queueAll()
  t.same(await knex('webhook_deliveries').pluck('type'), ['signalbox.sampling.set'])
})

t.test('of a key the next goes out when the one before was taken, other keys go on', async (t) => {
  await endpoints.create(admin, wish)
  await publish(['a1', { key: 'a' }], ['a2', { key: 'a' }], ['b1', { key: 'b' }], ['x'], ['y'])
  t.same(await round(({ body }) => (JSON.parse(body).id === 'a1' ? bad : good)), [
    'a1',
    'b1',
    'x',
    'y',
  ])
  t.same(await round(() => good), [], 'a2 waits for a1')
  clock.now += 5000
  t.same(await round(() => good), ['a1'])
  t.same(await round(() => good), ['a2'])
  t.same(await states(), Array(5).fill('delivered'))
})

t.test('one that failed ten times is dead, and the next of its key goes on', async (t) => {
  const { id } = await endpoints.create(admin, wish)
  await publish(['a1', { key: 'a' }], ['a2', { key: 'a' }])
  for (let n = 0; n < 10; n++) {
    t.same(await round(() => bad), ['a1'])
    await knex('webhook_endpoints').update({ rest_until: null, failures: 0, failing_since: null })
    clock.now += 25 * 3_600_000
  }
  t.same(await round(() => good), ['a2'])
  const [, letter] = await listDeliveries(knex, id, { limit: 10 })
  t.match(letter, {
    state: 'dead',
    attempts: 10,
    last: { status: 500, code: 'http 500', answer: 'no' },
  })
  await endpoints.replay(admin, id, letter?.id ?? '')
  t.same(await round(() => good), ['a1'])
  await t.rejects(endpoints.replay(admin, id, '999'), { code: 'CORE_WEBHOOK_DELIVERY_MISSING' })
})

t.test('a range is replayed, the oldest first', async (t) => {
  const { id } = await endpoints.create(admin, wish)
  await publish(['1'])
  clock.now += 1000
  await publish(['2'], ['3'])
  await round(() => good)
  const [since, until] = [new Date(START + 1000), new Date(START + 2000)]
  const range = { since, until, states: ['delivered' as const], limit: 1 }
  t.match(await endpoints.replayAll(admin, id, range), { replayed: 1 })
  t.same(await round(() => good), ['2'])
  t.match(await endpoints.replayAll(admin, id, { ...range, states: ['dead' as const] as never }), {
    replayed: 0,
  })
})

t.test('410 disables the endpoint, tells of it, and what waited can be replayed', async (t) => {
  const { id } = await endpoints.create(admin, wish)
  await publish(['a1', { key: 'a' }], ['a2', { key: 'a' }])
  t.same(await round(() => ({ ...good, status: 410 })), ['a1'])
  t.match(await findEndpoint(knex, id), { state: 'disabled', disabledFor: 'gone' })
  t.same(await states(), ['dead', 'dead'])
  const told = await knex('outbox_events').where({ type: 'signalbox.webhook.disabled' }).first()
  t.match(told, { subject: id, tenant: 'acme', data: { reason: 'gone', app: 'app' } })
  await publish(['a3'])
  t.equal((await states()).length, 2, 'nothing is queued for it any more')
  await endpoints.command(admin, id, 'resume')
  const range = {
    since: new Date(START),
    until: new Date(START + 1),
    states: ['dead' as const],
    limit: 10,
  }
  t.match(await endpoints.replayAll(admin, id, range), { replayed: 2 })
  t.same(await round(() => good), ['a1'])
  t.same(await round(() => good), ['a2'])
})

t.test('an endpoint that fails rests, is probed by one, and is whole again by one', async (t) => {
  await endpoints.create(admin, wish)
  await publish(...Array.from({ length: 12 }, (_, n) => [`${n}`] as [string]))
  t.equal((await round(() => bad, { perEndpoint: 10 })).length, 10)
  t.same(await round(() => good), [], 'it rests')
  clock.now += 10_000
  t.equal((await round(() => good)).length, 1, 'one tells how it is')
  t.equal((await round(() => good, { perEndpoint: 20 })).length, 11)
})

t.test('what fails for days is disabled', async (t) => {
  const { id } = await endpoints.create(admin, wish)
  await publish(['1'])
  await knex('webhook_endpoints').update({
    failures: 50,
    failing_since: new Date(START - 6 * 86_400_000),
  })
  await round(() => bad)
  t.match(await findEndpoint(knex, id), { state: 'disabled', disabledFor: 'failing' })
})

t.test('while it is paused events wait', async (t) => {
  const { id } = await endpoints.create(admin, wish)
  await endpoints.command(admin, id, 'pause')
  await publish(['1'])
  t.same(await round(() => good), [])
  await t.rejects(endpoints.test(admin, id), { code: 'CORE_WEBHOOK_COMMAND_REFUSED' })
  await t.rejects(endpoints.command(admin, id, 'pause'), { code: 'CORE_WEBHOOK_COMMAND_REFUSED' })
  await endpoints.command(admin, id, 'resume')
  t.same(await round(() => good), ['1'])
})

t.test(
  'what a node took and never ended is taken again, and its late end says nothing',
  async (t) => {
    await endpoints.create(admin, wish)
    await publish(['a1', { key: 'a' }], ['a2', { key: 'a' }])
    const [lost] = await take()
    t.same(await take(), [], 'nobody else has it meanwhile')
    clock.now += 10_000
    t.same(await round(() => bad), ['a1'])
    const ports = { ...room, knex, random: () => 0.5, send: async () => good }
    if (lost !== undefined) await tryDelivery(ports, lost)
    t.same(await states(), ['waiting', 'waiting'])
  },
)

t.test('every endpoint has its share, however long the line of another is', async (t) => {
  const slow = (await endpoints.create(admin, wish)).id
  const other = (await endpoints.create(admin, { ...wish, types: ['orders.deleted'] })).id
  await publish(...Array.from({ length: 50 }, (_, n) => [`${n}`] as [string]))
  await publish(['last', { type: 'orders.deleted' }])
  const taken = await take()
  const count = (id: string) => taken.filter(({ endpoint }) => endpoint === id).length
  t.equal(count(slow), 8)
  t.equal(count(other), 1)
  const loads = [{ endpoint: slow, running: 8 }]
  t.same(await takeDeliveries(knex, loads, { ...limits, now: clock.now }), [])
})

t.test(
  'many that are behind others of their key are put away, and woken in their turn',
  async (t) => {
    await endpoints.create(admin, wish)
    await publish(['1', { key: 'k' }], ['2', { key: 'k' }], ['3', { key: 'k' }], ['x'])
    t.equal(await parkBlocked(knex, clock.now), 0, 'few are left alone')
    t.equal(await parkBlocked(knex, clock.now, 1), 2)
    t.same((await round(() => good)).sort(), ['1', 'x'])
    t.same(await round(() => good), ['2'])
    t.same(await round(() => good), ['3'])
  },
)

t.test('beyond a full line what comes is dead at once, to be replayed', async (t) => {
  const { id } = await endpoints.create(admin, wish)
  const one = {
    ...{ endpoint: id, tenant: 'acme', message: 'm', event: null },
    body: '{}',
    type: 'a.b',
    key: null,
  }
  await insertDeliveries(knex, [one, one], new Date(START))
  t.same([...(await fullLines(knex, [id], 3))], [])
  t.same([...(await fullLines(knex, [id], 2))], [id])
  await insertDeliveries(knex, [one], new Date(START), new Set([id]))
  t.same(await states(), ['waiting', 'waiting', 'dead'])
  t.equal(await withdrawWaiting(knex, id, { code: 'x', now: START }), 2)
  t.equal(await deleteOver(knex, { state: 'dead', before: new Date(START + 1), limit: 2 }), 2)
})

t.test('changes of the host go to who they concern, in the order of their subject', async (t) => {
  const own = (
    await endpoints.create(admin, { ...wish, app: undefined, types: ['signalbox.sampling.*'] })
  ).id
  const all = (
    await endpoints.create(
      { actor: 'operator', traceId: null },
      {
        ...{ tenant: null, url: wish.url, types: ['signalbox.sampling.*'] },
      },
    )
  ).id
  const change = (trx: Knex, tenant: string, n: number) =>
    commitChange(
      trx,
      { ...admin, action: 'sampling.set', subject: 's', tenant, detail: { n } },
      async () => undefined,
    )
  await change(knex, 'acme', 1)
  await change(knex, 'globex', 2)
  await change(knex, 'acme', 3)
  await queueAll()
  const heard = async (endpoint: string) => {
    const bodies: string[] = await knex('webhook_deliveries')
      .where({ endpoint })
      .orderBy('id')
      .pluck('body')
    return bodies.map((body) => JSON.parse(body))
  }
  t.match(await heard(own), [
    { data: { n: 1 }, source: '/signalbox', partitionkey: 's' },
    { data: { n: 3 } },
  ])
  t.match(await heard(all), [{ data: { n: 1 } }, { data: { n: 2 } }, { data: { n: 3 } }])
})

t.test('a change that is committed late is not passed over', async (t) => {
  const types = ['signalbox.sampling.*']
  const { id } = await endpoints.create(admin, { ...wish, app: undefined, types })
  const change = (n: number) => ({
    ...admin,
    action: 'sampling.set',
    subject: `s${n}`,
    tenant: 'acme',
  })
  const written = Promise.withResolvers<void>()
  const mayCommit = Promise.withResolvers<void>()
  const slow = knex.transaction(async (trx) => {
    await commitChange(trx, change(1), async () => undefined)
    written.resolve()
    await mayCommit.promise
  })
  await written.promise
  await commitChange(knex, change(2), async () => undefined)
  await queueAll()
  mayCommit.resolve()
  await slow
  await queueAll()
  t.same(await knex('webhook_deliveries').where({ endpoint: id }).orderBy('id').pluck('key'), [
    's2',
    's1',
  ])
})

t.test('a test event is sent, and says so', async (t) => {
  const { id } = await endpoints.create(admin, wish)
  const delivery = await endpoints.test(admin, id)
  t.equal((await round(() => good)).length, 1)
  const found = await findDelivery(knex, id, delivery)
  t.match(found?.delivery, { type: 'signalbox.webhook.ping', state: 'delivered' })
  t.match(JSON.parse(found?.event ?? ''), { specversion: '1.0', data: { webhook: id } })
})
