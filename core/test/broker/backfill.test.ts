import { inspect } from 'node:util'
import pg from 'pg'
import t from 'tap'
import { PluginDatabases } from '../../src/broker/db/plugin-databases.ts'
import { testEmptyDatabase } from '../support/postgres.ts'

const { pluginUrl } = await testEmptyDatabase(t)
const log = { warn: () => undefined }
const options = { url: pluginUrl, clusterSecret: 'a secret of the test', log }
const databases = await PluginDatabases.start(options)
const admin = new pg.Pool({ connectionString: pluginUrl, max: 2 })
t.teardown(async () => {
  await databases.stop()
  await admin.end()
})
const { migrations } = databases

const series = {
  name: '0001-series',
  expandSql:
    'CREATE TABLE series (tenant text NOT NULL, sku int NOT NULL, old int, PRIMARY KEY (tenant, sku))',
  downSql: 'DROP TABLE series',
}
const batch = `UPDATE series SET label = 'no. ' || sku WHERE (tenant, sku) IN
  (SELECT tenant, sku FROM series WHERE label IS NULL LIMIT 10)`
const label = {
  name: '0002-label',
  expandSql: 'ALTER TABLE series ADD COLUMN label text',
  downSql: 'ALTER TABLE series DROP COLUMN label',
  backfillSql: batch,
  contractSql:
    'ALTER TABLE series ALTER COLUMN label SET NOT NULL; ALTER TABLE series DROP COLUMN old',
}

async function planted(plugin: string): Promise<string> {
  await migrations.migrate(plugin, '1.0.0', [series])
  const { rows } = await admin.query(
    'SELECT schema_name AS s FROM signalbox.plugins WHERE plugin = $1',
    [plugin],
  )
  const table = `${rows[0].s}.series`
  await admin.query(
    `INSERT INTO ${table} (tenant, sku) SELECT 't' || n % 3, n FROM generate_series(1, 45) n`,
  )
  await migrations.migrate(plugin, '1.1.0', [series, label])
  return table
}

const freely = (run: () => Promise<void>) => run()
const entries = async (plugin: string) => (await migrations.ledger(plugin)).map(({ name }) => name)
const unlabelled = async (table: string) =>
  (await admin.query(`SELECT FROM ${table} WHERE label IS NULL`)).rowCount

t.test('a backfill goes on until it changes no row, and is then in the ledger', async (t) => {
  const table = await planted('a')
  t.equal(await unlabelled(table), 45, 'the expand itself touches no row')
  t.same(await migrations.backfill('a', '1.1.0', label), { isDone: true, rows: 45 })
  t.equal(await unlabelled(table), 0)
  t.same(await entries('a'), ['0001-series', '0002-label', '0002-label.backfill'])
  t.same(await migrations.backfill('a', '1.1.0', label), { isDone: true, rows: 0 }, 'once')
})

t.test('what is cut off in the middle keeps its batches and goes on from there', async (t) => {
  const table = await planted('b')
  // The third batch meets a row that another transaction holds.
  const holder = await admin.connect()
  await holder.query(`BEGIN; UPDATE ${table} SET old = 1 WHERE sku = 25`)
  const cut = migrations.backfill('b', '1.1.0', label).catch((error) => error.code)
  const waiting = `SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`
  while ((await admin.query(waiting)).rowCount === 0) await new Promise(setImmediate)
  await admin.query(`SELECT pg_terminate_backend(pid) FROM (${waiting}) AS w`)
  t.equal(await cut, 'CORE_DATABASE_UNAVAILABLE')
  await holder.query('ROLLBACK')
  holder.release()
  const left = (await unlabelled(table)) ?? 0
  t.ok(left > 0 && left < 45, `${left} rows are left`)
  t.same(await migrations.backfill('b', '1.1.0', label), { isDone: true, rows: left })
})

t.test('two nodes that backfill at once do it once', async (t) => {
  await planted('c')
  const other = await PluginDatabases.start(options)
  t.teardown(() => other.stop())
  const turns = await Promise.all(
    [migrations, other.migrations].map((node) => node.backfill('c', '1.1.0', label)),
  )
  t.same(turns.map(({ rows }) => rows).sort(), [0, 45])
})

t.test('a contract takes away what is old, once, with an entry of its own', async (t) => {
  const table = await planted('d')
  const { backfillSql: _none, ...unfilled } = label
  await t.rejects(migrations.contract('d', '1.1.0', unfilled, freely), {
    code: 'CORE_PLUGIN_MIGRATION_FAILED',
    parameters: {
      step: '0002-label.contract.sql line 1',
      sqlState: '23502',
      reason: 'rows do not fit: SQLSTATE 23502, table series, column label',
    },
  })
  await migrations.backfill('d', '1.1.0', label)
  t.ok(await migrations.contract('d', '1.1.0', label, freely))
  t.notOk(await migrations.contract('d', '1.1.0', label, freely))
  t.same((await entries('d')).at(-1), '0002-label.contract')
  t.equal((await admin.query(`SELECT * FROM ${table} LIMIT 1`)).rows[0].old, undefined)
  const other = { ...label, contractSql: 'DROP TABLE series' }
  await t.rejects(migrations.contract('d', '1.2.0', other, freely), {
    code: 'CORE_PLUGIN_MIGRATION_CHANGED',
  })
})

t.test(
  'rows that an older version wrote after the backfill are filled before they are cut',
  async (t) => {
    const table = await planted('m')
    await migrations.backfill('m', '1.1.0', label)
    await admin.query(`INSERT INTO ${table} (tenant, sku, old) VALUES ('late', 1, 7)`)
    const held = async (run: () => Promise<void>) => {
      t.equal(await unlabelled(table), 0, 'before the caller holds anything')
      await run()
    }
    t.ok(await migrations.contract('m', '1.1.0', label, held))
    const { rows } = await admin.query(`SELECT label FROM ${table} WHERE tenant = 'late'`)
    t.equal(rows[0].label, 'no. 1')
  },
)

t.test(
  'a contract whose holder finds a reason against it leaves the tables as they are',
  async (t) => {
    const table = await planted('n')
    await migrations.backfill('n', '1.1.0', label)
    const held = () => Promise.reject(new Error('somebody went back'))
    await t.rejects(migrations.contract('n', '1.1.0', label, held), {
      message: 'somebody went back',
    })
    t.notOk((await entries('n')).includes('0002-label.contract'))
    t.equal((await admin.query(`SELECT old FROM ${table}`)).rowCount, 45)
  },
)

t.test(
  'a refusal tells where rows do not fit, and no value of a tenant, nor does its cause',
  async (t) => {
    const table = await planted('o')
    await admin.query(`UPDATE ${table} SET label = 'Li Wei 1380'`)
    const texts = [
      ['UPDATE series SET old = label::int', '22P02'],
      ['CREATE UNIQUE INDEX one_label ON series (tenant, label)', '23505'],
      [`ALTER TABLE series ADD CONSTRAINT short CHECK (length(label) < 3)`, '23514'],
    ] as const
    for (const [expandSql, sqlState] of texts) {
      const step = { name: '0003-x', expandSql, downSql: '' }
      const error = await migrations
        .migrate('o', '1.2.0', [series, label, step])
        .catch((one) => one)
      t.match(error, { code: 'CORE_PLUGIN_MIGRATION_FAILED', parameters: { sqlState } })
      t.notMatch(inspect(error, { depth: 9, showHidden: true }), 'Li Wei')
    }
  },
)

t.test('texts are judged when a version is installed, before anything runs', async (t) => {
  const wrong = {
    ...series,
    backfillSql: 'UPDATE series SET old = 1; UPDATE series SET old = 2',
    contractSql: 'DROP TABLE series; GRANT a TO b',
  }
  await t.rejects(migrations.migrate('e', '1.0.0', [wrong]), {
    code: 'CORE_PLUGIN_MIGRATION_REFUSED',
    faults: [
      { pointer: '/migrations/0001-series.backfill.sql', detail: /one INSERT, UPDATE or DELETE/ },
      { pointer: '/migrations/0001-series.contract.sql', detail: /GRANT ROLE/ },
    ],
  })
  const table = { ...series, backfillSql: 'CREATE TABLE t (tenant text NOT NULL)' }
  await t.rejects(migrations.migrate('e', '1.0.0', [table]), {
    code: 'CORE_PLUGIN_MIGRATION_REFUSED',
  })
})

t.test('a rehearsal runs backfills, and finds one that never ends', async (t) => {
  await planted('f')
  const wish = {
    plugin: 'f',
    version: '1.1.0',
    base: [series],
    selfTest: async () => undefined,
  }
  t.match(await migrations.rehearse({ ...wish, tried: [label] }), { reversible: true })
  const endless = { ...label, backfillSql: `UPDATE series SET label = 'x'` }
  t.match(await migrations.rehearse({ ...wish, tried: [endless] }), {
    reversible: false,
    differences: [{ at: 'expand', place: '0002-label.backfill.sql', after: /still changes rows/ }],
  })
})
