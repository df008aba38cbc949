import t from 'tap'
import { until } from '../../../sandbox/test/until.ts'
import { OwedEntries } from '../../src/audit/owed-entries.ts'
import { DeprecationService } from '../../src/catalog/deprecation-service.ts'
import { PlanService } from '../../src/catalog/plan-service.ts'
import { SubscriptionClock } from '../../src/catalog/subscription-clock.ts'
import { emptySnapshot } from '../../src/rollout/routing/snapshot.ts'
import { createKnex } from '../../src/storage/create-knex.ts'
import { insertSubscribed } from '../support/insert-subscribed.ts'
import { testDatabases } from '../support/postgres.ts'

const { hostUrl } = await testDatabases(t)
const knex = createKnex(hostUrl)
t.teardown(() => knex.destroy())
const clock = { now: Date.parse('2026-06-01T00:00:00Z') }
const routing = { snapshot: emptySnapshot, reach: () => Promise.resolve() }
const nothing = () => undefined
const ports = { knex, routing, now: () => clock.now, onOwed: nothing }
const deprecations = new DeprecationService(ports)
const operator = { actor: 'operator', traceId: 'trace' }
const one = { id: 'limited.one', major: 1 }
const schedule = {
  ...{ deprecatedAt: clock.now, sunsetAt: null, successor: null, information: null },
  brownOuts: [],
}

await insertSubscribed(knex, { id: 'sub_0000000000000000', tenant: 'acme', app: 'first' })

async function subscribe(from: number, to: number): Promise<string[]> {
  const like = { ...(await knex('subscriptions').first()), scopes: null, app: 'app' }
  const numbers = Array.from({ length: to - from }, (_, n) => from + n)
  const tenants = numbers.map((n) => `tenant-${n}`)
  await knex('tenants').insert(tenants.map((id) => ({ id, name: id })))
  await knex('apps').insert(tenants.map((tenant) => ({ tenant, id: 'app', name: 'app' })))
  const ids = numbers.map((n) => `sub_${String(n).padStart(16, '0')}`)
  await knex('subscriptions').insert(
    ids.map((id, at) => ({ ...like, id, tenant: tenants[at] as string })),
  )
  return ids
}

/** Statements that are sent while the generation is held. */
async function statementsHeld(work: () => Promise<unknown>): Promise<number> {
  let held: number | undefined
  let count = 0
  const watch = ({ sql }: { sql: string }) => {
    if (held === undefined && /^update "routing"/.test(sql)) held = 0
    else if (held !== undefined) held += 1
    if (/^COMMIT/i.test(sql)) count = held ?? 0
  }
  knex.on('query', watch)
  await work()
  knex.off('query', watch)
  return count
}

/** What tenants are told from here on. */
async function listen() {
  const [last] = await knex('outbox_events').max('sequence')
  const [newest] = await knex('audit_entries').max('id')
  return async (action: string) => {
    const type = `signalbox.${action}`
    const [events, entries] = await Promise.all([
      knex('outbox_events')
        .where({ type })
        .where('sequence', '>', last?.['max'] ?? 0),
      knex('audit_entries')
        .where({ action })
        .where('id', '>', newest?.['max'] ?? 0),
    ])
    const ofTenant = <Row extends { tenant: string | null }>(rows: Row[]) =>
      rows.filter(({ tenant }) => tenant !== null)
    return { events: ofTenant(events), entries: ofTenant(entries) }
  }
}

const log = { warn: nothing }

t.test('however many are told, other changes wait for as few statements', async (t) => {
  await subscribe(1, 4)
  const toldTo = await listen()
  const few = await statementsHeld(() => deprecations.put(operator, one, schedule))
  await subscribe(4, 300)
  const many = await statementsHeld(() => deprecations.put(operator, one, schedule))
  t.ok(few > 0)
  t.equal(many, few)
  const owed = new OwedEntries({ knex, log })
  while (await owed.tell());
  const { events, entries } = await toldTo('service.deprecated')
  // The first schedule was told to those of then.
  t.equal(events.length, 4 + 300)
  t.equal(entries.length, 4 + 300)
  t.match(
    events.find(({ tenant }) => tenant === 'tenant-7'),
    { subject: 'limited.one@1', trace_id: 'trace', data: { actor: 'operator', apps: ['app'] } },
  )
  const { generation } = await knex('routing').first()
  t.equal(entries.at(-1)?.generation, generation, 'of the change, not of the telling')
})

/** Ends the connection of a teller between the entries that it wrote and the events that it had yet to write. */
async function killMidway(teller: OwedEntries): Promise<void> {
  const held = await knex.transaction()
  await held.raw('lock table outbox_events in exclusive mode')
  const telling = t.rejects(teller.tell())
  await until(async () => {
    const { rowCount } = await knex.raw(
      `select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock' and query like 'insert into "outbox_events"%'`,
    )
    return rowCount === 1
  })
  await telling
  await held.rollback()
}

t.test('each tenant is told once and in order, whoever tells and whoever is killed', async (t) => {
  const toldTo = await listen()
  await deprecations.put(operator, one, schedule)
  await deprecations.remove(operator, one)
  const tellers = Array.from({ length: 3 }, () => new OwedEntries({ knex, log }))
  for (const teller of tellers) {
    await killMidway(teller)
    t.ok(await teller.tell(), 'what it was at is told by whoever comes next')
  }
  // Who finds another at work is done at once.
  while ((await knex('owed_entries').first()) !== undefined) {
    await Promise.all(tellers.map((teller) => teller.tell()))
  }
  for (const action of ['service.deprecated', 'service.undeprecated']) {
    const { events, entries } = await toldTo(action)
    t.equal(events.length, 300)
    t.equal(new Set(events.map(({ tenant }) => tenant)).size, 300)
    t.equal(entries.length, 300)
  }
  const last = Math.max(
    ...(await toldTo('service.deprecated')).events.map(({ sequence }) => Number(sequence)),
  )
  const back = (await toldTo('service.undeprecated')).events
  t.ok(back.every(({ sequence }) => Number(sequence) > last))
  for (const teller of tellers) t.notOk(await teller.tell())
  t.equal((await knex('owed_changes')).length, 0, 'nothing is left')
})

t.test('what a host owed when it was killed is told by the one that starts next', async (t) => {
  const toldTo = await listen()
  await deprecations.put(operator, one, schedule)
  const owed = new OwedEntries({ knex, log })
  owed.start()
  t.teardown(() => owed.stop())
  await until(async () => (await toldTo('service.deprecated')).events.length === 300)
})

const generation = async () => Number((await knex('routing').first()).generation)

t.test('subscriptions that end together end in few generations, each told once', async (t) => {
  const looking = Array.from({ length: 3 }, () => {
    return new SubscriptionClock({ ...ports, deprecations, log })
  })
  const ids: string[] = await knex('subscriptions').limit(250).pluck('id')
  await knex('subscriptions')
    .whereIn('id', ids)
    .update({ expires_at: new Date(clock.now + 86_400_000 * 6) })
  const before = await generation()
  await Promise.all(looking.map((one) => one.look()))
  await Promise.all(looking.map((one) => one.look()))
  const of = async (type: string) =>
    knex('outbox_events')
      .where({ type: `signalbox.subscription.${type}` })
      .pluck('subject')
  t.strictSame((await of('expiring')).sort(), ids.sort(), 'a week before')
  t.equal(await generation(), before, 'which calls are not routed by')
  clock.now += 86_400_000 * 7
  await (looking[0] as SubscriptionClock).look()
  t.equal(await generation(), before + 3)
  await Promise.all(looking.map((one) => one.look()))
  t.equal(await generation(), before + 3)
  t.strictSame((await of('expire')).sort(), ids)
  t.equal((await knex('subscriptions').where({ state: 'expired' })).length, 250)
})

t.test('who renews one that ends holds up none of the others', async (t) => {
  const ids: string[] = await knex('subscriptions').where({ state: 'active' }).limit(20).pluck('id')
  await knex('subscriptions')
    .whereIn('id', ids)
    .update({ expires_at: new Date(clock.now - 1000) })
  const held = await knex.transaction()
  await held('subscriptions').where({ id: ids[0] }).forUpdate().first()
  await new SubscriptionClock({ ...ports, deprecations, log }).look()
  await held('subscriptions').where({ id: ids[0] }).update({ expires_at: null })
  await held.commit()
  const states = await knex('subscriptions').whereIn('id', ids).pluck('state')
  t.strictSame(states.sort(), ['active', ...Array(19).fill('expired')])
})

t.test('with a plan that closes its tenants are told what ended', async (t) => {
  const plans = new PlanService(ports)
  // One that expired could still be renewed.
  const live: string[] = await knex('subscriptions').pluck('id')
  const toldTo = await listen()
  const held = await statementsHeld(() =>
    plans.command(operator, { ...one, name: 'standard' }, 'close'),
  )
  t.ok(held < 10)
  const owed = new OwedEntries({ knex, log })
  while (await owed.tell());
  const { events } = await toldTo('subscription.cancel')
  t.strictSame(events.flatMap(({ data }) => data.subscriptions).sort(), live.sort())
})
