import pg from 'pg'
import t from 'tap'
import { HostProcess, refusal } from '../support/host-process.ts'
import { testDatabases } from '../support/postgres.ts'
import { callProbe, installProbe, probe, setUpTenant } from '../support/probe.ts'

const { hostUrl, pluginUrl } = await testDatabases(t)
const host = await HostProcess.start(t, {
  databaseUrl: hostUrl,
  environment: { PLUGIN_DATABASE_URL: pluginUrl },
})
await installProbe(host)
const acme = await setUpTenant(host, 'acme')
const globex = await setUpTenant(host, 'globex', { capabilities: ['db:own'] })
const path = '/v1/tenants/acme/plugins/@probe%2Fone'

const query = (key: string, sql: string, parameters: unknown[] = []) =>
  callProbe(host, key, 'query', { sql, parameters })

t.test("a tenant's rows are there for it and do not exist for another", async (t) => {
  t.match(await callProbe(host, acme.key, 'addNote', { text: 'of acme' }), { status: 200 })
  t.match(await query(acme.key, 'select tenant, text from notes'), {
    status: 200,
    body: { rows: [{ tenant: 'acme', text: 'of acme' }], rowCount: 1 },
  })
  t.match(await query(globex.key, 'select text from notes'), { body: { rows: [], rowCount: 0 } })
  const forged = await query(
    globex.key,
    "insert into notes (tenant, text) values ('acme', 'forged')",
  )
  t.match(forged, { status: 422, body: { code: 'CORE_SQL_FAILED' } })
  t.match(await query(acme.key, 'select count(*)::int as n from notes'), {
    body: { rows: [{ n: 1 }] },
  })
})

/** What is really there beside the plugin's rows, as PostgreSQL calls it. */
async function neighbours() {
  const client = new pg.Client({ connectionString: pluginUrl })
  await client.connect()
  const { rows } = await client.query(
    `select plugins.schema_name as schema, plugins.owner_role as owner, roles.role_name as other
       from signalbox.plugins join signalbox.roles using (plugin)
      where plugins.plugin = $1 and roles.tenant = 'globex'`,
    [probe],
  )
  await client.end()
  const { schema, owner, other } = rows[0]
  const { pathname, username } = new URL(hostUrl)
  return { schema, owner, other, superuser: username, hostDatabase: pathname.slice(1) }
}

t.test('SQL beyond the plugin is refused, whatever it tries', async (t) => {
  const { schema, owner, other, superuser, hostDatabase } = await neighbours()
  const refused = [
    'select * from pg_catalog.pg_authid',
    'select * from pg_roles',
    'select * from signalbox.roles',
    `select * from ${schema}.notes`,
    `select '${schema}.notes'::regclass`,
    "select set_config('row_security', 'off', false)",
    'alter table notes disable row level security',
    'drop policy tenant on notes',
    'truncate notes',
    "set statement_timeout = '1h'",
    "select set_config('statement_timeout', '0', false)",
    'select pg_advisory_lock(1)',
    'select pg_sleep(5)',
    "select pg_notify('signalbox_generation', '1')",
    'listen signalbox_generation',
    'reset role',
    `set role ${owner}`,
    `set role ${other}`,
    `set session authorization ${superuser}`,
    `grant ${other} to current_user`,
    "copy notes to '/tmp/x'",
    "select pg_read_file('/etc/passwd')",
    `select * from dblink('dbname=${hostDatabase}', 'select 1')`,
    "select query_to_xml('select * from signalbox.roles', true, false, '')",
    'select 1; select 2',
    'begin',
    'create table mine (tenant text not null)',
    'select * into mine from notes',
  ]
  for (const sql of refused) {
    const { status, body } = await query(acme.key, sql)
    t.equal(`${status} ${body.code}`, '403 CORE_SQL_REFUSED', sql)
  }
  // What the gate has no reason to refuse, PostgreSQL does: nothing else is in reach of the role.
  const failed = [
    'select * from roles',
    'select * from installations',
    "update notes set tenant = 'globex'",
  ]
  for (const sql of failed) {
    const { status, body } = await query(acme.key, sql)
    t.equal(`${status} ${body.code}`, '422 CORE_SQL_FAILED', sql)
  }
  t.match(await query(acme.key, 'select tenant, text from notes'), {
    body: { rows: [{ tenant: 'acme', text: 'of acme' }], rowCount: 1 },
  })
})

t.test("a statement that does not end is ended at the call's deadline", async (t) => {
  const started = performance.now()
  const endless =
    'with recursive r(n) as (select 1 union all select n + 1 from r) select count(*) from r'
  const { status, body } = await query(acme.key, endless)
  // The statement and the lane end at the same moment; either may be the first to say so.
  t.match(`${status} ${body.code}`, /^504 (CORE_SQL_DEADLINE|SBX_DEADLINE_EXCEEDED)$/)
  t.ok(performance.now() - started < 18_000, 'of the operation, five seconds, not of its version')
  t.match(await query(acme.key, 'select 1 as one'), { status: 200, body: { rows: [{ one: 1 }] } })
})

t.test('a taken-back grant holds at once, and a new one too', async (t) => {
  const admin = host.as(acme.adminToken)
  const { grants } = await admin.request<{ grants: { id: string; capability: string }[] }>(
    'GET',
    path,
  )
  const grant = grants.find(({ capability }) => capability === 'db:own')
  await admin.request('DELETE', `${path}/grants/${grant?.id}`)
  t.match(await query(acme.key, 'select 1'), { status: 403, body: { code: 'CORE_GRANT_MISSING' } })
  await admin.request('POST', `${path}/grants`, { capabilities: ['db:own'] })
  t.match(await query(acme.key, 'select count(*)::int as n from notes'), {
    status: 200,
    body: { rows: [{ n: 1 }] },
  })
})

t.test('a plugin calls a service it was granted, as itself, in the same trace', async (t) => {
  t.match(await callProbe(host, acme.key, 'callEcho', { text: 'hello' }), {
    status: 200,
    body: { text: 'hello' },
  })
  // The handler lets the refusals through: they reach the caller by their own codes.
  t.match(await callProbe(host, globex.key, 'callEcho', { text: 'hello' }), {
    status: 403,
    body: { code: 'CORE_GRANT_MISSING' },
  })
  t.match(await callProbe(host, acme.key, 'callSelf'), {
    status: 403,
    body: { code: 'CORE_GRANT_MISSING' },
  })
})

t.test('settings reach the plugin, checked by its schema', async (t) => {
  const admin = host.as(acme.adminToken)
  t.match((await callProbe(host, acme.key, 'whoami')).body, {
    tenant: 'acme',
    principal: { kind: 'app', id: 'app' },
    arm: 'stable',
    greeting: null,
  })
  t.match(await refusal(admin.request('PUT', `${path}/config`, { greeting: 1 })), {
    code: 'CORE_CONFIG_INVALID',
    errors: [{ pointer: '/greeting' }],
  })
  await admin.request('PUT', `${path}/config`, { greeting: '你好' })
  t.match((await callProbe(host, acme.key, 'whoami')).body, { greeting: '你好' })
  t.match((await callProbe(host, globex.key, 'whoami')).body, { greeting: null })
})

t.test("the caller's trace goes through to the plugin", async (t) => {
  const response = await fetch(`${host.url}/api/probe.one/v1/whoami`, {
    headers: {
      authorization: `Bearer ${acme.key}`,
      traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    },
  })
  t.match(await response.json(), { traceId: '4bf92f3577b34da6a3ce929d0e0e4736' })
  t.match(response.headers.get('traceparent'), /^00-4bf92f3577b34da6a3ce929d0e0e4736-/)
})

t.test(
  'a disabled plugin answers no more, and its rows are there when it comes back',
  async (t) => {
    const admin = host.as(acme.adminToken)
    await admin.request('PUT', path, { binding: 'disabled' })
    t.match(await callProbe(host, acme.key, 'echo', { text: 'x' }), {
      status: 409,
      body: { code: 'CORE_PLUGIN_NOT_ENABLED' },
    })
    t.match(await callProbe(host, globex.key, 'echo', { text: 'x' }), { status: 200 })
    await admin.request('PUT', path, { binding: 'enabled' })
    t.match(await query(acme.key, 'select count(*)::int as n from notes'), {
      body: { rows: [{ n: 1 }] },
    })
  },
)
