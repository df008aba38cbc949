import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import t from 'tap'
import { PluginDatabases } from '../../src/broker/db/plugin-databases.ts'
import { endlessSql } from '../support/endless-sql.ts'
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

const models = {
  name: '0001-models',
  expandSql: `CREATE TABLE models (
    tenant text NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    sku text NOT NULL,
    fitted jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (tenant, id)
  );
  CREATE UNIQUE INDEX ON models (tenant, sku);`,
  downSql: 'DROP TABLE models;',
}

async function eventually(holds: () => Promise<boolean>): Promise<boolean> {
  const deadline = performance.now() + 60_000
  while (!(await holds())) {
    if (performance.now() > deadline) return false
    await delay(5)
  }
  return true
}

const ask = (sql: string, parameters: readonly unknown[] = [], more: object = {}) =>
  databases.query({ plugin: 'p', tenant: 'north', sql, parameters, deadlineMs: 20_000, ...more })

t.before(async () => {
  await databases.migrate('p', '1.0.0', [models])
  for (const tenant of ['north', 'south']) await databases.enableTenant('p', tenant)
})

t.test('a plugin keeps rows per tenant without naming the tenant', async (t) => {
  await ask('INSERT INTO models (sku) VALUES ($1)', ['a-1'])
  await ask('INSERT INTO models (sku) VALUES ($1)', ['a-1'], { tenant: 'south' })
  const { rows, rowCount } = await ask('SELECT tenant, sku, fitted FROM models')
  t.same(rows, [{ tenant: 'north', sku: 'a-1', fitted: {} }])
  t.equal(rowCount, 1)
  await t.rejects(ask('INSERT INTO models (sku) VALUES ($1)', ['a-1']), {
    code: 'CORE_SQL_FAILED',
    parameters: { sqlState: '23505' },
  })
})

t.test('values travel as JSON and lose nothing', async (t) => {
  const { rows } = await ask(
    `SELECT 1 AS whole, 9007199254740993 AS large, 1.10::numeric AS exact, 0.5::float8 AS half,
            'NaN'::float8 AS nan, true AS yes, NULL AS nothing, '{"a":[1]}'::jsonb AS doc,
            ARRAY['x','y"z',NULL] AS words, ARRAY[[1,2],[3,4]] AS grid,
            '2026-11-25 18:00:00.5+08'::timestamptz AS at, '2026-11-25'::date AS day,
            $1::int[] AS numbers, $2::jsonb AS object, $3::text AS text, 1 AS "__proto__"`,
    [[1, 2], { b: null }, 'ü€'],
  )
  t.strictSame(
    JSON.parse(JSON.stringify(rows[0])),
    JSON.parse(`{
    "whole": 1, "large": "9007199254740993", "exact": "1.10", "half": 0.5, "nan": "NaN", "yes": true,
    "nothing": null, "doc": {"a": [1]}, "words": ["x", "y\\"z", null], "grid": [[1, 2], [3, 4]],
    "at": "2026-11-25T10:00:00.500Z", "day": "2026-11-25", "numbers": [1, 2],
    "object": {"b": null}, "text": "ü€", "__proto__": 1}`),
  )
})

t.test('a read is prepared once, and goes on when a migration changed what it gives', async (t) => {
  const single = await PluginDatabases.start({ ...options, connections: { total: 1, perRole: 1 } })
  t.teardown(() => single.stop())
  const sql = 'SELECT * FROM crates WHERE id = $1'
  const read = (id: number) =>
    single.query({ plugin: 'crates', tenant: 'north', sql, parameters: [id], deadlineMs: 20_000 })
  const expandSql = `CREATE TABLE crates (tenant text NOT NULL, id int NOT NULL, PRIMARY KEY (tenant, id));
    INSERT INTO crates VALUES ('north', 1), ('south', 2)`
  const first = { name: '0001-crates', expandSql, downSql: 'DROP TABLE crates;' }
  const second = {
    name: '0002-label',
    expandSql: `ALTER TABLE crates ADD COLUMN label text DEFAULT 'none'`,
    downSql: 'ALTER TABLE crates DROP COLUMN label',
  }
  await databases.migrate('crates', '1.0.0', [first])
  await databases.enableTenant('crates', 'north')
  // At once, so that no rest wipes the connection in between.
  const asked = await Promise.all([1, 2, 1].map(read))
  const north = { tenant: 'north', id: 1 }
  t.same(
    asked.map(({ rows }) => rows),
    [[north], [], [north]],
    'with other parameters, and never with rows of another tenant',
  )
  // As another node of the same database would; reads follow each other so closely that none finds it wiped.
  let migrated = false
  const migration = databases.migrate('crates', '1.1.0', [first, second]).finally(() => {
    migrated = true
  })
  while (!migrated) await read(1)
  await migration
  t.same((await read(1)).rows, [{ ...north, label: 'none' }])
  await databases.disableTenant('crates', 'north')
  // The first may still find the connection that was cut with its role.
  const refused = await read(1).catch((error) => error)
  if (refused.code === 'CORE_DATABASE_UNAVAILABLE') {
    await t.rejects(read(1), { code: 'CORE_PLUGIN_SCHEMA_MISSING' })
  } else t.match(refused, { code: 'CORE_PLUGIN_SCHEMA_MISSING' })
})

t.test('an answer beyond the caps is refused, and what it wrote is undone', async (t) => {
  await t.rejects(ask('SELECT generate_series(1, 100000)'), { code: 'CORE_SQL_RESULT_TOO_LARGE' })
  // One value that pg would collect in the host's memory before anyone could look at it.
  await t.rejects(ask(`SELECT repeat('x', 20000000)`), { code: 'CORE_SQL_RESULT_TOO_LARGE' })
  await t.rejects(
    ask(
      `INSERT INTO models (sku) SELECT 'many-' || n FROM generate_series(1, 20000) n RETURNING sku`,
    ),
    { code: 'CORE_SQL_RESULT_TOO_LARGE' },
  )
  const { rows } = await ask(`SELECT count(*) AS n FROM models WHERE sku LIKE 'many-%'`)
  t.same(rows, [{ n: 0 }])
  t.equal(
    (await ask('SELECT generate_series(1, 10000)')).rows.length,
    10000,
    'the cap itself is allowed',
  )
})

t.test('an endless statement ends at its deadline, and so does its backend', async (t) => {
  const endless = `${endlessSql} /* endless */`
  const started = performance.now()
  await t.rejects(ask(endless, [], { deadlineMs: 200 }), { code: 'CORE_SQL_DEADLINE' })
  t.ok(performance.now() - started < 20_000, 'when it was due, however late this machine looks')
  const isIdle = async () => {
    const { rows } = await admin.query(
      `SELECT FROM pg_stat_activity
        WHERE datname = current_database() AND query LIKE '%endless%' AND state = 'active' AND pid <> pg_backend_pid()`,
    )
    return rows.length === 0
  }
  t.ok(await eventually(isIdle), 'no backend works on it any more')
  t.same((await ask('SELECT 1 AS one')).rows, [{ one: 1 }], 'the next statement is served')
})

t.test('a caller that goes away takes its statement along', async (t) => {
  const caller = new AbortController()
  const answer = ask(endlessSql, [], {
    signal: caller.signal,
  })
  caller.abort()
  await t.rejects(answer, { code: 'CORE_SQL_CANCELLED' })
})

t.test('a write that is cancelled changes nothing', async (t) => {
  // The first rows are written, and the next never comes.
  const sql = `INSERT INTO models (sku)
    SELECT 'slow-' || n FROM generate_series(1, 100) n
      WHERE CASE WHEN n < 100 THEN true ELSE (${endlessSql} WHERE a > n) > 0 END RETURNING sku`
  await t.rejects(ask(sql, [], { deadlineMs: 500 }), { code: 'CORE_SQL_DEADLINE' })
  t.same((await ask(`SELECT FROM models WHERE sku LIKE 'slow-%'`)).rowCount, 0)
})

t.test('waiting for a connection counts against the deadline', async (t) => {
  const small = await PluginDatabases.start({ ...options, connections: { total: 1, perRole: 1 } })
  t.teardown(() => small.stop())
  const north = { plugin: 'p', tenant: 'north', parameters: [] }
  const caller = new AbortController()
  const busy = small.query({
    ...north,
    sql: endlessSql,
    deadlineMs: 60_000,
    signal: caller.signal,
  })
  const atWork = `SELECT FROM pg_stat_activity
    WHERE datname = current_database() AND state = 'active' AND query LIKE '%10000) c%' AND pid <> pg_backend_pid()`
  t.ok(await eventually(async () => (await admin.query(atWork)).rowCount === 1))
  const waiting = small.query({
    ...north,
    tenant: 'south',
    sql: 'SELECT 1 AS one',
    deadlineMs: 200,
  })
  await t.rejects(waiting, { code: 'CORE_SQL_DEADLINE' })
  const patient = small.query({
    ...north,
    tenant: 'south',
    sql: 'SELECT 1 AS one',
    deadlineMs: 60_000,
  })
  caller.abort()
  await t.rejects(busy, { code: 'CORE_SQL_CANCELLED' })
  t.same((await patient).rows, [{ one: 1 }], 'the only connection moved on to the next role')
})

t.test(
  'what follows at once on the same connection finds nothing of the statement before',
  async (t) => {
    const single = await PluginDatabases.start({
      ...options,
      connections: { total: 1, perRole: 1 },
    })
    t.teardown(() => single.stop())
    const north = { plugin: 'p', tenant: 'north', parameters: [], deadlineMs: 20_000 }
    const write = (sku: string) =>
      single.query({ ...north, sql: `INSERT INTO models (sku) VALUES ('${sku}') RETURNING id` })
    const last = () => single.query({ ...north, sql: 'SELECT lastval()' })
    // 55000: no value was drawn in this session, as far as it still knows.
    const forgotten = { code: 'CORE_SQL_FAILED', parameters: { sqlState: '55000' } }
    await write('w-1')
    await t.rejects(last(), forgotten, 'the one that comes next')
    const waiting = [write('w-2'), last(), write('w-3'), last()]
    const ended = await Promise.allSettled(waiting)
    t.same(
      ended.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled', 'rejected'],
    )
    t.match(ended[1], { reason: forgotten }, 'those that wait for it')
    t.match(ended[3], { reason: forgotten })
    const together = ["INSERT INTO models (sku) VALUES ('w-4')", 'SELECT lastval() > 0 AS known']
    const [, known] = await single.transaction({
      ...north,
      statements: together.map((sql) => ({ sql, parameters: [] })),
    })
    t.same(known?.rows, [{ known: true }], 'within a transaction it is one session')
  },
)

t.test('a disabled tenant is refused at once and finds its rows when enabled again', async (t) => {
  await databases.enableTenant('p', 'east')
  await ask('INSERT INTO models (sku) VALUES ($1)', ['e-1'], { tenant: 'east' })
  const otherNode = await PluginDatabases.start(options)
  t.teardown(() => otherNode.stop())
  const east = {
    plugin: 'p',
    tenant: 'east',
    sql: 'SELECT sku FROM models',
    parameters: [],
    deadlineMs: 20_000,
  }
  t.same((await otherNode.query(east)).rows, [{ sku: 'e-1' }])
  await databases.disableTenant('p', 'east')
  await t.rejects(databases.query(east), { code: 'CORE_PLUGIN_SCHEMA_MISSING' })
  // The other node's connection was ended under it; the first statement may see that, the next knows why.
  const codes = new Set<string>()
  const knowsWhy = async () => {
    await otherNode.query(east).then(
      () => codes.add('answered'),
      (error) => codes.add(error.code),
    )
    return codes.has('CORE_PLUGIN_SCHEMA_MISSING')
  }
  t.ok(await eventually(knowsWhy))
  t.notOk(codes.has('answered'), 'no answer after the tenant was disabled')
  await databases.enableTenant('p', 'east')
  t.same((await databases.query(east)).rows, [{ sku: 'e-1' }])
})

t.test('a dropped plugin leaves no schema and no role', async (t) => {
  await databases.migrate('gone', '1.0.0', [models])
  await databases.enableTenant('gone', 'north')
  const made = await admin.query(`SELECT role_name FROM signalbox.roles WHERE plugin = 'gone'`)
  const names = made.rows.map((row) => row.role_name)
  t.equal(names.length, 3, 'owner, access group and one login')
  await databases.dropPlugin('gone')
  const left = await admin.query('SELECT FROM pg_roles WHERE rolname = ANY ($1)', [names])
  t.equal(left.rowCount, 0)
  await t.rejects(ask('SELECT 1', [], { plugin: 'gone' }), { code: 'CORE_PLUGIN_SCHEMA_MISSING' })
})
