import pg from 'pg'
import t from 'tap'
import { harmlessFunctions } from '../../src/broker/db/function-policy.ts'
import { PluginDatabases } from '../../src/broker/db/plugin-databases.ts'
import { rolePassword } from '../../src/broker/db/scram-verifier.ts'
import { prepareDatabases } from '../../src/storage/databases.ts'
import { endlessSql } from '../support/endless-sql.ts'
import { testEmptyDatabase } from '../support/postgres.ts'

/**
 * What a hostile plugin tries, twice each: through the broker, and with the plugin's own role in a client
 * of its own, where no gate stands in front. The roles alone must hold.
 */
const { pluginUrl: hostUrl, adminUrl } = await testEmptyDatabase(t)
const { pluginUrl } = await testEmptyDatabase(t)
await prepareDatabases({ databaseUrl: hostUrl, pluginDatabaseUrl: pluginUrl })
const clusterSecret = 'a secret of the test'
const log = { warn: () => undefined }
const databases = await PluginDatabases.start({ url: pluginUrl, clusterSecret, log })
const admin = new pg.Pool({ connectionString: pluginUrl, max: 2 })
t.teardown(async () => {
  await databases.stop()
  await admin.end()
})

const notes = {
  name: '0001-notes',
  expandSql:
    'CREATE TABLE notes (tenant text NOT NULL, id int NOT NULL, body text, PRIMARY KEY (tenant, id))',
  downSql: 'DROP TABLE notes',
}

interface Victim {
  readonly role: string
  readonly schema: string
  readonly owner: string
  readonly access: string
}

async function namesOf(plugin: string, tenant: string): Promise<Victim> {
  const { rows } = await admin.query(
    `SELECT role_name AS role, schema_name AS schema, owner_role AS owner, access_role AS access
       FROM signalbox.roles JOIN signalbox.plugins USING (plugin) WHERE plugin = $1 AND tenant = $2`,
    [plugin, tenant],
  )
  return rows[0]
}

for (const plugin of ['attacker', 'neighbour']) {
  await databases.migrate(plugin, '1.0.0', [notes])
  for (const tenant of ['mine', 'theirs']) {
    await databases.enableTenant(plugin, tenant)
    const sql = 'INSERT INTO notes (id, body) VALUES (1, $1)'
    const parameters = [`${plugin} ${tenant}`]
    await databases.query({ plugin, tenant, sql, parameters, deadlineMs: 20_000 })
  }
}
const me = await namesOf('attacker', 'mine')
const them = await namesOf('attacker', 'theirs')
const neighbour = await namesOf('neighbour', 'mine')

const throughBroker = (sql: string) =>
  databases.query({ plugin: 'attacker', tenant: 'mine', sql, parameters: [], deadlineMs: 20_000 })

function urlAs(role: string, base = pluginUrl): string {
  const url = new URL(base)
  url.username = role
  url.password = rolePassword(clusterSecret, role)
  return url.href
}

/** A session of the plugin's own role, as the broker would open it but without the broker. */
async function asMe<Result>(work: (client: pg.Client) => Promise<Result>): Promise<Result> {
  const client = new pg.Client({ connectionString: urlAs(me.role) })
  client.on('error', () => undefined)
  await client.connect()
  try {
    await client.query(`SET search_path = ${me.schema}`)
    return await work(client)
  } finally {
    await client.end()
  }
}

const refused: Readonly<Record<string, readonly string[]>> = {
  'writing for another tenant': [
    `INSERT INTO notes (tenant, id) VALUES ('theirs', 7)`,
    `UPDATE notes SET tenant = 'theirs' WHERE id = 1`,
    `MERGE INTO notes USING (SELECT 9 AS id) s ON notes.id = s.id
       WHEN NOT MATCHED THEN INSERT (tenant, id) VALUES ('theirs', 9)`,
  ],
  'another plugin’s schema': [
    `SELECT * FROM ${neighbour.schema}.notes`,
    `INSERT INTO ${neighbour.schema}.notes (id) VALUES (2)`,
    `DROP TABLE ${neighbour.schema}.notes`,
  ],
  'the host’s look-up table and ledger': [
    'SELECT * FROM signalbox.roles',
    `UPDATE signalbox.roles SET tenant = 'theirs'`,
    'SELECT * FROM signalbox.plugin_migrations',
    'SELECT signalbox.current_tenant()',
    `SELECT signalbox.record_step('a', 'b', 'c', 'd', 'e')`,
  ],
  'its own row policy and ownership': [
    'ALTER TABLE notes DISABLE ROW LEVEL SECURITY',
    'ALTER TABLE notes NO FORCE ROW LEVEL SECURITY',
    'DROP POLICY signalbox_tenant ON notes',
    'CREATE POLICY all_of_them ON notes USING (true)',
    `ALTER TABLE notes OWNER TO ${me.role}`,
    'ALTER TABLE notes ALTER COLUMN tenant DROP DEFAULT',
    'DROP TABLE notes',
    'TRUNCATE notes',
    'CREATE TABLE mine (a int)',
    'CREATE VIEW all_notes AS SELECT * FROM notes',
    `CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'`,
    'CREATE TRIGGER t BEFORE INSERT ON notes EXECUTE FUNCTION suppress_redundant_updates_trigger()',
    `CREATE SCHEMA mine`,
  ],
  'becoming someone else': [
    `SET ROLE ${me.owner}`,
    `SET ROLE ${me.access}`,
    `SET ROLE ${them.role}`,
    `SET SESSION AUTHORIZATION ${them.role}`,
    `ALTER ROLE ${me.role} BYPASSRLS`,
    `ALTER ROLE ${me.role} SUPERUSER`,
    `GRANT ${me.owner} TO ${me.role}`,
    `CREATE ROLE another LOGIN`,
    `SELECT set_config('role', '${me.owner}', false)`,
    `SELECT set_config('statement_timeout', '0', false)`,
  ],
  'reaching other sessions': [
    'SELECT pg_advisory_lock(1)',
    'SELECT pg_try_advisory_lock(1)',
    'SELECT pg_advisory_xact_lock_shared(1)',
    `SELECT pg_notify('host', 'x')`,
    'SELECT pg_cancel_backend(pid) FROM pg_stat_activity',
    'SELECT pg_terminate_backend(pid, 0) FROM pg_stat_activity',
    'SELECT pid, usename, query FROM pg_stat_activity',
    'SELECT pg_backend_pid(), pg_cancel_backend(pg_backend_pid())',
    'SELECT * FROM pg_locks',
  ],
  'places outside of tables': [
    'CREATE TEMP TABLE hidden (a int)',
    'SELECT 1 AS a INTO TEMP hidden',
    'SELECT lo_create(0)',
    `SELECT lo_from_bytea(0, 'x')`,
    `SELECT lo_import('/etc/passwd')`,
    `SELECT pg_read_file('/etc/passwd')`,
    `SELECT pg_ls_dir('.')`,
    `COPY notes TO '/tmp/notes'`,
    `COPY notes FROM PROGRAM 'id'`,
    `CREATE EXTENSION dblink`,
    `LOAD 'plpgsql'`,
    `ALTER SYSTEM SET work_mem = '1GB'`,
    `DO $$ BEGIN PERFORM 1; END $$`,
    `CALL nothing()`,
  ],
  'SQL hidden in text': [
    `SELECT query_to_xml('SELECT 1', true, true, '')`,
    `SELECT table_to_xml('notes', true, true, '')`,
    `SELECT database_to_xml(true, true, '')`,
    `SELECT * FROM ts_stat('SELECT to_tsvector(body) FROM notes')`,
    `SELECT ts_rewrite('a', 'SELECT to_tsquery(''a''), to_tsquery(''b'')')`,
  ],
  'who else is there': [
    'SELECT * FROM pg_roles',
    'SELECT * FROM pg_authid',
    'SELECT * FROM pg_database',
    'SELECT relname FROM pg_class',
    'SELECT * FROM information_schema.tables',
    'SELECT * FROM pg_stat_user_tables',
  ],
}

for (const [aim, statements] of Object.entries(refused)) {
  t.test(`refused by the broker and by the role alone: ${aim}`, async (t) => {
    for (const sql of statements) {
      const brokered = await throughBroker(sql).then(
        () => 'answered',
        (error) => error.code,
      )
      t.match(brokered, /^CORE_SQL_(REFUSED|FAILED)$/, `broker: ${sql}`)
      const raw = await asMe((client) => client.query(sql)).then(
        () => 'answered',
        (error) => error.code,
      )
      // 42501: insufficient privilege; 42883 and 0A000: there is no such thing here.
      t.match(raw, /^(42501|42883|0A000|42P01)$/, `role: ${sql}`)
    }
  })
}

t.test('rows of another tenant do not exist', async (t) => {
  const attempts = [
    'SELECT body FROM notes',
    `SELECT body FROM notes WHERE tenant = 'theirs' OR true`,
    `SELECT body FROM notes WHERE tenant <> 'mine' OR id = 1`,
    'SELECT body FROM notes ORDER BY tenant DESC LIMIT 5 FOR UPDATE',
  ]
  for (const sql of attempts) {
    t.same((await throughBroker(sql)).rows, [{ body: 'attacker mine' }], `broker: ${sql}`)
    const { rows } = await asMe((client) => client.query(sql))
    t.same(rows, [{ body: 'attacker mine' }], `role: ${sql}`)
  }
  const change = `UPDATE notes SET body = 'taken' WHERE tenant = 'theirs' RETURNING body`
  t.equal((await throughBroker(change)).rowCount, 0)
  t.equal((await asMe((client) => client.query(change))).rowCount, 0)
  const remove = `DELETE FROM notes WHERE tenant = 'theirs'`
  t.equal((await throughBroker(remove)).rowCount, 0)
  t.equal((await asMe((client) => client.query(remove))).rowCount, 0)
})

t.test('a key of another tenant is free to use: uniqueness tells nothing', async (t) => {
  await databases.query({
    plugin: 'attacker',
    tenant: 'theirs',
    sql: 'INSERT INTO notes (id) VALUES (42)',
    parameters: [],
    deadlineMs: 20_000,
  })
  t.equal((await throughBroker('INSERT INTO notes (id) VALUES (42)')).rowCount, 1)
})

t.test('a setting cannot change whose rows a session sees', async (t) => {
  await asMe(async (client) => {
    for (const sql of ['SET row_security = off', `SET search_path = pg_temp, ${me.schema}`]) {
      await client.query(sql)
    }
    // With row security switched off PostgreSQL refuses rather than show more.
    await t.rejects(client.query('SELECT * FROM notes'), { code: '42501' })
    await client.query('RESET row_security')
    t.equal((await client.query('SELECT FROM notes')).rowCount, 2)
  })
})

t.test('the host’s database and every other one is closed to the role', async (t) => {
  for (const database of [hostUrl, adminUrl]) {
    const client = new pg.Client({ connectionString: urlAs(me.role, database) })
    await t.rejects(client.connect(), { code: '42501' })
  }
})

t.test('the own time-out does not bind the broker', async (t) => {
  await t.rejects(throughBroker('SET statement_timeout = 0'), { code: 'CORE_SQL_REFUSED' })
  // The role itself may set it: only the broker's cancel holds, and it needs no setting.
  await asMe((client) => client.query('SET statement_timeout = 0'))
  const endless = {
    plugin: 'attacker',
    tenant: 'mine',
    sql: endlessSql,
    parameters: [],
    deadlineMs: 150,
  }
  await t.rejects(databases.query(endless), { code: 'CORE_SQL_DEADLINE' })
})

t.test('LISTEN hears nothing: nobody but the host may notify', async (t) => {
  // NOTIFY as a statement cannot be taken away; it reaches listeners of this database only, and the host
  // listens in its own.
  await t.rejects(throughBroker(`NOTIFY host, 'x'`), { code: 'CORE_SQL_REFUSED' })
  await t.rejects(throughBroker('LISTEN host'), { code: 'CORE_SQL_REFUSED' })
})

t.test('role names tell neither plugin nor tenant', async (t) => {
  const { rows } = await admin.query('SELECT role_name FROM signalbox.roles')
  for (const { role_name } of rows) t.match(role_name, /^sb_[0-9a-f]{24}$/)
})

t.test('several statements in one text are refused, whatever separates them', async (t) => {
  for (const sql of [
    'SELECT 1; SELECT 2',
    'SELECT 1; COMMIT; SELECT 2',
    'SELECT 1;;SELECT 2',
    'SELECT 1 /* ; */ ; DELETE FROM notes',
    'SELECT 1\0; DELETE FROM notes',
  ]) {
    await t.rejects(throughBroker(sql), { code: 'CORE_SQL_REFUSED' })
  }
})

t.test('nothing of one call is left for the next on the same connection', async (t) => {
  const single = await PluginDatabases.start({
    url: pluginUrl,
    clusterSecret,
    log,
    connections: { total: 1, perRole: 1 },
  })
  t.teardown(() => single.stop())
  const ask = (sql: string) =>
    single.query({ plugin: 'attacker', tenant: 'mine', sql, parameters: [], deadlineMs: 20_000 })
  await ask(`INSERT INTO notes (id) SELECT coalesce(max(id), 0) + 1 FROM notes`)
  await ask('SELECT 1')
  const lastOf = async () => {
    const { rows } = await admin.query(
      `SELECT query FROM pg_stat_activity
        WHERE usename = $1 AND application_name = 'signalbox-plugin'
        ORDER BY backend_start DESC LIMIT 1`,
      [me.role],
    )
    return rows[0]
  }
  // The wipe follows the answer; it never delays it.
  const deadline = performance.now() + 60_000
  let last = await lastOf()
  while (last?.query !== 'DISCARD ALL' && performance.now() < deadline) last = await lastOf()
  t.equal(last?.query, 'DISCARD ALL')
})

t.test(
  'every function that does more than compute is refused, by the gate and by the role',
  async (t) => {
    const { rows } = await admin.query<{ name: string; is_open: boolean }>(
      `SELECT proname AS name, bool_or(has_function_privilege($1, p.oid, 'EXECUTE')) AS is_open
       FROM pg_proc p
      WHERE pronamespace = 'pg_catalog'::regnamespace AND prokind = 'f' AND provolatile = 'v'
        AND prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype)
        -- What takes or gives an internal value cannot be called from SQL.
        AND 'internal'::regtype <> ALL (proargtypes::oid[] || prorettype)
      GROUP BY proname`,
      [me.role],
    )
    t.ok(rows.length > 100)
    const open = rows.filter((row) => row.is_open).map((row) => row.name)
    const passed: string[] = []
    for (const { name } of rows) {
      const code = await throughBroker(`SELECT ${name}()`).catch((error) => error.code)
      if (code !== 'CORE_SQL_REFUSED') passed.push(name)
    }
    const known: ReadonlySet<string> = new Set(harmlessFunctions)
    t.same(
      open.filter((name) => !known.has(name)),
      [],
      'what is open to the role is what the policy says',
    )
    t.same(passed.filter((name) => !open.includes(name)).sort(), [], 'the gate knows them all')
  },
)
