import t from 'tap'
import { CredentialService } from '../../src/catalog/credential-service.ts'
import { PlanService } from '../../src/catalog/plan-service.ts'
import { requireStanding } from '../../src/catalog/standing.ts'
import { SubscriptionClock } from '../../src/catalog/subscription-clock.ts'
import { SubscriptionService } from '../../src/catalog/subscription-service.ts'
import { findSubscription } from '../../src/catalog/subscription-store.ts'
import { emptySnapshot, type Subscription } from '../../src/rollout/routing/snapshot.ts'
import { createKnex } from '../../src/storage/create-knex.ts'
import { insertSubscribed } from '../support/insert-subscribed.ts'
import { testDatabases } from '../support/postgres.ts'

const { hostUrl } = await testDatabases(t)
const knex = createKnex(hostUrl)
t.teardown(() => knex.destroy())
const clock = { now: Date.parse('2026-06-01T00:00:00Z') }
const routing = { snapshot: emptySnapshot, reach: () => Promise.resolve() }
const ports = { knex, routing, now: () => clock.now }
const subscriptions = new SubscriptionService(ports)
const credentials = new CredentialService({ ...ports, ensureTokenKey: async () => undefined })

const admin = { actor: 'admin:acme/tok_1', traceId: null }
const owner = { actor: 'admin:globex/tok_2', traceId: null }
const service = 'limited.one'

await insertSubscribed(knex, { id: 'sub_0000000000000000', tenant: 'acme', app: 'first' })
await knex('tenants').insert({ id: 'globex', name: 'Globex' })
await knex('services').where({ id: service }).update({ owner_tenant: 'globex' })
const plans = new PlanService({ ...ports, onOwed: () => undefined })
for (const name of ['gold', 'silver']) {
  const terms = { ratePerS: 1, burst: 1, approval: 'manual' as const }
  await plans.put({ actor: 'operator', traceId: null }, { id: service, major: 1, name }, terms)
}

let apps = 0
async function ask(plan = 'gold', expiresAt?: number) {
  const app = `app-${apps++}`
  await knex('apps').insert({ tenant: 'acme', id: app, name: app })
  const wish = { tenant: 'acme', app, service, major: 1, plan, expiresAt }
  return subscriptions.subscribe(admin, wish)
}

const by = { owner: ['owner'], admin: ['subscriber'] } as const
const give = (id: string, command: 'approve' | 'reject' | 'renew', more: object = {}) =>
  subscriptions.command(owner, id, { command, sides: by.owner, reason: 'so be it', ...more })
const tell = (id: string, command: 'cancel' | 'change-plan' | 'renew', more: object = {}) =>
  subscriptions.command(admin, id, { command, sides: by.admin, ...more })
const told = async (id: string, type: string) =>
  knex('outbox_events').where({ subject: id, type: `signalbox.subscription.${type}` })
const settle = async (asked: readonly Promise<unknown>[]) => {
  const ended = await Promise.allSettled(asked)
  const codes = ended.flatMap((one) => (one.status === 'rejected' ? [one.reason.code] : []))
  return { done: ended.length - codes.length, codes: [...new Set(codes)] }
}

t.test('of words that are given at once one counts, and it is told once', async (t) => {
  for (let round = 0; round < 5; round++) {
    const { id } = await ask()
    const words = Array.from({ length: 8 }, (_, n) => give(id, n % 2 === 0 ? 'approve' : 'reject'))
    t.same(await settle(words), { done: 1, codes: ['CORE_SUBSCRIPTION_COMMAND_REFUSED'] })
    const row = await findSubscription(knex, id)
    const command = row?.state === 'active' ? 'approve' : 'reject'
    t.match(row, { revision: 2, decidedBy: owner.actor })
    t.equal((await told(id, command)).length, 1)
    t.equal((await told(id, command === 'approve' ? 'reject' : 'approve')).length, 0)
  }
})

t.test('what its app cancelled is approved by nobody, before or at once', async (t) => {
  const gone = await ask()
  await tell(gone.id, 'cancel')
  await t.rejects(give(gone.id, 'approve'), { code: 'CORE_SUBSCRIPTION_COMMAND_REFUSED' })
  for (let round = 0; round < 10; round++) {
    const { id } = await ask()
    await settle([give(id, 'approve'), tell(id, 'cancel')])
    t.equal((await findSubscription(knex, id))?.state, 'cancelled')
  }
})

t.test('a plan that nobody approved is never had, whatever is asked meanwhile', async (t) => {
  const { id } = await ask('standard')
  for (let round = 0; round < 10; round++) {
    const wishes = ['gold', 'silver'].map((plan) => tell(id, 'change-plan', { plan }))
    const { done } = await settle([...wishes, give(id, 'approve')])
    t.ok(done >= 1)
    const row = await findSubscription(knex, id)
    const given = await told(id, 'approve')
    const last = given.sort((a, b) => Number(b.sequence) - Number(a.sequence))[0]
    t.equal(row?.plan, last?.data.plan ?? 'standard', 'the plan is that of the last approval')
  }
  await t.rejects(tell(id, 'change-plan', { plan: 'platinum' }), { code: 'CORE_PLAN_NOT_OPEN' })
})

t.test('another plan is asked for though an earlier wish was met a moment ago', async (t) => {
  const { id } = await ask('standard')
  await tell(id, 'change-plan', { plan: 'gold' })
  const held = await knex.transaction()
  await held('subscriptions').where({ id }).forUpdate().select('id')
  const asked = tell(id, 'change-plan', { plan: 'silver' })
  await held('subscriptions').where({ id }).update({ wanted_plan: null })
  await held.commit()
  t.match(await asked, { wantedPlan: 'silver' })
})

t.test('keys that are asked for at once are two at most, and one is rotated once', async (t) => {
  const { id } = await ask('standard')
  const six = Array.from({ length: 6 }, () => credentials.issue(admin, id, {}))
  t.same(await settle(six), { done: 2, codes: ['CORE_CREDENTIAL_LIMIT'] })
  t.equal((await knex('credentials').where({ subscription: id })).length, 2)
  const other = await ask('standard')
  const { id: credential } = await credentials.issue(admin, other.id, {})
  const rotated = Array.from({ length: 4 }, () => credentials.rotate(admin, other.id, credential))
  t.same(await settle(rotated), { done: 1, codes: ['CORE_CREDENTIAL_LIMIT'] })
  const foreign = credentials.rotate(
    admin,
    other.id,
    (await credentials.issue(admin, (await ask('standard')).id, {})).id,
  )
  await t.rejects(foreign, { code: 'CORE_CREDENTIAL_MISSING' }, 'a key of another subscription')
  const gone = await ask()
  await tell(gone.id, 'cancel')
  await t.rejects(credentials.issue(admin, gone.id, {}), { code: 'CORE_SUBSCRIPTION_INACTIVE' })
})

t.test('at its instant a subscription is over, and not before', async (t) => {
  const at = clock.now
  const subscription = { id: 'sub_1', state: 'active', app: 'a', expiresAt: at } as Subscription
  t.doesNotThrow(() => requireStanding(subscription, at - 1))
  for (const now of [at, at + 1]) {
    t.throws(() => requireStanding(subscription, now), { code: 'CORE_SUBSCRIPTION_INACTIVE' })
  }
})

t.test('a request that outlived its own end is approved with another one alone', async (t) => {
  const { id } = await ask('gold', clock.now + 60_000)
  clock.now += 60_000
  await t.rejects(give(id, 'approve'), {
    code: 'CORE_INPUT_INVALID',
    faults: [{ pointer: '/expiresAt' }],
  })
  t.match(await give(id, 'approve', { expiresAt: null }), { state: 'active', expiresAt: null })
})

t.test(
  'whoever looks, an end comes once; who renews at that moment has it or is asked again',
  async (t) => {
    const log = { warn: (fields: object) => t.fail('warned', fields) }
    const deprecations = { notify: async () => undefined }
    const looking = Array.from(
      { length: 4 },
      () => new SubscriptionClock({ ...ports, deprecations, log }),
    )
    for (let round = 0; round < 5; round++) {
      const { id } = await ask('standard', clock.now + 1000)
      clock.now += 1000
      const renewed = tell(id, 'renew', { expiresAt: null })
      await Promise.all([...looking.map((one) => one.look()), renewed])
      const row = await findSubscription(knex, id)
      t.match(row, { state: 'active', expiresAt: null }, 'an expired one is renewed as well')
      t.ok((await told(id, 'expire')).length <= 1)
      t.equal((await told(id, 'renew')).length, 1)
    }
    const { id } = await ask('standard', clock.now + 1000)
    clock.now += 1000
    await Promise.all(looking.map((one) => one.look()))
    await Promise.all(looking.map((one) => one.look()))
    t.equal((await told(id, 'expire')).length, 1)
  },
)
