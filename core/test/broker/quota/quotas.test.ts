import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import t from 'tap'
import { PluginDatabases } from '../../../src/broker/db/plugin-databases.ts'
import { measureUsage, usageSql } from '../../../src/broker/db/quota/usage-store.ts'
import { testEmptyDatabase } from '../../support/postgres.ts'

const { pluginUrl } = await testEmptyDatabase(t)
const log = { warn: () => undefined }
const databases = await PluginDatabases.start({ url: pluginUrl, clusterSecret: 'a secret', log })
const admin = new pg.Pool({ connectionString: pluginUrl, max: 3 })
t.teardown(async () => {
  await databases.stop()
  await admin.end()
})

const MIB = 1024 * 1024
const quota = { bytes: MIB, rows: 200 }
const step = {
  name: '0001-files',
  expandSql: `CREATE TABLE files (tenant text NOT NULL, id int NOT NULL, body text, PRIMARY KEY (id, tenant));
    CREATE TABLE marks (tenant text NOT NULL, body text)`,
  downSql: 'DROP TABLE marks; DROP TABLE files',
}
const ask = (tenant: string, sql: string, parameters: readonly unknown[] = [], more: object = {}) =>
  databases.query({ plugin: 'p', tenant, sql, parameters, deadlineMs: 20_000, quota, ...more })

/** What cannot be compressed counts as long as it is. */
const noise = (characters: number) => {
  let text = ''
  while (text.length < characters) text += Math.random().toString(36).slice(2)
  return text.slice(0, characters)
}

/** Asks until it is refused for its size; how late that may be is a second and the time to measure. */
async function untilRefused(write: () => Promise<unknown>): Promise<unknown> {
  const deadline = performance.now() + 10_000
  while (performance.now() < deadline) {
    try {
      await write()
    } catch (error) {
      return error
    }
    await delay(20)
  }
  return undefined
}

async function untilAllowed(write: () => Promise<unknown>): Promise<boolean> {
  const deadline = performance.now() + 10_000
  while (performance.now() < deadline) {
    const code = await write().then(
      () => undefined,
      (error) => error.code,
    )
    if (code === undefined) return true
    if (code !== 'CORE_QUOTA_EXCEEDED') throw new Error(code)
    await delay(20)
  }
  return false
}

t.before(async () => {
  await databases.migrate('p', '1.0.0', [step])
  for (const tenant of ['bytes', 'rows', 'other', 'slow', 'sized']) {
    await databases.enableTenant('p', tenant)
  }
})

t.test(
  'beyond its bytes a tenant writes no more, reads and deletes, and writes again',
  async (t) => {
    await ask('bytes', 'INSERT INTO files (id, body) VALUES (1, $1)', [noise(1.2 * MIB)])
    const refusal = await untilRefused(() => ask('bytes', `INSERT INTO marks (body) VALUES ('x')`))
    t.match(refusal, {
      code: 'CORE_QUOTA_EXCEEDED',
      status: 507,
      parameters: { plugin: 'p', tenant: 'bytes', limit: '1 MiB', reached: '1.2 MiB' },
    })
    const grow = { code: 'CORE_QUOTA_EXCEEDED' }
    await t.rejects(ask('bytes', `UPDATE files SET body = body || 'x'`), grow)
    const merge = `MERGE INTO marks USING files ON false WHEN NOT MATCHED THEN INSERT (body) VALUES ('x')`
    await t.rejects(ask('bytes', merge), grow)
    const insert = 'INSERT INTO marks (body) VALUES ($1)'
    const batch = { plugin: 'p', tenant: 'bytes', deadlineMs: 5000, quota }
    await t.rejects(databases.batch({ ...batch, sql: insert, parameterRows: [['x']] }), grow)
    const statements = [
      { sql: 'SELECT 1', parameters: [] },
      { sql: insert, parameters: ['x'] },
    ]
    await t.rejects(databases.transaction({ ...batch, statements }), grow)
    t.equal((await ask('bytes', 'SELECT id FROM files')).rowCount, 1)
    t.equal(
      (await ask('other', `INSERT INTO marks (body) VALUES ('x')`)).rowCount,
      1,
      'another tenant has spent nothing',
    )
    t.equal((await ask('bytes', 'DELETE FROM files')).rowCount, 1)
    t.ok(await untilAllowed(() => ask('bytes', `INSERT INTO marks (body) VALUES ('x')`)))
  },
)

t.test('beyond its rows a tenant adds none, and may change those it has', async (t) => {
  await ask('rows', 'INSERT INTO files (id) SELECT generate_series(1, 200)')
  const refusal = await untilRefused(() => ask('rows', 'INSERT INTO marks (body) VALUES (NULL)'))
  t.match(refusal, {
    code: 'CORE_QUOTA_EXCEEDED',
    parameters: { limit: '200 rows', reached: /^20\d rows$/ },
  })
  t.equal((await ask('rows', `UPDATE files SET body = 'x' WHERE id = 1`)).rowCount, 1)
  const wider = { quota: { ...quota, rows: null } }
  t.equal((await ask('rows', `INSERT INTO files (id) VALUES (999)`, [], wider)).rowCount, 1)
})

t.test('a long write is measured before it commits, and undone where it is too much', async (t) => {
  const { rows } = await admin.query('SELECT schema_name AS name FROM signalbox.plugins')
  const holder = await admin.connect()
  await holder.query(`BEGIN; LOCK TABLE ${rows[0].name}.files IN SHARE MODE`)
  const sql = `INSERT INTO files (id, body) SELECT n, repeat(md5(n::text), 40) FROM generate_series(1, 20000) n`
  const writing = ask('slow', sql, [], { quota: { bytes: MIB, rows: null } }).catch(
    (error) => error,
  )
  // It waits for the table as long as a write must take to be looked at.
  const waits = `SELECT FROM pg_stat_activity WHERE datname = current_database()
    AND wait_event_type = 'Lock' AND clock_timestamp() - query_start > interval '600 milliseconds'`
  for (const deadline = performance.now() + 10_000; (await admin.query(waits)).rowCount === 0; ) {
    if (performance.now() > deadline) throw new Error('the write does not wait')
    await delay(20)
  }
  await holder.query('COMMIT')
  holder.release()
  t.match(await writing, { code: 'CORE_QUOTA_EXCEEDED', parameters: { limit: '1 MiB' } })
  t.equal((await ask('slow', 'SELECT FROM files LIMIT 1')).rowCount, 0, 'nothing of it is left')
  t.equal((await ask('slow', `INSERT INTO files (id) VALUES (1)`)).rowCount, 1)
})

t.test('what is measured is the rows of one tenant, as they are stored', async (t) => {
  const sql = await usageSql(admin, 'p')
  if (!sql) throw new Error('the plugin has tables')
  t.same(await measureUsage(admin, sql, 'sized', false), { rows: 0, bytes: 0, isSampled: false })
  await ask('sized', 'INSERT INTO files (id, body) SELECT n, $1 FROM generate_series(1, 100) n', [
    noise(1000),
  ])
  await ask('sized', `INSERT INTO files (id, body) VALUES (101, repeat('x', 500000))`)
  const { rows, bytes } = await measureUsage(admin, sql, 'sized', false)
  t.equal(rows, 101)
  t.ok(bytes > 100_000 && bytes < 115_000, 'what compresses well counts as little as it takes')
  t.equal(await usageSql(admin, 'nothing'), undefined)
})

t.test('a sample of the pages tells the size of what is too large to be counted', async (t) => {
  const rows = Array.from({ length: 20 }, (_, n) => [n])
  await databases.batch({
    plugin: 'p',
    tenant: 'other',
    sql: `INSERT INTO files (id, body) SELECT $1::int * 10000 + n, repeat('y', 500) FROM generate_series(1, 2000) n`,
    parameterRows: rows,
    deadlineMs: 20_000,
  })
  const sql = await usageSql(admin, 'p')
  if (!sql) throw new Error('the plugin has tables')
  const exact = await measureUsage(admin, sql, 'other', false)
  const sampled = await measureUsage(admin, sql, 'other', true)
  t.equal(exact.rows, 40_001)
  t.equal(sampled.isSampled, true)
  t.ok(Math.abs(sampled.rows / exact.rows - 1) < 0.9, `${sampled.rows} of ${exact.rows}`)
})

t.test('every table has an index that begins with the tenant', async (t) => {
  const { rows } = await admin.query(
    `SELECT c.relname AS table, i.indexrelid::regclass::text AS index
       FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
       JOIN pg_namespace n ON n.oid = c.relnamespace JOIN signalbox.plugins ON schema_name = nspname
      WHERE pg_get_indexdef(i.indexrelid, 1, true) = 'tenant' ORDER BY 1`,
  )
  t.match(rows, [
    { table: 'files', index: /\.signalbox_tenant_\d+$/ },
    { table: 'marks', index: /\.signalbox_tenant_\d+$/ },
  ])
})
