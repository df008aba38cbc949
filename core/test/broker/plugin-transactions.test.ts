import pg from 'pg'
import t from 'tap'
import { until } from '../../../sandbox/test/until.ts'
import { PluginDatabases } from '../../src/broker/db/plugin-databases.ts'
import type { PluginStatement } from '../../src/broker/db/plugin-statements.ts'
import { endlessSql } from '../support/endless-sql.ts'
import { testEmptyDatabase } from '../support/postgres.ts'

const { pluginUrl } = await testEmptyDatabase(t)
const log = { warn: () => undefined }
const options = { url: pluginUrl, clusterSecret: 'a secret of the test', log }
const databases = await PluginDatabases.start(options)
const admin = new pg.Pool({ connectionString: pluginUrl, max: 3 })
t.teardown(async () => {
  await databases.stop()
  await admin.end()
})

const stock = {
  name: '0001-stock',
  expandSql: `CREATE TABLE stock (
    tenant text NOT NULL, sku text NOT NULL, pieces int NOT NULL CHECK (pieces >= 0), revision int NOT NULL DEFAULT 1,
    PRIMARY KEY (tenant, sku)
  );
  CREATE TABLE moves (
    tenant text NOT NULL, id int NOT NULL, sku text NOT NULL, PRIMARY KEY (tenant, id),
    FOREIGN KEY (tenant, sku) REFERENCES stock (tenant, sku) DEFERRABLE INITIALLY DEFERRED
  );`,
  downSql: 'DROP TABLE moves; DROP TABLE stock',
}
const north = { plugin: 'p', tenant: 'north', deadlineMs: 20_000 }
const south = { ...north, tenant: 'south' }

const ask = (sql: string, parameters: readonly unknown[] = [], who = north) =>
  databases.query({ ...who, sql, parameters })
const transact = (
  statements: readonly (Omit<PluginStatement, 'parameters'> & { parameters?: unknown[] })[],
  more: object = {},
) =>
  databases.transaction({
    ...north,
    statements: statements.map((statement) => ({ parameters: [], ...statement })),
    ...more,
  })
const piecesOf = async (sku: string) =>
  (await ask('SELECT pieces FROM stock WHERE sku = $1', [sku])).rows[0]?.['pieces']

t.before(async () => {
  await databases.migrate('p', '1.0.0', [stock])
  for (const tenant of ['north', 'south']) await databases.enableTenant('p', tenant)
})

t.beforeEach(async () => {
  await ask('DELETE FROM moves')
  await ask('DELETE FROM stock')
  await ask(`INSERT INTO stock (sku, pieces) VALUES ('a', 10), ('b', 0)`)
})

t.test('a batch runs one statement with each list, and says what each changed', async (t) => {
  const rows = Array.from({ length: 1000 }, (_, n) => [`s-${n}`, n])
  const counts = await databases.batch({
    ...north,
    sql: 'INSERT INTO stock (sku, pieces) VALUES ($1, $2) RETURNING sku',
    parameterRows: rows,
  })
  t.same(counts, Array(1000).fill(1))
  t.same((await ask(`SELECT sum(pieces)::int AS n FROM stock WHERE sku LIKE 's-%'`)).rows, [
    { n: 499_500 },
  ])
  const changed = await databases.batch({
    ...north,
    sql: 'UPDATE stock SET pieces = pieces + 1 WHERE pieces < $1 AND sku LIKE $2',
    parameterRows: [
      [3, 's-%'],
      [0, 's-%'],
      [3, 's-%'],
    ],
  })
  t.same(changed, [3, 0, 2], 'each sees what the one before it did')
})

t.test('a batch changes all or nothing, and names the list that failed', async (t) => {
  const parameterRows = [['x'], ['y'], ['x'], ['z']]
  const sql = 'INSERT INTO stock (sku, pieces) VALUES ($1, 1)'
  await t.rejects(databases.batch({ ...north, sql, parameterRows }), {
    code: 'CORE_SQL_FAILED',
    parameters: { sqlState: '23505', reason: /^parameterRows\[2\]: / },
  })
  await t.rejects(databases.batch({ ...north, sql, parameterRows: [['x'], []] }), {
    code: 'CORE_SQL_FAILED',
    parameters: { sqlState: '08P01', reason: /^parameterRows\[1\]: / },
  })
  t.equal((await ask('SELECT FROM stock')).rowCount, 2)
})

t.test('statements of a transaction see each other, and answer in order', async (t) => {
  const answers = await transact([
    { sql: `UPDATE stock SET pieces = pieces - 4 WHERE sku = 'a' RETURNING pieces`, rows: 1 },
    { sql: 'SELECT sku, pieces FROM stock ORDER BY sku' },
    { sql: `UPDATE stock SET pieces = pieces + $1 WHERE sku = $2`, parameters: [4, 'b'], rows: 1 },
    { sql: 'SELECT sku, pieces FROM stock ORDER BY sku' },
    { sql: 'SELECT sku, pieces FROM stock ORDER BY sku', rows: 2 },
  ])
  t.same(answers, [
    { rows: [{ pieces: 6 }], rowCount: 1 },
    {
      rows: [
        { sku: 'a', pieces: 6 },
        { sku: 'b', pieces: 0 },
      ],
      rowCount: 2,
    },
    { rows: [], rowCount: 1 },
    {
      rows: [
        { sku: 'a', pieces: 6 },
        { sku: 'b', pieces: 4 },
      ],
      rowCount: 2,
    },
    {
      rows: [
        { sku: 'a', pieces: 6 },
        { sku: 'b', pieces: 4 },
      ],
      rowCount: 2,
    },
  ])
})

t.test('another number of rows than expected undoes everything', async (t) => {
  const take = (revision: number) =>
    transact([
      { sql: `UPDATE stock SET pieces = 0 WHERE sku = 'b'` },
      {
        sql: `UPDATE stock SET pieces = pieces - 1, revision = revision + 1 WHERE sku = 'a' AND revision = $1`,
        parameters: [revision],
        rows: 1,
      },
      { sql: `INSERT INTO moves (id, sku) VALUES ($1, 'a')`, parameters: [revision] },
    ])
  await take(1)
  await t.rejects(take(1), {
    code: 'CORE_SQL_ROWS_UNEXPECTED',
    status: 409,
    parameters: { plugin: 'p', index: 1, expected: 1, met: 0 },
  })
  t.equal(await piecesOf('a'), 9)
  t.same((await ask('SELECT id FROM moves')).rows, [{ id: 1 }])
  await t.rejects(transact([{ sql: 'SELECT FROM stock', rows: 7 }]), {
    code: 'CORE_SQL_ROWS_UNEXPECTED',
    parameters: { index: 0, expected: 7, met: 2 },
  })
  // What fails because of it does not hide it.
  await t.rejects(
    transact([
      { sql: `UPDATE stock SET pieces = 1 WHERE sku = 'none'`, rows: 1 },
      { sql: `INSERT INTO stock (sku, pieces) VALUES ('a', 1)` },
    ]),
    { code: 'CORE_SQL_ROWS_UNEXPECTED', parameters: { index: 0 } },
  )
})

t.test('the connection that undid is used again', async (t) => {
  const single = await PluginDatabases.start({ ...options, connections: { total: 1, perRole: 1 } })
  t.teardown(() => single.stop())
  const backend = async () => {
    const { rows } = await admin.query(
      `SELECT max(backend_start)::text AS at FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = 'signalbox-plugin'`,
    )
    return rows[0].at
  }
  const wrong = [{ sql: `UPDATE stock SET pieces = 99`, parameters: [], rows: 1 }]
  await t.rejects(single.transaction({ ...north, statements: wrong }), {
    code: 'CORE_SQL_ROWS_UNEXPECTED',
  })
  const before = await backend()
  await t.rejects(single.transaction({ ...north, statements: wrong }), {
    code: 'CORE_SQL_ROWS_UNEXPECTED',
  })
  t.equal(await backend(), before)
  t.equal(await piecesOf('a'), 10)
})

t.test('a failing statement undoes those before it, and is named', async (t) => {
  await t.rejects(
    transact([
      { sql: `UPDATE stock SET pieces = 3 WHERE sku = 'a'` },
      { sql: `UPDATE stock SET pieces = -1 WHERE sku = 'b'` },
      { sql: `UPDATE stock SET pieces = 5` },
    ]),
    { code: 'CORE_SQL_FAILED', parameters: { sqlState: '23514', reason: /^statements\[1\]: / } },
  )
  t.equal(await piecesOf('a'), 10)
  // A deferred key is checked by the commit, where no statement is to blame.
  await t.rejects(transact([{ sql: `INSERT INTO moves (id, sku) VALUES (1, 'none')` }]), {
    code: 'CORE_SQL_FAILED',
    parameters: { sqlState: '23503', reason: /^insert or update on table/ },
  })
  t.equal((await ask('SELECT FROM moves')).rowCount, 0)
})

t.test('caps hold for a transaction as a whole', async (t) => {
  const many = { sql: 'SELECT generate_series(1, 6000) AS n' }
  await t.rejects(transact([many, many]), { code: 'CORE_SQL_RESULT_TOO_LARGE' })
  const wide = { sql: `SELECT repeat('x', 3000000)` }
  await t.rejects(transact([wide, wide]), { code: 'CORE_SQL_RESULT_TOO_LARGE' })
  await t.rejects(
    transact([
      { sql: `UPDATE stock SET pieces = 1 WHERE sku = 'a'` },
      { sql: 'SELECT generate_series(1, 20000) AS n' },
      { sql: `UPDATE stock SET pieces = 2 WHERE sku = 'a'` },
    ]),
    { code: 'CORE_SQL_RESULT_TOO_LARGE' },
  )
  t.equal(await piecesOf('a'), 10)
})

t.test('a deadline in the middle leaves nothing behind', async (t) => {
  const half = [{ sql: `UPDATE stock SET pieces = 1 WHERE sku = 'a'` }, { sql: endlessSql }]
  await t.rejects(transact(half, { deadlineMs: 200 }), { code: 'CORE_SQL_DEADLINE' })
  const caller = new AbortController()
  const left = transact(half, { signal: caller.signal })
  setImmediate(() => caller.abort())
  await t.rejects(left, { code: 'CORE_SQL_CANCELLED' })
  t.equal(await piecesOf('a'), 10)
  const open = `SELECT FROM pg_stat_activity WHERE datname = current_database()
    AND application_name = 'signalbox-plugin' AND state LIKE 'idle in%'`
  await until(async () => (await admin.query(open)).rowCount === 0)
  t.pass('no transaction is left open')
})

t.test('two that wait for each other: one goes on, the other may be sent again', async (t) => {
  await ask(`INSERT INTO stock (sku, pieces) VALUES ('gate', 0)`)
  const { rows } = await admin.query('SELECT schema_name AS name FROM signalbox.plugins')
  const holder = await admin.connect()
  await holder.query(`BEGIN; SELECT FROM ${rows[0].name}.stock WHERE sku = 'gate' FOR UPDATE`)
  // Both have their first row before either asks for the other's.
  const lock = (first: string, second: string) => [
    { sql: `UPDATE stock SET pieces = pieces + 1 WHERE sku = '${first}'` },
    { sql: `SELECT sku FROM stock WHERE sku = 'gate' FOR SHARE` },
    { sql: `UPDATE stock SET pieces = pieces + 1 WHERE sku = '${second}'` },
  ]
  const both = Promise.allSettled([
    transact(lock('a', 'b'), { deadlineMs: 60_000 }),
    transact(lock('b', 'a'), { deadlineMs: 60_000 }),
  ])
  const waiting = `SELECT FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'`
  await until(async () => (await admin.query(waiting)).rowCount === 2)
  await holder.query('COMMIT')
  holder.release()
  const ended = await both
  const lost = ended.filter((one) => one.status === 'rejected')
  t.equal(lost.length, 1)
  t.match(lost[0]?.reason, { code: 'CORE_SQL_CONFLICT', parameters: { sqlState: '40P01' } })
  t.equal(await piecesOf('a'), 11)
  t.equal(await piecesOf('b'), 1)
})

t.test(
  'statements of the host run behind the plugin’s, before the commit, as its tenant',
  async (t) => {
    const { rows } = await admin.query(
      'SELECT schema_name AS name, access_role AS role FROM signalbox.plugins',
    )
    const [{ name, role }] = rows
    await admin.query(`CREATE TABLE ${name}.signalbox_letters (who text, body jsonb)`)
    await admin.query(`GRANT INSERT ON ${name}.signalbox_letters TO ${role}`)
    t.teardown(() => admin.query(`DROP TABLE ${name}.signalbox_letters`))
    const letters = async () =>
      (await admin.query(`SELECT who, body FROM ${name}.signalbox_letters`)).rows
    const write = {
      sql: 'INSERT INTO signalbox_letters (who, body) SELECT current_user, $1::jsonb FROM stock WHERE pieces = 7',
      parameters: [{ a: 1 }],
    }
    const seven = { sql: `UPDATE stock SET pieces = 7 WHERE sku = 'a'`, rows: 1 }
    const answers = await transact([seven], { hostStatements: [write] })
    t.equal(answers.length, 1, 'they have no answer')
    const [{ who }] = (
      await admin.query(`SELECT role_name AS who FROM signalbox.roles WHERE tenant = 'north'`)
    ).rows
    t.same(await letters(), [{ who, body: { a: 1 } }])
    await t.rejects(transact([{ ...seven, rows: 2 }], { hostStatements: [write] }), {
      code: 'CORE_SQL_ROWS_UNEXPECTED',
    })
    await t.rejects(
      transact([{ sql: `UPDATE stock SET pieces = 8` }], {
        hostStatements: [{ sql: 'INSERT INTO signalbox_nowhere VALUES (1)', parameters: [] }],
      }),
      { message: 'a statement of the host failed' },
      'which tells a plugin nothing of it',
    )
    t.same(await letters(), [{ who, body: { a: 1 } }])
    t.equal(await piecesOf('a'), 7)
    await transact([], { hostStatements: [write] })
    t.equal((await letters()).length, 2, 'they may also come alone')
  },
)

t.test('a transaction is one tenant’s', async (t) => {
  await ask(`INSERT INTO stock (sku, pieces) VALUES ('a', 77)`, [], south)
  const answers = await transact([
    { sql: `UPDATE stock SET pieces = 1 WHERE tenant = 'south'`, rows: 0 },
    { sql: `DELETE FROM stock WHERE tenant <> 'north'`, rows: 0 },
    { sql: `SELECT sku FROM stock WHERE tenant = 'south' FOR UPDATE`, rows: 0 },
  ])
  t.same(
    answers.map(({ rowCount }) => rowCount),
    [0, 0, 0],
  )
  await t.rejects(
    transact([{ sql: `INSERT INTO stock (tenant, sku, pieces) VALUES ('south', 'z', 1)` }]),
    { code: 'CORE_SQL_FAILED', parameters: { sqlState: '42501' } },
  )
  t.same((await ask('SELECT pieces FROM stock', [], south)).rows, [{ pieces: 77 }])
})

t.test('what reaches out of the transaction is refused, whichever statement says it', async (t) => {
  const escapes = [
    'COMMIT',
    'commit; select 1',
    'ROLLBACK',
    'ROLLBACK TO a',
    'SAVEPOINT a',
    'RELEASE a',
    'BEGIN',
    'START TRANSACTION READ WRITE',
    "PREPARE TRANSACTION 'a'",
    'SET ROLE none',
    'SET LOCAL statement_timeout = 0',
    'SET TRANSACTION READ WRITE',
    'SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE',
    'SET CONSTRAINTS ALL IMMEDIATE',
    'RESET ALL',
    'DISCARD ALL',
    `SELECT set_config('transaction_read_only', 'off', true)`,
    `SELECT set_config('role', 'none', false)`,
    'SELECT pg_advisory_xact_lock(1)',
    'SELECT pg_advisory_lock(1)',
    `SELECT pg_notify('a', 'b')`,
    'NOTIFY a',
    'LOCK TABLE stock',
    'SELECT 1; DELETE FROM stock',
    'DELETE FROM stock; COMMIT',
    'SELECT 1\0; COMMIT',
    'SELECT * FROM signalbox_letters',
    'SELECT * FROM SIGNALBOX_letters',
    'SELECT * FROM "signalbox_letters"',
    String.raw`SELECT * FROM U&"\0073ignalbox_letters"`,
    'INSERT INTO signalbox_letters VALUES (1)',
    'WITH a AS (DELETE FROM signalbox_letters RETURNING *) SELECT * FROM a',
    'SELECT (SELECT count(*) FROM signalbox_letters) FROM stock',
    'SELECT NULL::signalbox_letters',
    'SELECT * FROM stock, LATERAL (TABLE signalbox_letters) AS l',
  ]
  for (const sql of escapes) {
    const first = { sql: `UPDATE stock SET pieces = 1` }
    await t.rejects(
      transact([first, { sql }, first]),
      { code: 'CORE_SQL_REFUSED', parameters: { reason: /^statements\[1\]: / } },
      sql,
    )
    await t.rejects(databases.batch({ ...north, sql, parameterRows: [[]] }), {
      code: 'CORE_SQL_REFUSED',
    })
  }
  t.equal(await piecesOf('a'), 10)
})
