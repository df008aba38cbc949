import { randomBytes } from 'node:crypto'
import pg from 'pg'
import t from 'tap'
import { until } from '../../../sandbox/test/until.ts'
import { PluginDatabases } from '../../src/broker/db/plugin-databases.ts'
import { measureUsage, usageSql } from '../../src/broker/db/quota/usage-store.ts'
import { withDatabase } from '../../src/storage/databases.ts'
import { endlessSql } from '../support/endless-sql.ts'
import { testEmptyDatabase } from '../support/postgres.ts'

const { pluginUrl, adminUrl } = await testEmptyDatabase(t)
const log = { warn: () => undefined }
const options = { url: pluginUrl, clusterSecret: 'a secret of the test', log }
const databases = await PluginDatabases.start(options)
const admin = new pg.Pool({ connectionString: pluginUrl, max: 4 })
t.teardown(async () => {
  await databases.stop()
  await admin.end()
})

const step = (name: string, expandSql: string, downSql = '') => ({ name, expandSql, downSql })
const series = step(
  '0001-series',
  'CREATE TABLE series (tenant text NOT NULL, sku text NOT NULL, PRIMARY KEY (tenant, sku))',
  'DROP TABLE series',
)
const method = step(
  '0002-method',
  `ALTER TABLE series ADD COLUMN method text NOT NULL DEFAULT 'ets'`,
)

const ledgerOf = async (plugin: string) => {
  const { rows } = await admin.query(
    'SELECT step, version FROM signalbox.plugin_migrations WHERE plugin = $1 ORDER BY step',
    [plugin],
  )
  return rows.map(({ step, version }) => `${step} of ${version}`)
}

t.test('steps run once, in the order of their names, whatever version brings them', async (t) => {
  t.same(await databases.migrate('a', '1.0.0', [series]), ['0001-series'])
  t.same(await databases.migrate('a', '1.1.0', [method, series]), ['0002-method'])
  t.same(await databases.migrate('a', '1.1.0', [series, method]), [])
  t.same(await ledgerOf('a'), ['0001-series of 1.0.0', '0002-method of 1.1.0'])
  const { rows } = await admin.query(
    `SELECT expand_sql, down_sql FROM signalbox.plugin_migrations WHERE step = '0001-series'`,
  )
  t.same(rows, [{ expand_sql: series.expandSql, down_sql: series.downSql }], 'the texts are kept')
})

t.test('an applied step whose text changed is refused', async (t) => {
  const changed = { ...series, expandSql: series.expandSql.replace('sku', 'article') }
  await t.rejects(databases.migrate('a', '1.2.0', [changed]), {
    code: 'CORE_PLUGIN_MIGRATION_CHANGED',
    parameters: { plugin: 'a', version: '1.2.0', step: '0001-series' },
  })
})

t.test('the ledger holds what it takes to run it all again, and is never changed', async (t) => {
  const ledger = await databases.migrations.ledger('a')
  t.match(ledger, [
    { ...series, version: '1.0.0', checksum: /^[0-9a-f]{64}$/ },
    { ...method, version: '1.1.0' },
  ])
  await databases.migrate('again', '1.0.0', ledger)
  t.match(await databases.migrations.ledger('again'), [series, method])
  for (const change of [
    `UPDATE signalbox.plugin_migrations SET expand_sql = ''`,
    'TRUNCATE signalbox.plugin_migrations',
  ]) {
    await t.rejects(admin.query(change), { message: /added to, never changed/ })
  }
})

t.test('forbidden statements are refused with file and line before anything runs', async (t) => {
  const wrong = step(
    '0001-wrong',
    'CREATE TABLE a (tenant text NOT NULL);\nCREATE VIEW b AS SELECT 1',
    'GRANT a TO b',
  )
  await t.rejects(databases.migrate('refused', '1.0.0', [wrong]), {
    code: 'CORE_PLUGIN_MIGRATION_REFUSED',
    faults: [
      { pointer: '/migrations/0001-wrong.expand.sql', detail: /^line 2: VIEW/ },
      { pointer: '/migrations/0001-wrong.expand.down.sql', detail: /^line 1: GRANT ROLE/ },
    ],
  })
  t.same(await ledgerOf('refused'), [])
})

t.test('a step that fails leaves nothing of itself and says where', async (t) => {
  const failing = step(
    '0002-failing',
    'CREATE TABLE half (tenant text NOT NULL);\n\nUPDATE missing SET a = 1',
  )
  await t.rejects(databases.migrate('b', '1.0.0', [series, failing]), {
    code: 'CORE_PLUGIN_MIGRATION_FAILED',
    parameters: { plugin: 'b', sqlState: '42P01', step: '0002-failing.expand.sql line 3' },
  })
  t.same(await ledgerOf('b'), ['0001-series of 1.0.0'], 'the step before it stands')
  const right = step('0002-failing', 'CREATE TABLE half (tenant text NOT NULL)')
  t.same(await databases.migrate('b', '1.0.1', [series, right]), ['0002-failing'])
})

t.test('what the gate cannot see is found in the catalogue, and undone', async (t) => {
  // A foreign key to a table whose unique index came in an earlier step, dropped and added without the tenant.
  const { rows } = await admin.query(`SELECT schema_name FROM signalbox.plugins WHERE plugin = 'b'`)
  await admin.query(`CREATE UNIQUE INDEX sneaked ON ${rows[0].schema_name}.half ((1))`)
  await t.rejects(
    databases.migrate('b', '1.0.2', [step('0003-more', 'CREATE INDEX ON half (tenant)')]),
    {
      code: 'CORE_PLUGIN_MIGRATION_FAILED',
      parameters: { reason: /the unique index .*sneaked leaves the tenant out/ },
    },
  )
  await admin.query(`DROP INDEX ${rows[0].schema_name}.sneaked`)
})

t.test('a backfill sees the rows of all tenants, a tenant only its own', async (t) => {
  await databases.migrate('c', '1.0.0', [series])
  for (const tenant of ['north', 'south']) {
    await databases.enableTenant('c', tenant)
    const sql = 'INSERT INTO series (sku) VALUES ($1)'
    await databases.query({ plugin: 'c', tenant, sql, parameters: [tenant], deadlineMs: 20_000 })
  }
  const backfill = step(
    '0002-backfill',
    'ALTER TABLE series ADD COLUMN label text; UPDATE series SET label = upper(sku)',
  )
  await databases.migrate('c', '1.1.0', [series, backfill])
  for (const tenant of ['north', 'south']) {
    const sql = 'SELECT label FROM series'
    const { rows } = await databases.query({
      plugin: 'c',
      tenant,
      sql,
      parameters: [],
      deadlineMs: 20_000,
    })
    t.same(rows, [{ label: tenant.toUpperCase() }])
  }
})

t.test('hosts that migrate one plugin at once take turns', async (t) => {
  const others = await Promise.all([1, 2, 3].map(() => PluginDatabases.start(options)))
  t.teardown(() => Promise.all(others.map((other) => other.stop())))
  const runs = await Promise.all(
    [databases, ...others].map((host) => host.migrate('d', '1.0.0', [series, method])),
  )
  t.same(runs.flat().sort(), ['0001-series', '0002-method'])
})

t.test('a host killed in a step leaves a state that the next run completes', async (t) => {
  await databases.migrate('e', '1.0.0', [series])
  const { rows } = await admin.query(`SELECT schema_name FROM signalbox.plugins WHERE plugin = 'e'`)
  // Another session holds the table, so that the step is caught in the middle.
  const holder = await admin.connect()
  await holder.query(`BEGIN; LOCK TABLE ${rows[0].schema_name}.series`)
  const second = step(
    '0002-second',
    'CREATE TABLE more (tenant text NOT NULL); ALTER TABLE series ADD COLUMN b int',
  )
  const killed = databases.migrate('e', '1.1.0', [series, second])
  const migrators = async () =>
    (
      await admin.query(
        `SELECT pid FROM pg_stat_activity JOIN signalbox.roles ON usename = role_name
          WHERE kind = 'migrator' AND plugin = 'e' AND wait_event_type = 'Lock'`,
      )
    ).rows
  while ((await migrators()).length === 0) await new Promise(setImmediate)
  // All sessions of the host break at once, as when it is killed; its roles stay behind.
  const killing = killed.catch((error) => error.code)
  await admin.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND application_name LIKE 'signalbox-plugin%'`,
  )
  t.equal(await killing, 'CORE_DATABASE_UNAVAILABLE')
  await holder.query('ROLLBACK')
  holder.release()
  t.same(await databases.migrate('e', '1.1.0', [series, second]), ['0002-second'])
  const left = await admin.query(`SELECT FROM signalbox.roles WHERE kind = 'migrator'`)
  t.equal(left.rowCount, 0, 'no migrator is left')
})

t.test('a step that never ends is ended, told, and keeps nobody from trying again', async (t) => {
  const hasty = await PluginDatabases.start({ ...options, migrationDeadlineMs: 2000 })
  t.teardown(() => hasty.stop())
  await databases.migrate('f', '1.0.0', [series])
  const endless = step(
    '0002-endless',
    `INSERT INTO series (tenant, sku)
       SELECT 'x', a FROM generate_series(1, 10000) a, generate_series(1, 10000) b, generate_series(1, 10000) c
         WHERE a + b + c < 0`,
  )
  await t.rejects(hasty.migrate('f', '1.1.0', [series, endless]), {
    code: 'CORE_PLUGIN_MIGRATION_FAILED',
    parameters: { plugin: 'f', step: '0002-endless', sqlState: '57014', reason: /within 2 sec/ },
  })
  const busy = `SELECT FROM pg_stat_activity WHERE datname = current_database()
    AND state = 'active' AND query LIKE '%a + b + c%' AND pid <> pg_backend_pid()`
  await until(async () => (await admin.query(busy)).rowCount === 0)
  t.pass('no backend works on it any more')
  t.same(await databases.migrate('f', '1.1.0', [series, method]), ['0002-method'])
})

t.test('many short statements end at the deadline as one long one does', async (t) => {
  const hasty = await PluginDatabases.start({ ...options, migrationDeadlineMs: 2000 })
  t.teardown(() => hasty.stop())
  await databases.migrate('g', '1.0.0', [series])
  const short =
    'UPDATE series SET sku = sku WHERE (SELECT count(*) FROM generate_series(1, 100000)) < 0;'
  await t.rejects(hasty.migrate('g', '1.1.0', [series, step('0002-many', short.repeat(1000))]), {
    code: 'CORE_PLUGIN_MIGRATION_FAILED',
    parameters: { step: '0002-many', sqlState: '57014' },
  })
})

t.test('plugins that migrate at once do not starve each other of connections', async (t) => {
  const names = ['h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'h7', 'h8']
  const runs = await Promise.all(
    names.map((name) => databases.migrate(name, '1.0.0', [series, method])),
  )
  for (const run of runs) t.same(run, ['0001-series', '0002-method'])
})

t.test('a role that may create databases and roles is enough', async (t) => {
  const weak = new pg.Pool({ connectionString: adminUrl, max: 1 })
  const role = `test_role_${randomBytes(4).toString('hex')}`
  const database = `test_${randomBytes(6).toString('hex')}`
  await weak.query(`CREATE ROLE ${role} LOGIN CREATEDB CREATEROLE PASSWORD 'weak'`)
  await weak.query(`CREATE DATABASE ${database} OWNER ${role}`)
  const url = new URL(withDatabase(adminUrl, database))
  url.username = role
  url.password = 'weak'
  const warnings: string[] = []
  const host = await PluginDatabases.start({
    url: url.href,
    clusterSecret: 'another secret',
    log: { warn: (_fields, message) => warnings.push(message) },
  })
  t.teardown(async () => {
    await host.dropPlugin('p')
    await host.stop()
    await weak.query(`DROP DATABASE ${database} WITH (FORCE)`)
    const { rows } = await weak.query(
      `SELECT string_agg(r.rolname, ', ') AS names FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid
        WHERE m.member = $1::regrole`,
      [role],
    )
    await weak.query(`DROP ROLE ${rows[0].names}, ${role}`)
    await weak.end()
  })
  t.match(warnings, [/no superuser/])
  const bare = step('0003-bare', 'CREATE TABLE bare (tenant text NOT NULL)')
  await host.migrate('p', '1.0.0', [series, method, bare])
  for (const tenant of ['north', 'south']) await host.enableTenant('p', tenant)
  const ask = (tenant: string, sql: string, deadlineMs = 20_000) =>
    host.query({ plugin: 'p', tenant, sql, parameters: [], deadlineMs })
  await ask('north', `INSERT INTO series (sku) VALUES ('n')`)
  t.same((await ask('south', 'SELECT * FROM series')).rows, [])
  t.same((await ask('north', 'SELECT * FROM series')).rows, [
    { tenant: 'north', sku: 'n', method: 'ets' },
  ])
  const exported: unknown[] = []
  for await (const rows of host.rows('p', 'series')) exported.push(...rows)
  t.match(exported, [{ tenant: 'north', json: /"sku":"n"/ }], 'and to export what is sealed')
  const own = new pg.Pool({ connectionString: url.href, max: 1 })
  const sql = await usageSql(own, 'p')
  t.match(sql && (await measureUsage(own, sql, 'north', false)), { rows: 1 }, 'and to measure')
  await own.end()
  await t.rejects(ask('north', endlessSql, 150), {
    code: 'CORE_SQL_DEADLINE',
  })
  await host.disableTenant('p', 'north')
  await t.rejects(ask('north', 'SELECT 1'), { code: 'CORE_PLUGIN_SCHEMA_MISSING' })
})
