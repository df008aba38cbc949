import t from 'tap'
import { invocationKeys } from '../../src/invocations/invocation-keys.ts'
import { insertInvocations } from '../../src/invocations/invocation-store.ts'
import { InvocationWriter } from '../../src/invocations/invocation-writer.ts'
import { RetentionJob } from '../../src/invocations/retention-job.ts'
import type { EndedCall } from '../../src/invocations/watched-call.ts'
import { open } from '../../src/sealing/sealing.ts'
import { createKnex } from '../../src/storage/create-knex.ts'
import { testDatabases } from '../support/postgres.ts'
import { snapshot, version } from '../support/recorded-call.ts'

const { hostUrl } = await testDatabases(t)
const knex = createKnex(hostUrl)
t.teardown(() => knex.destroy())
await knex('tenants').insert([
  { id: 'acme', name: 'Acme' },
  { id: 'globex', name: 'Globex' },
])
const log = { warn: () => undefined }
const day = 24 * 3_600_000

function ended(
  tenant = 'acme',
  startedAt = Date.now(),
  length: number | undefined = 100,
): EndedCall {
  const { plugin, version: number, limits } = version
  const isolate = { plugin, version: number, tenant, bundleSha256: 'b', configJson: '{}', limits }
  const used = { cpuMs: 1.5, peakHeapMb: 2, bytesOut: 3, hostCalls: 0, trace: {} }
  return {
    guest: { isolate, context: { arm: 'stable' }, deadlineMs: 100 },
    call: {
      service: 'test.one',
      major: 1,
      operation: 'run',
      inputJson: '{"amount":4711,"note":"plain as day"}',
      principal: { kind: 'app', id: 'planner' },
      traceId: 'trace',
    },
    version,
    snapshot,
    operation: version.operations.get('test.one/run'),
    startedAt,
    tookMs: 7,
    outcome: { kind: 'failed', ...used },
    verdict: { kind: 'failed', code: 'SBX_PLUGIN_THREW', message: 'plain as day', faults: [] },
    hostCalls: [],
    logs: [],
    length,
  } as unknown as EndedCall
}

function writerOf(keys = invocationKeys(knex, Date.now), onto = knex) {
  return new InvocationWriter({ knex: onto, keys, configMarks: async () => undefined, log })
}

t.test('what is written is sealed, by a key of the tenant that is sealed as well', async (t) => {
  const keys = invocationKeys(knex, Date.now)
  const writer = writerOf(keys)
  t.ok(writer.add('inv_1', 'failed', ended()))
  t.ok(writer.add('inv_2', 'failed', ended('globex')))
  await writer.flush()
  t.same(writer.counts.kept, 2)
  const rows = await knex('invocations').whereIn('id', ['inv_1', 'inv_2']).orderBy('id')
  for (const { sealed, ...others } of rows) {
    t.notMatch((sealed as Buffer).toString('latin1'), /4711|plain as day/)
    t.notMatch(JSON.stringify(others), /4711|plain as day/)
  }
  const [first, second] = rows
  t.not(first.key, second.key)
  // Another node, which has made no key, opens it.
  const key = await invocationKeys(knex, Date.now).byId('acme', first.key)
  const text = open(key, first.sealed, ['acme', 'inv_1', first.key]).toString()
  t.match(JSON.parse(text), { format: 1, id: 'inv_1', input: { note: 'plain as day' } })
  t.throws(() => open(key, second.sealed, ['globex', 'inv_2', second.key]))
  await t.rejects(keys.byId('globex', first.key), 'a key is its tenant’s')
})

t.test('a tenant gets another key each day, and the same one within a day', async (t) => {
  let now = Date.now()
  const keys = invocationKeys(knex, () => now)
  const { id } = await keys.current('acme')
  t.equal((await keys.current('acme')).id, id)
  t.equal((await invocationKeys(knex, () => now).current('acme')).id, id, 'on any node')
  now += day + 1
  t.not((await keys.current('acme')).id, id)
})

t.test('the queue is bounded in calls and in text, and what is dropped is counted', async (t) => {
  const writer = writerOf()
  const accepted = Array.from({ length: 520 }, (_, n) => writer.add(`inv_q${n}`, 'failed', ended()))
  t.equal(accepted.filter(Boolean).length, 500)
  t.match(writer.counts, { kept: 0, dropped: { 'queue-full': 20, 'too-large': 0 } })
  const other = writerOf()
  const large = () => other.add('inv_l', 'failed', ended('acme', Date.now(), 10 * 1024 * 1024))
  t.same([large(), large()], [true, false])
  t.equal(other.add('inv_x', 'failed', { ...ended(), length: undefined }), false)
  t.match(other.counts, { dropped: { 'queue-full': 1, 'too-large': 1 } })
})

t.test('what PostgreSQL will not take does not keep the others waiting', async (t) => {
  const writer = writerOf()
  writer.add('inv_twice', 'failed', ended())
  await writer.flush()
  writer.add('inv_twice', 'failed', ended())
  writer.add('inv_gone', 'failed', ended('initech'))
  await writer.flush()
  writer.add('inv_after', 'failed', ended())
  await writer.flush()
  t.match(writer.counts, { kept: 2, dropped: { 'not-written': 1, unreadable: 1 } })
})

t.test('while PostgreSQL is away calls wait, and are written when it is back', async (t) => {
  const nowhere = createKnex('postgres://nobody@127.0.0.1:1/none')
  t.teardown(() => nowhere.destroy())
  let isAway = true
  const keys = invocationKeys(knex, Date.now)
  const through = ((...words: [string]) => (isAway ? nowhere : knex)(...words)) as typeof knex
  const writer = writerOf(keys, through)
  writer.add('inv_wait', 'failed', ended())
  await writer.flush()
  t.match(writer.counts, { kept: 0, dropped: { 'not-written': 0 } })
  isAway = false
  await writer.flush()
  t.equal(writer.counts.kept, 1)
})

t.test(
  'after seven days a call is gone, and then its key; before that, what a tenant has no room for',
  async (t) => {
    await knex('invocations').delete()
    const now = Date.now()
    const old = invocationKeys(knex, () => now - 8 * day)
    await knex('invocation_keys').delete()
    const store = async (id: string, tenant: string, age: number, keys: typeof old, bytes = 10) => {
      const { id: key } = await keys.current(tenant)
      const startedAt = new Date(now - age).toISOString()
      const head = {
        id,
        tenant,
        plugin: '@test/one',
        version: '1.0.0',
        bundleSha256: 'b',
        configSha256: 'c',
        service: 'test.one',
        major: 1,
        operation: 'run',
        arm: 'stable',
        principal: 'app:planner',
        traceId: 't',
        reason: 'failed',
        outcome: 'failed',
        code: 'X',
        tookMs: 1,
        cpuMs: 1,
        peakHeapMb: 1,
        bytesOut: 1,
        hostCalls: 0,
      } as const
      await insertInvocations(knex, [{ ...head, startedAt, key, sealed: Buffer.alloc(bytes) }])
    }
    const recent = invocationKeys(knex, () => now)
    await store('inv_old', 'acme', 7 * day + 1000, old)
    await store('inv_young', 'acme', 7 * day - 60_000, recent)
    for (const n of [1, 2, 3]) await store(`inv_big${n}`, 'globex', 0, recent, 400)
    await new RetentionJob({ knex, now: () => now, log, maxTenantBytes: 1000 }).run()
    const left = await knex('invocations').orderBy('id').pluck('id')
    t.same(left, ['inv_big2', 'inv_big3', 'inv_young'])
    t.equal((await knex('invocation_keys')).length, 2, 'the key of what is gone is gone too')
  },
)
