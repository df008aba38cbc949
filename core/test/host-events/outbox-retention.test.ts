import { Registry } from 'prom-client'
import t from 'tap'
import { commitChange } from '../../src/audit/change.ts'
import { deleteOutboxBefore, readOutboxBacklog } from '../../src/audit/outbox-store.ts'
import { OUTBOX_MS, OutboxRetention } from '../../src/host-events/outbox-retention.ts'
import { createKnex } from '../../src/storage/create-knex.ts'
import { testDatabases } from '../support/postgres.ts'

const { hostUrl } = await testDatabases(t)
const knex = createKnex(hostUrl)
t.teardown(() => knex.destroy())
const now = Date.now()
const registry = new Registry()
const log = { warn: (fields: object) => t.fail('warned', fields) }
const retention = new OutboxRetention({ knex, registry, log, now: () => now })
const MINUTE = 60_000

t.beforeEach(async () => {
  await knex('host_news').delete()
  await knex('outbox_events').delete()
})

/** @returns the subjects that are left */
async function left(): Promise<string[]> {
  await retention.run()
  return knex('outbox_events').orderBy('sequence').pluck('subject')
}

async function changed(subject: string, action: string, ageMs: number, isFannedOut = true) {
  const change = { actor: 'operator', action, subject, tenant: 'acme', traceId: null }
  await commitChange(knex, change, async () => undefined)
  const at = new Date(now - ageMs)
  await knex('outbox_events').where({ subject }).update({ at, is_fanned_out: isFannedOut })
}

const deletedInAll = async () =>
  (await registry.getSingleMetric('signalbox_outbox_deleted_total')?.get())?.values[0]?.value

t.test(
  'what is older than a month leaves, and nothing that somebody is still to be told of',
  async (t) => {
    await changed('old', 'user.created', OUTBOX_MS + MINUTE)
    await changed('young', 'user.created', OUTBOX_MS - MINUTE)
    await changed('webhooks', 'user.created', OUTBOX_MS * 2, false)
    await changed('plugins', 'subscription.requested', OUTBOX_MS * 3)
    await changed('told', 'subscription.requested', OUTBOX_MS * 2)
    await knex('host_news')
      .whereIn('sequence', knex('outbox_events').where({ subject: 'told' }).select('sequence'))
      .delete()
    t.same(await left(), ['young', 'webhooks', 'plugins'])
    t.equal(await deletedInAll(), 2)
    const { items, seconds } = await readOutboxBacklog(knex)
    t.equal(items, 2)
    t.ok(Math.abs(seconds - (OUTBOX_MS * 3) / 1000) < 600, `${seconds}`)
    const forced = knex('outbox_events').where({ subject: 'plugins' }).delete()
    t.equal((await forced.catch((error) => error)).code, '23503', 'the database itself holds it')
    await knex('host_news').delete()
    await knex('outbox_events').update({ is_fanned_out: true })
    t.same(await left(), ['young'])
    t.same(await readOutboxBacklog(knex), { items: 0, seconds: 0 })
  },
)

t.test('many leave in bites, and two nodes that delete do not wait for each other', async (t) => {
  await knex.raw(
    `insert into outbox_events (id, type, subject, data, at, is_fanned_out)
     select 'e' || n, 'signalbox.user.created', 's', '{}', now() - interval '40 days', true from generate_series(1, 5001) n`,
  )
  t.equal(await deleteOutboxBefore(knex, new Date(now - OUTBOX_MS), 1000), 1000)
  const held = await knex.transaction()
  t.equal(await deleteOutboxBefore(held, new Date(now - OUTBOX_MS), 1000), 1000)
  t.same((await left()).length, 1000, 'what another node deletes is passed over')
  await held.commit()
  t.same(await left(), [])
})
