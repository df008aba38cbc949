import t from 'tap'
import { dueDelivery } from '../../src/events/delivery-store.ts'
import { appendEvents } from '../../src/events/event-log-store.ts'
import { commitAccessChange } from '../../src/identity/access/access-change.ts'
import { otherRevision, readRevision } from '../../src/identity/access/access-store.ts'
import { dueSchedule } from '../../src/jobs/run-store.ts'
import { countLiveNodes, otherCount, putNode } from '../../src/rollout/nodes/node-store.ts'
import { liveRollouts } from '../../src/rollout/rollout-store.ts'
import type { DueQuestion } from '../../src/storage/due-watch.ts'
import { claimUpdate, dueUpdates, putSetting } from '../../src/updates/update-store.ts'
import { noteWakes, takeWakes } from '../../src/updates/update-wake-store.ts'
import { dueHook, insertDelivery } from '../../src/webhooks/hook-store.ts'
import { dueFanOut } from '../../src/webhooks-out/fan-out-store.ts'
import { dueDelivery as dueWebhook } from '../../src/webhooks-out/out-delivery-store.ts'
import { eventOf, subscribe } from '../support/event-store.ts'
import { because, full, openRollouts, operator } from '../support/rollouts.ts'
import { admin, webhookRoom } from '../support/webhooks-out.ts'

/** A question that says "nothing" where a loop would find something keeps that loop asleep for half a minute. */

const { knex, rollouts } = await openRollouts(t)
const room = await webhookRoom(t, knex)

async function due({ sql, values }: DueQuestion): Promise<number | null> {
  const { rows } = await knex.raw(`select (${sql})::float8 as due`, values?.() ?? [])
  return rows[0].due
}

/** Said of what is due in so many milliseconds; a test takes no minute to ask. */
const isWithin = (ms: number | null, inMs: number) =>
  ms !== null && ms <= inMs && ms > inMs - 60_000

const inOneHour = knex.raw("clock_timestamp() + interval '1 hour'")
const HOUR_MS = 3_600_000

t.test('events of plugins: the first of any inbox, as it becomes due', async (t) => {
  t.equal(await due(dueDelivery), null)
  await subscribe(knex, 'acme', '@acme/first')
  await subscribe(knex, 'globex', '@acme/second')
  await appendEvents(knex, [eventOf('e1'), eventOf('e2', { tenant: 'globex' })])
  t.ok(isWithin(await due(dueDelivery), 0), 'what was just published is due')
  await knex('event_deliveries').update({ due_at: inOneHour })
  t.ok(isWithin(await due(dueDelivery), HOUR_MS))
  await knex('event_deliveries').where({ tenant: 'globex' }).update({ due_at: knex.fn.now() })
  t.ok(isWithin(await due(dueDelivery), 0), 'another inbox than the first')
  await knex('event_deliveries').update({ state: 'done', ended_at: knex.fn.now() })
  t.equal(await due(dueDelivery), null)
})

t.test(
  'webhooks: what the log has and is not queued; then the first line that may be sent to',
  async (t) => {
    await room.queueAll()
    t.equal(await due(dueFanOut), null)
    const { id } = await room.endpoints.create(admin, {
      ...{ tenant: 'acme', app: 'app', url: 'https://example.com/hook' },
      types: ['orders.*'],
    })
    await room.queueAll()
    t.equal(await due(dueWebhook), null)
    await appendEvents(knex, [eventOf('e3')])
    t.equal(await due(dueFanOut), 0)
    await room.queueAll()
    t.equal(await due(dueFanOut), null)
    await knex('webhook_deliveries').update({ due_at: knex.fn.now() })
    t.ok(isWithin(await due(dueWebhook), 0))
    await knex('webhook_endpoints').where({ id }).update({ rest_until: inOneHour })
    t.ok(isWithin(await due(dueWebhook), HOUR_MS), 'an endpoint that rests')
    await knex('webhook_deliveries').update({ state: 'delivered', ended_at: knex.fn.now() })
    t.equal(await due(dueWebhook), null)
  },
)

t.test('webhooks of others, and schedules: the first', async (t) => {
  t.equal(await due(dueHook), null)
  t.equal(await due(dueSchedule), null)
  const receivedAt = new Date(Date.now() + HOUR_MS)
  const hook = { tenant: 'acme', plugin: '@acme/first', path: 'orders', message: null }
  const content = { headers: {}, body: Buffer.from('{}'), traceId: 'tr', receivedAt }
  await insertDelivery(knex, { id: 'whd_1', ...hook, ...content })
  t.ok(isWithin(await due(dueHook), HOUR_MS))
  await knex('hook_deliveries').update({ next_at: knex.fn.now() })
  t.ok(isWithin(await due(dueHook), 0))
})

t.test(
  'updates: of plugins that are updated by themselves, and that no node looks at',
  async (t) => {
    const set = (mode: 'manual' | 'minor') =>
      knex.transaction((trx) =>
        putSetting(trx, { plugin: 'one', mode, minimumAgeHours: 0, by: 'operator' }),
      )
    await set('manual')
    t.equal(await due(dueUpdates), null)
    await set('minor')
    t.ok(isWithin(await due(dueUpdates), 0))
    t.match(await claimUpdate(knex, HOUR_MS), { plugin: 'one' })
    t.ok(isWithin(await due(dueUpdates), HOUR_MS), 'another node looks at it')
    t.equal(await claimUpdate(knex, HOUR_MS), undefined)
    await knex('plugin_updates').update({ leased_until: null, look_at: inOneHour })
    t.ok(isWithin(await due(dueUpdates), HOUR_MS))
    await knex.transaction((trx) => noteWakes(trx, ['one']))
    t.equal(await due(dueUpdates), 0, 'something of it is another')
    await takeWakes(knex)
    t.ok(isWithin(await due(dueUpdates), 0))
    await set('manual')
    await knex.transaction((trx) => noteWakes(trx, 'all'))
    t.equal(await due(dueUpdates), null)
  },
)

t.test('rollouts: from the start of one to its end', async (t) => {
  t.equal(await due(liveRollouts), null)
  const steps = [{ ...full, hold: { exposures: 1000 } }]
  const { id } = await rollouts.create(operator, { plugin: 'one', version: '1.1.0', steps })
  t.equal(await due(liveRollouts), null, 'one that nobody has started')
  await rollouts.command(operator, id, 'start', because)
  t.equal(await due(liveRollouts), 0)
  await rollouts.command(operator, id, 'pause', because)
  t.equal(await due(liveRollouts), 0, 'calls of a paused one are counted')
  await rollouts.command(operator, id, 'abort', because)
  t.equal(await due(liveRollouts), null)
})

t.test(
  'rights of users, and nodes: while another number stands there than the node knows',
  async (t) => {
    let known = await readRevision(knex)
    t.equal(await due(otherRevision(() => known)), null)
    const change = { ...operator, action: 'user.disable', subject: 'user/1', tenant: 'acme' }
    const { revision } = await commitAccessChange(knex, change, async () => undefined)
    t.equal(await due(otherRevision(() => known)), 0)
    known = revision
    t.equal(await due(otherRevision(() => known)), null)
    let nodes = await countLiveNodes(knex)
    t.equal(await due(otherCount(() => nodes)), null)
    await putNode(knex, { id: 'node-of-this-test', machine: 'm', generation: 1 })
    t.equal(await due(otherCount(() => nodes)), 0)
    nodes += 1
    t.equal(await due(otherCount(() => nodes)), null)
  },
)
