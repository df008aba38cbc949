import { createHmac } from 'node:crypto'
import { RateLimiter } from '@signalbox/sdk/host-calls/rate-limiter'
import t from 'tap'
import type { EntryCall, EntryOutcome } from '../../src/broker/entry-call.ts'
import type { GrantUse } from '../../src/broker/uses/grant-uses.ts'
import { coreErrors } from '../../src/errors.ts'
import {
  emptySnapshot,
  type Grant,
  type Snapshot,
  tenantKey,
  versionKey,
} from '../../src/rollout/routing/snapshot.ts'
import { createKnex } from '../../src/storage/create-knex.ts'
import { afterAttempt } from '../../src/webhooks/delivery-states.ts'
import { HookDeliveries } from '../../src/webhooks/hook-deliveries.ts'
import { HookService } from '../../src/webhooks/hook-service.ts'
import { listDeliveries } from '../../src/webhooks/hook-store.ts'
import { testDatabases } from '../support/postgres.ts'
import { version } from '../support/recorded-call.ts'
import { keyFile, nodeKeys } from '../support/sealing.ts'

const { hostUrl } = await testDatabases(t)
const knex = createKnex(hostUrl)
t.teardown(() => knex.destroy())
await knex('tenants').insert([
  { id: 'acme', name: 'Acme' },
  { id: 'globex', name: 'Globex' },
])
await knex('plugins').insert({ name: '@test/one' })

const plugin = '@test/one'
const caller = { actor: 'admin:tok_1', traceId: null }
let now = Date.UTC(2026, 0, 1)
let monotonic = 0
let snapshot: Snapshot = {
  ...emptySnapshot,
  bindings: new Map([[tenantKey('acme', plugin), { binding: 'enabled', pinnedVersion: null }]]),
  stable: new Map([[plugin, '1.0.0']]),
  versions: new Map([[versionKey(plugin, '1.0.0'), { ...version, plugin, version: '1.0.0' }]]),
}
const uses: GrantUse[] = []
const grant = (tenant: string, ...parameters: Grant['parameters'][]) => {
  const grants = parameters.map((one, index) => ({
    id: `grt_${index}`,
    capability: 'http:receive',
    parameters: one,
  }))
  const key = tenantKey(tenant, plugin)
  snapshot = { ...snapshot, grants: new Map([...snapshot.grants, [key, grants]]) }
}
const orders = { path: 'orders', signature: 'standard-webhooks' }
grant('acme', orders, { path: 'open', signature: 'none' })
grant('globex', orders)

const service = new HookService({
  knex,
  sealer: nodeKeys(knex, await keyFile(t)).sealer,
  snapshot: () => snapshot,
  limiter: new RateLimiter(() => monotonic),
  now: () => now,
  onReceived: () => undefined,
  onUse: (use) => uses.push(use),
})

const hook = { tenant: 'acme', plugin, path: 'orders' }
const opened = await service.open(caller, hook)
const tokenOf = ({ address }: { address: string }) => address.split('/').at(-1) ?? ''
const body = Buffer.from('{"order":"4711"}')

function signed(id: string, secret = opened.secret, at = now) {
  const time = String(Math.floor(at / 1000))
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64')
  const mac = createHmac('sha256', key).update(`${id}.${time}.`).update(body).digest('base64')
  return {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': time,
    'webhook-signature': `v1,${mac}`,
  }
}

const receive = (headers: Record<string, string>, more: object = {}) => {
  monotonic += 1000
  const incoming = { plugin, path: 'orders', token: tokenOf(opened), headers, body, traceId: 'tr' }
  return service.receive({ ...incoming, ...more })
}
const stored = async (of = hook) => listDeliveries(knex, of, { limit: 50, before: undefined })

type Outcome = EntryOutcome['outcome']
const ok = { kind: 'ok' } as Outcome
const failure = { kind: 'failed', error: coreErrors.create('INTERNAL'), blame: 'plugin' } as Outcome

/** Looks once, with a handler that ends so. @returns what the handler was called with */
async function deliver(outcome: Outcome | Error): Promise<EntryCall[]> {
  const calls: EntryCall[] = []
  const deliveries = new HookDeliveries({
    knex,
    snapshot: () => snapshot,
    now: () => now,
    random: () => 1,
    log: { warn: () => undefined },
    handle: async (call) => {
      calls.push(call)
      if (outcome instanceof Error) throw outcome
      return { outcome, version: '1.0.0', arm: 'stable' }
    },
  })
  deliveries.look()
  await deliveries.stop()
  return calls
}

t.test('what is accepted is stored as it came, and handed on with what may be shown', async (t) => {
  const id = await receive({ ...signed('msg_1'), 'x-secret': 'a' })
  t.match(await stored(), [{ id, state: 'waiting', attempts: 0, bytes: body.length }])
  const [call] = await deliver(ok)
  t.match(call, { plugin, tenant: 'acme', entry: { kind: 'webhook', name: 'orders' } })
  const input = JSON.parse(call?.inputJson ?? '')
  t.match(input, { id, json: { order: '4711' }, receivedAt: now })
  const shown = ['content-type', 'webhook-id', 'webhook-timestamp']
  t.same(Object.keys(input.headers).sort(), shown)
  t.match(await stored(), [{ id, state: 'delivered', attempts: 1, lastCode: null }])
  t.same(await deliver(ok), [])
})

t.test('what is accepted uses the grant of its path, and nothing else does', async (t) => {
  uses.length = 0
  await t.rejects(receive({}))
  t.same(uses, [], 'a refused one does not')
  await receive(signed('msg_use'))
  t.match(uses, [
    {
      tenant: 'acme',
      plugin,
      version: '1.0.0',
      capability: 'http:receive',
      grant: 'grt_0',
      facet: 'orders',
      outcome: 'done',
    },
  ])
  await deliver(failure)
  t.equal(uses.length, 1, 'whether its handler likes it is another matter')
  await knex('hook_deliveries').delete()
})

t.test('the same message twice is one delivery, also at the same moment', async (t) => {
  const before = (await stored()).length
  const ids = await Promise.all(Array.from({ length: 5 }, () => receive(signed('msg_2'))))
  t.equal(new Set(ids).size, 1)
  now += 1000
  t.equal(await receive(signed('msg_2')), ids[0])
  t.equal((await stored()).length, before + 1)
  t.equal((await deliver(ok)).length, 1)
})

t.test('nothing that is not signed, of now and at its address is stored', async (t) => {
  const before = (await stored()).length
  const globex = await service.open(caller, { ...hook, tenant: 'globex' })
  const missing = { code: 'CORE_HOOK_MISSING' }
  const refused = { code: 'CORE_HOOK_SIGNATURE_REFUSED' }
  await t.rejects(receive({}), refused)
  await t.rejects(receive(signed('msg_3', globex.secret)), refused)
  await t.rejects(receive(signed('msg_3'), { body: Buffer.from('{}') }), refused)
  await t.rejects(receive(signed('msg_3', opened.secret, now - 400_000)), refused)
  await t.rejects(receive(signed('msg_3'), { token: tokenOf(globex) }), refused)
  await t.rejects(receive(signed('msg_3'), { token: 'A'.repeat(43) }), missing)
  await t.rejects(receive(signed('msg_3'), { path: 'open' }), missing)
  await t.rejects(receive(signed('msg_3'), { plugin: '@test/other' }), missing)
  t.equal((await stored()).length, before)
  t.same(await stored({ ...hook, tenant: 'globex' }), [])
})

t.test('an address ends with its grant, with a new one, and when it is closed', async (t) => {
  const missing = { code: 'CORE_HOOK_MISSING' }
  grant('acme')
  await t.rejects(receive(signed('msg_4')), missing)
  await t.rejects(service.open(caller, hook), { code: 'CORE_HOOK_NOT_GRANTED' })
  grant('acme', orders)
  const renewed = await service.open(caller, hook, 'whsec_c2VjcmV0IG9mIHRoZSBzZW5kZXI=')
  await t.rejects(receive(signed('msg_4')), missing)
  const other = { token: tokenOf(renewed) }
  t.ok(await receive(signed('msg_4', renewed.secret), other))
  await service.close(caller, hook)
  await t.rejects(receive(signed('msg_5', renewed.secret), other), missing)
  await t.rejects(service.close(caller, hook), missing)
  await deliver(ok)
})

t.test('what fails comes again, later each time, and is dead in the end', async (t) => {
  grant('acme', orders)
  const again = await service.open(caller, hook)
  const id = await receive(signed('msg_6', again.secret), { token: tokenOf(again) })
  const first = async () => (await stored()).find((one) => one.id === id)
  let waits = 0
  for (let attempt = 1; attempt < 10; attempt++) {
    t.equal((await deliver(attempt === 2 ? new Error('the host itself') : failure)).length, 1)
    t.match(await first(), { state: 'waiting', attempts: attempt, lastCode: 'CORE_INTERNAL' })
    t.same(await deliver(ok), [], 'not before its time')
    const { waitMs } = afterAttempt(false, attempt, 1)
    waits += waitMs
    now += waitMs
  }
  t.ok(waits > 12 * 3_600_000 && waits < 36 * 3_600_000, `${waits} ms`)
  await deliver(failure)
  t.match(await first(), { state: 'dead', attempts: 10 })
  t.same(await deliver(ok), [])
  await service.redeliver(caller, hook, id)
  t.match((await deliver(ok))[0], { requestId: id })
  t.match(await first(), { state: 'delivered', attempts: 1 })
  const other = { ...hook, tenant: 'globex' }
  const gone = { code: 'CORE_HOOK_DELIVERY_MISSING' }
  await t.rejects(service.redeliver(caller, other, id), gone)
})

t.test('what came is not handed on once the grant is gone', async (t) => {
  const again = await service.open(caller, hook)
  const id = await receive(signed('msg_9', again.secret), { token: tokenOf(again) })
  grant('acme')
  t.same(await deliver(ok), [])
  t.match((await stored())[0], { id, state: 'waiting', lastCode: 'CORE_HOOK_NOT_GRANTED' })
  grant('acme', orders)
  now += afterAttempt(false, 1, 1).waitMs
  t.equal((await deliver(ok)).length, 1)
})

t.test('a try whose node died is made again by another', async (t) => {
  const again = await service.open(caller, hook)
  const id = await receive(signed('msg_7', again.secret), { token: tokenOf(again) })
  await knex('hook_deliveries')
    .where({ id })
    .update({ attempts: 1, next_at: new Date(now + 60_000) })
  t.same(await deliver(ok), [])
  now += 60_000
  t.equal((await deliver(ok)).length, 1)
  t.match((await stored())[0], { id, state: 'delivered', attempts: 2 })
})

t.test('a sender without a measure is told to wait', async (t) => {
  grant('acme', { path: 'open', signature: 'none' })
  const open = { ...hook, path: 'open' }
  const { address } = await service.open(caller, open)
  const knock = () =>
    service.receive({
      plugin,
      path: 'open',
      token: tokenOf({ address }),
      headers: {},
      body,
      traceId: 'tr',
    })
  const codes: string[] = []
  for (let round = 0; round < 102; round++) {
    const outcomes = await Promise.allSettled(Array.from({ length: 5 }, knock))
    codes.push(...outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason.code] : [])))
  }
  t.same(codes, Array(10).fill('CORE_HOOK_SPENT'))
  // Nothing tells one of them from another: each is one.
  t.equal(
    await knex('hook_deliveries')
      .where(open)
      .count()
      .then(([row]) => Number(row?.count)),
    500,
  )
})

t.test(
  'a line that nobody works off is full some time, and the sender keeps its message',
  async (t) => {
    await deliver(ok)
    await knex.raw(`insert into hook_deliveries
      (id, tenant, plugin, path, headers, body, trace_id, state, next_at, received_at)
    select 'whd_' || n, 'acme', '@test/one', 'open', '{}', '', 'tr', 'waiting', now(), now()
      from generate_series(1, 10000) as n`)
    grant('acme', orders)
    const again = await service.open(caller, hook)
    const knock = () => receive(signed('msg_8', again.secret), { token: tokenOf(again) })
    await t.rejects(knock(), { code: 'CORE_HOOK_LINE_FULL', retryAfterS: 60 })
    await knex('hook_deliveries').where({ path: 'open' }).delete()
    t.ok(await knock())
  },
)

t.test('no address is opened for a plugin that is going', async (t) => {
  const removal = { plugin, state: 'purging', fingerprint: '', removed_by: 'operator' }
  await knex('plugin_removals').insert({ ...removal, versions: '[]', contents: '[]' })
  await t.rejects(service.open(caller, hook), { code: 'CORE_PLUGIN_MISSING' })
  await knex('plugin_removals').delete()
})
