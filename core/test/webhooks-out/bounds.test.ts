import t from 'tap'
import { appendEvents } from '../../src/events/event-log-store.ts'
import { createKnex } from '../../src/storage/create-knex.ts'
import { judgeAttempt } from '../../src/webhooks-out/attempt-verdict.ts'
import { DeliveryRetention } from '../../src/webhooks-out/delivery-retention.ts'
import { findEndpoint, setHealth } from '../../src/webhooks-out/endpoint-store.ts'
import { FanOut } from '../../src/webhooks-out/fan-out.ts'
import {
  endTry,
  insertDeliveries,
  renewLeases,
  takeDeliveries,
} from '../../src/webhooks-out/out-delivery-store.ts'
import { eventOf } from '../support/event-store.ts'
import { testDatabases } from '../support/postgres.ts'
import { admin, offering, START, webhookRoom } from '../support/webhooks-out.ts'

const { hostUrl } = await testDatabases(t)
const knex = createKnex(hostUrl)
t.teardown(() => knex.destroy())
const room = await webhookRoom(t, knex)
const { clock, held, endpoints } = room
const DAY_MS = 86_400_000
const log = { warn: () => undefined }

const wish = { tenant: 'acme', app: 'app', url: 'https://example.com/hook', types: ['orders.*'] }
const take = () =>
  takeDeliveries(knex, [], { now: clock.now, leaseMs: 10_000, perEndpoint: 8, total: 100 })
const states = async () => knex('webhook_deliveries').orderBy('id').pluck('state')

async function queue(endpoint: string, count = 1): Promise<void> {
  const said = { endpoint, tenant: 'acme', event: null, body: '{}', type: 'orders.created' }
  const one = { ...said, message: 'msg_1', key: null }
  await insertDeliveries(knex, Array(count).fill(one), new Date(clock.now))
}

t.beforeEach(async () => {
  for (const table of ['webhook_deliveries', 'webhook_endpoints', 'events'])
    await knex(table).delete()
  clock.now = START
  held.snapshot = offering('acme', 'app')
})

t.test('a renewal that comes behind the end of a try brings the next no sooner', async (t) => {
  const { id } = await endpoints.create(admin, wish)
  await queue(id)
  const taken = await take()
  const outcome = { kind: 'failed', reason: 'timeout', ms: 1 } as const
  const verdict = judgeAttempt(outcome, 3, { now: clock.now, random: 0.5 })
  t.ok(verdict.waitMs > 60_000)
  for (const one of taken) {
    t.ok(await endTry(knex, one, { verdict, answer: '', ms: 1 }, clock.now))
    t.notOk(await endTry(knex, one, { verdict, answer: '', ms: 1 }, clock.now), 'it ends once')
  }
  await renewLeases(knex, taken, { now: clock.now, leaseMs: 10_000 })
  const due: Date[] = await knex('webhook_deliveries').pluck('due_at')
  t.strictSame(
    due.map((at) => at.getTime()),
    [clock.now + verdict.waitMs],
  )
})

t.test('endpoints that are made at once are no more than there may be', async (t) => {
  const { id } = await endpoints.create(admin, wish)
  const like = await knex('webhook_endpoints').where({ id }).first()
  const rows = Array.from({ length: 97 }, (_, n) => ({
    ...{ ...like, types: JSON.stringify(like.types) },
    id: `whe_${n}`,
  }))
  await knex('webhook_endpoints').insert(rows)
  const asked = Array.from({ length: 6 }, () => endpoints.create(admin, wish))
  const ended = await Promise.allSettled(asked)
  t.equal(ended.filter(({ status }) => status === 'fulfilled').length, 2)
  const refused = ended.flatMap((one) => (one.status === 'rejected' ? [one.reason.code] : []))
  t.strictSame(refused, Array(4).fill('CORE_WEBHOOK_LIMIT'))
})

t.test('an endpoint that is given another address is tried at once', async (t) => {
  const { id } = await endpoints.create(admin, wish)
  const health = { failures: 30, failingSince: START - DAY_MS, restUntil: START + DAY_MS }
  await setHealth(knex, id, health)
  await queue(id)
  await endpoints.change(admin, id, { description: 'as before' })
  t.equal((await take()).length, 0)
  await endpoints.change(admin, id, { url: 'https://example.com/mended' })
  t.match(await findEndpoint(knex, id), { health: { failures: 0, restUntil: null } })
  t.equal((await take()).length, 1)
})

t.test('what many endpoints hear is queued in portions, and all of it once', async (t) => {
  const { id } = await endpoints.create(admin, wish)
  const like = await knex('webhook_endpoints').where({ id }).first()
  const rows = Array.from({ length: 99 }, (_, n) => ({
    ...{ ...like, types: JSON.stringify(like.types) },
    id: `whe_${n}`,
  }))
  await knex('webhook_endpoints').insert(rows)
  await appendEvents(
    knex,
    Array.from({ length: 70 }, (_, n) => eventOf(`e${n}`, { key: 'k' })),
  )
  const fanOut = new FanOut({
    ...{ ...room, knex, log },
    reach: async () => undefined,
    onQueued: () => undefined,
  })
  await fanOut.step()
  const [first] = await knex('webhook_deliveries').count()
  t.equal(Number(first?.['count']), 5000)
  while (await fanOut.step());
  const { rows: sums } = await knex.raw(
    `select count(*)::int as all, count(distinct (endpoint, event))::int as different,
            count(*) filter (where event < before)::int as wrong
       from (select *, lag(event) over (partition by endpoint order by id) as before from webhook_deliveries) d`,
  )
  t.strictSame(sums, [{ all: 7000, different: 7000, wrong: 0 }])
})

t.test('what is replayed after weeks waits as long as anything else', async (t) => {
  const retention = new DeliveryRetention({ knex, now: () => clock.now, log })
  const { id } = await endpoints.create(admin, wish)
  await queue(id)
  await knex('webhook_deliveries').update({ state: 'dead', ended_at: new Date(START + 5 * DAY_MS) })
  clock.now += 25 * DAY_MS
  const [delivery] = await knex('webhook_deliveries').pluck('id')
  await endpoints.replay(admin, id, delivery)
  await retention.run()
  t.strictSame(await states(), ['waiting'])
  clock.now += 22 * DAY_MS
  await retention.run()
  t.strictSame(await states(), ['dead'])
})

t.test('of a line that was forgotten the one that was tried is dead, too', async (t) => {
  const retention = new DeliveryRetention({ knex, now: () => clock.now, log })
  const { id } = await endpoints.create(admin, wish)
  await queue(id, 2)
  await knex('webhook_deliveries')
    .whereRaw('id = (select min(id) from webhook_deliveries)')
    .update({ attempts: 3, last_at: new Date(START + 2 * DAY_MS) })
  await endpoints.command(admin, id, 'pause')
  clock.now += 22 * DAY_MS
  await retention.run()
  t.strictSame((await states()).sort(), ['dead', 'waiting'], 'what is being tried is not')
  clock.now += 2 * DAY_MS
  await retention.run()
  t.strictSame(await states(), ['dead', 'dead'])
})

t.test('what waited for an endpoint that was ended goes, and nothing else', async (t) => {
  const retention = new DeliveryRetention({ knex, now: () => clock.now, log })
  const [gone, kept] = [
    (await endpoints.create(admin, wish)).id,
    (await endpoints.create(admin, wish)).id,
  ]
  await queue(gone, 3)
  await queue(kept, 2)
  await endpoints.delete(admin, gone)
  await retention.run()
  t.strictSame(await knex('webhook_deliveries').pluck('endpoint'), [kept, kept])
})

t.test(
  'a range is replayed page by page, though what was replayed arrives meanwhile',
  async (t) => {
    const { id } = await endpoints.create(admin, wish)
    await queue(id, 5)
    const over = { state: 'delivered', ended_at: new Date(clock.now) }
    await knex('webhook_deliveries').update(over)
    const range = { since: new Date(START), until: new Date(START + 1), limit: 2 }
    const states = ['delivered'] as const
    const sizes: number[] = []
    let after: string | undefined
    do {
      const { replayed, last } = await endpoints.replayAll(admin, id, { ...range, states, after })
      sizes.push(replayed)
      after = replayed === range.limit ? last : undefined
      await knex('webhook_deliveries').where({ state: 'waiting' }).update(over)
    } while (after !== undefined && sizes.length < 9)
    t.strictSame(sizes, [2, 2, 1])
  },
)
