import t, { type Test } from 'tap'
import { SamplingService } from '../../src/invocations/sampling-service.ts'
import type { SamplingTable } from '../../src/invocations/sampling-table.ts'
import { RemovalWorker, type WorkerPorts } from '../../src/removal/removal-worker.ts'
import { createKnex } from '../../src/storage/create-knex.ts'
import { temporaryHome } from '../support/host-process.ts'
import { beginRemoval, insertInstalled } from '../support/installed-plugin.ts'
import { testDatabases } from '../support/postgres.ts'
import { until } from '../support/processes.ts'

const { hostUrl } = await testDatabases(t)
const knex = createKnex(hostUrl)
t.teardown(() => knex.destroy())
await knex('tenants').insert({ id: 'acme', name: 'Acme' })

async function workerOf(t: Test, more: Partial<WorkerPorts> = {}) {
  const dropped: string[] = []
  const worker = new RemovalWorker({
    knex,
    routing: { reach: async () => undefined },
    schemas: {
      disablePlugin: async () => undefined,
      life: async (plugin) => `life of ${plugin}`,
      dropPlugin: async (_plugin, life = 'any') => void dropped.push(life),
      tables: async () => [],
      rows: async function* () {
        yield []
      },
    },
    outboxes: { pending: async () => [] },
    flush: async () => undefined,
    resources: { forgetPurged: async () => undefined },
    home: await temporaryHome(t),
    node: async () => 'node-1',
    process: 'process-1',
    now: Date.now,
    log: { info: () => undefined, warn: () => undefined },
    ...more,
  })
  t.teardown(() => worker.stop())
  return { worker, dropped }
}

/** A row of what is counted of plugins' uses, which calls under way write late. */
async function countUse(plugin: string): Promise<void> {
  const use = { tenant: 'acme', plugin, version: '1.0.0', capability: 'c', grant_id: 'g' }
  const more = { facet: '', count: 1, failures: 0, total_ms: 1 }
  const at = { first_at: new Date(), last_at: new Date() }
  await knex('grant_uses').insert({ ...use, ...more, ...at })
}

/** A row that an admin's acknowledged change made. */
async function putConfig(plugin: string): Promise<void> {
  const row = { tenant: 'acme', plugin, config: '{}', changed_by: 'x', revision: 1 }
  await knex('plugin_configs').insert(row)
}

const isThere = async (plugin: string) =>
  (await knex('plugins').where({ name: plugin }).first('name')) !== undefined

/** Somebody waits for a row or a table that another transaction holds. */
async function somebodyWaits(): Promise<boolean> {
  const { rows } = await knex.raw(
    `select from pg_locks join pg_stat_activity using (pid)
      where not granted and datname = current_database()`,
  )
  return rows.length > 0
}

t.test('what was written behind the removal keeps no plugin from being purged', async (t) => {
  const { worker, dropped } = await workerOf(t)
  await beginRemoval(knex, '@late/row')
  const of = { tenant: 'acme', plugin: '@late/row' }
  await knex('invocation_samplings').insert({
    ...of,
    version: '1.0.0',
    share_bp: 1,
    changed_by: 'x',
  })
  await worker.attend('@late/row', true)
  t.notOk(await isThere('@late/row'))
  t.strictSame(dropped, ['life of @late/row'], 'the schema that was asked for, and no other')
})

t.test('a node that stood still until another went on destroys nothing', async (t) => {
  for (const [plugin, change] of [
    ['@fence/taken', { process: 'process-2' }],
    ['@fence/moved', { state: 'kept' }],
  ] as const) {
    const { worker, dropped } = await workerOf(t, {
      outboxes: {
        pending: async () => {
          await knex('plugin_removals').where({ plugin }).update(change)
          return []
        },
      },
    })
    await beginRemoval(knex, plugin)
    await countUse(plugin)
    await worker.attend(plugin, true)
    t.strictSame(dropped, [])
    t.ok(await isThere(plugin))
    t.equal((await knex('grant_uses').where({ plugin })).length, 1)
    t.match(await knex('plugin_removals').where({ plugin }).first(), { fault: null, ...change })
  }
})

t.test('what comes late goes late, and never of a plugin that was installed again', async (t) => {
  let now = Date.now()
  const plugin = '@again/here'
  const { worker } = await workerOf(t, { now: () => now })
  await beginRemoval(knex, plugin)
  await worker.attend(plugin, true)
  await countUse(plugin)
  const holder = await knex.transaction()
  await holder('grant_uses').where({ plugin }).forUpdate().select('plugin')
  now += 11_000
  const looking = worker.look()
  await until(somebodyWaits)
  // Installed again, while the look is on its way through the tables.
  await knex('plugins').insert({ name: plugin, stable_version: '1.0.0' })
  await putConfig(plugin)
  await holder.rollback()
  await looking
  t.equal((await knex('grant_uses').where({ plugin })).length, 0, 'of the life before')
  t.equal((await knex('plugin_configs').where({ plugin })).length, 1)
})

t.test('what was kept anew is not taken for what came late', async (t) => {
  let now = Date.now()
  const plugin = '@kept/anew'
  const { worker } = await workerOf(t, { now: () => now })
  await beginRemoval(knex, plugin)
  await worker.attend(plugin, true)
  await beginRemoval(knex, plugin)
  await knex('plugin_removals').where({ plugin }).update({ state: 'kept' })
  await putConfig(plugin)
  now += 11_000
  await worker.look()
  t.equal((await knex('plugin_configs').where({ plugin })).length, 1)
})

t.test('of a plugin that is going no share of calls is asked for any more', async (t) => {
  const plugin = '@going/on'
  await beginRemoval(knex, plugin)
  await insertInstalled(knex, plugin, '1.0.0', { state: 'warm' })
  const table = { refresh: async () => undefined } as unknown as SamplingTable
  const caller = { actor: 'operator', traceId: null }
  const sampling = { tenant: 'acme', plugin, version: '1.0.0', shareBp: 1 }
  await t.rejects(new SamplingService(knex, table).set(caller, sampling), {
    code: 'CORE_PLUGIN_MISSING',
  })
})
