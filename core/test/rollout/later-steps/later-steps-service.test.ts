import { createHash } from 'node:crypto'
import pg from 'pg'
import t from 'tap'
import { PluginDatabases } from '../../../src/broker/db/plugin-databases.ts'
import {
  insertInstallation,
  lockPlugin,
  setStableVersion,
} from '../../../src/registry/registry-store.ts'
import { LaterStepsService } from '../../../src/rollout/later-steps/later-steps-service.ts'
import { createKnex } from '../../../src/storage/create-knex.ts'
import { testDatabases } from '../../support/postgres.ts'

const DAY = 86_400_000
const { hostUrl, pluginUrl } = await testDatabases(t)
const knex = createKnex(hostUrl)
const log = { warn: () => undefined, info: () => undefined }
const databases = await PluginDatabases.start({ url: pluginUrl, clusterSecret: 'secret', log })
const admin = new pg.Pool({ connectionString: pluginUrl, max: 2 })
t.teardown(async () => {
  await databases.stop()
  await admin.end()
  await knex.destroy()
})

const texts = new Map<string, Buffer>()
const plugin = '@shop/one'
let now = Date.now()
const service = new LaterStepsService({
  knex,
  read: async (sha256) => texts.get(sha256),
  databases: databases.migrations,
  windowMs: 7 * DAY,
  now: () => now,
  log,
})

const first = {
  '0001-a.expand.sql': 'create table goods (tenant text not null, sku int, old int)',
  '0001-a.expand.down.sql': 'drop table goods',
}
const second = {
  ...first,
  '0002-b.expand.sql': 'alter table goods add column label text',
  '0002-b.expand.down.sql': 'alter table goods drop column label',
  '0002-b.backfill.sql': `update goods set label = 'x' where label is null`,
  '0002-b.contract.sql': 'alter table goods drop column old',
}

async function installed(version: string, files: Readonly<Record<string, string>>) {
  const stored = Object.entries(files).map(([name, text]) => {
    const sha256 = createHash('sha256').update(text).digest('hex')
    texts.set(sha256, Buffer.from(text))
    return { path: `migrations/${name}`, sha256, size: text.length }
  })
  for (const { sha256 } of stored) {
    await knex('contents').insert({ sha256, size: 1 }).onConflict('sha256').ignore()
  }
  const manifest = {
    migrations: 'migrations',
    capabilities: { 'db:own': [] },
    runtime: {},
  } as never
  const row = { plugin, version, state: 'warm', manifest, contracts: {}, integrity: '-' } as const
  const origin = { marketplaceFingerprint: '-', signature: null, bundleSha256: null }
  await lockPlugin(knex, plugin)
  await insertInstallation(knex, { ...row, ...origin, installedBy: 'x', publisher: null }, stored)
  const steps = [...new Set(Object.keys(files).map((name) => name.slice(0, 6)))].map((name) => ({
    name,
    expandSql: files[`${name}.expand.sql` as keyof typeof files] ?? '',
    downSql: files[`${name}.expand.down.sql` as keyof typeof files] ?? '',
  }))
  await databases.migrate(plugin, version, steps)
}

await installed('1.0.0', first)
await setStableVersion(knex, plugin, '1.0.0')
const { rows } = await admin.query('SELECT schema_name AS s FROM signalbox.plugins')
await admin.query(`INSERT INTO ${rows[0].s}.goods VALUES ('acme', 1, 1), ('globex', 2, 2)`)
await installed('1.1.0', second)

const ran = async () => (await databases.migrations.ledger(plugin)).map(({ name }) => name)
const reason = async () =>
  (await service.waiting(plugin)).map(({ part, reason: { en } }) => `${part}: ${en}`)

const table = `${rows[0].s}.goods`
const id = 'rol_0000000000000001'
const rollout = (row: object) =>
  knex('rollouts').insert({ plugin, cohort_by: 'request', steps: '[]', step: 0, ...row })
const between = { id, from_version: '1.0.0', to_version: '1.1.0' }

t.test('no row is changed before a rollout of the version has started', async (t) => {
  await rollout({ ...between, state: 'ready' })
  await service.look()
  t.same(await ran(), ['0001-a', '0002-b'])
  t.equal((await admin.query(`SELECT FROM ${table} WHERE label IS NULL`)).rowCount, 2)
  t.match(await reason(), [
    /^backfill: no version that knows the step is stable, or is being rolled out/,
    /^contract: the stable version 1\.0\.0 does not/,
  ])
})

t.test('a backfill runs as soon as the rollout has started, a contract does not', async (t) => {
  await knex('rollouts').where({ id }).update({ state: 'running' })
  t.match(await reason(), [/^backfill: nothing/, /^contract: the stable version 1\.0\.0 does not/])
  await service.look()
  t.same(await ran(), ['0001-a', '0002-b', '0002-b.backfill'])
  const { rowCount } = await admin.query(`SELECT FROM ${table} WHERE label = 'x'`)
  t.equal(rowCount, 2, 'for all tenants')
})

t.test('a contract waits for the window, for pins, and for whatever shares calls', async (t) => {
  // The older version serves on, and writes what the backfill will not see again by itself.
  await admin.query(`INSERT INTO ${table} VALUES ('acme', 3, 3)`)
  await setStableVersion(knex, plugin, '1.1.0')
  await knex('rollouts').where({ id }).update({ state: 'completed' })
  await service.look()
  t.match(await reason(), [
    /^contract: the rollout rol_0000000000000001 can be taken back to 1\.0\.0/,
  ])
  now += 8 * DAY
  await knex('tenants').insert({ id: 'acme', name: 'Acme' })
  const pin = { tenant: 'acme', plugin, binding: 'held', pinned_version: '1.0.0' }
  await knex('bindings').insert(pin)
  await service.look()
  t.match(await reason(), [/^contract: the tenant acme is pinned to 1\.0\.0/])
  await knex('bindings').del()
  const newer = { id: 'rol_0000000000000002', from_version: '1.1.0', to_version: '1.2.0' }
  await installed('1.2.0', second)
  await rollout({ ...newer, state: 'paused' })
  await service.look()
  t.match(await reason(), [/^contract: the rollout rol_0000000000000002 shares calls/])
  t.notOk((await ran()).includes('0002-b.contract'))
  await knex('rollouts').where({ id: newer.id }).del()
})

t.test('what was installed since the look keeps a contract from running', async (t) => {
  // Between the look and the lock a tenant is pinned to a version that only then was installed.
  const real = databases.migrations
  const late = new LaterStepsService({
    knex,
    read: async (sha256) => texts.get(sha256),
    databases: {
      ledger: (name) => real.ledger(name),
      backfill: (name, version, step) => real.backfill(name, version, step),
      contract: async (name, version, step, held) => {
        await installed('1.0.1', first)
        const pin = { tenant: 'acme', plugin, binding: 'held', pinned_version: '1.0.1' }
        await knex('bindings').insert(pin)
        return real.contract(name, version, step, held)
      },
    },
    windowMs: 7 * DAY,
    now: () => now,
    log: { ...log, warn: (fields, message) => t.fail(message, fields) },
  })
  await late.look()
  t.notOk((await ran()).includes('0002-b.contract'))
  await knex('bindings').del()
})

t.test('a contract waits for its turn without the row of the plugin', async (t) => {
  const holder = await admin.connect()
  await holder.query('BEGIN')
  await holder.query('SELECT FROM signalbox.plugins WHERE plugin = $1 FOR NO KEY UPDATE', [plugin])
  const looking = service.look()
  const waiting = `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`
  while ((await holder.query(waiting)).rowCount === 0) await new Promise(setImmediate)
  await t.resolves(
    knex.transaction((trx) => trx('plugins').where({ name: plugin }).forUpdate().noWait()),
    'whoever aborts, or goes back, takes it at once',
  )
  // It is not to run in this test.
  const pin = { tenant: 'acme', plugin, binding: 'held', pinned_version: '1.0.0' }
  await knex('bindings').insert(pin)
  await holder.query('ROLLBACK')
  holder.release()
  await looking
  t.notOk((await ran()).includes('0002-b.contract'))
  await knex('bindings').del()
})

t.test('a contract fills what was written after the backfill, and runs once', async (t) => {
  await admin.query(`INSERT INTO ${table} VALUES ('globex', 4, 4)`)
  await Promise.all([service.look(), service.look()])
  t.same(await reason(), [])
  t.equal((await ran()).at(-1), '0002-b.contract')
  const { rows: left } = await admin.query(`SELECT sku, label FROM ${table} ORDER BY sku`)
  t.same(
    left,
    [1, 2, 3, 4].map((sku) => ({ sku, label: 'x' })),
  )
  const audit = await knex('audit_entries').where({ action: 'plugin.contracted' })
  t.equal(audit.length, 1)
  t.match(audit, [{ actor: 'host', subject: '@shop/one@1.2.0' }])
})
