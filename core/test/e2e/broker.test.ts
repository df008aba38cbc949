import t from 'tap'
import { HostProcess, refusal } from '../support/host-process.ts'
import { testDatabases } from '../support/postgres.ts'
import { callProbe, installProbe, setUpTenant } from '../support/probe.ts'

const { hostUrl } = await testDatabases(t)
const host = await HostProcess.start(t, { databaseUrl: hostUrl })
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
  t.ok(forged.status >= 400)
  t.match(await query(acme.key, 'select count(*)::int as n from notes'), {
    body: { rows: [{ n: 1 }] },
  })
})

t.test('SQL beyond the plugin is refused, whatever it tries', async (t) => {
  const attempts = [
    'select * from pg_catalog.pg_authid',
    'select * from signalbox.roles',
    "select set_config('row_security', 'off', false)",
    'alter table notes disable row level security',
    'drop policy tenant on notes',
    "set statement_timeout = '1h'",
    "select set_config('statement_timeout', '0', false)",
    'select pg_advisory_lock(1)',
    "select pg_notify('signalbox_generation', '1')",
    'reset role',
    'set session authorization postgres',
    "copy notes to '/tmp/x'",
    "select pg_read_file('/etc/passwd')",
    'select 1; select 2',
    'create table mine (tenant text not null)',
    "select * from dblink('dbname=signalbox', 'select 1')",
    'listen signalbox_generation',
  ]
  for (const sql of attempts) {
    const { status, body } = await query(acme.key, sql)
    t.ok(status >= 400 && status < 600 && status !== 500, `${sql}: ${status} ${body.code}`)
  }
  t.match(await query(acme.key, 'select count(*)::int as n from notes'), {
    body: { rows: [{ n: 1 }] },
  })
})

t.test("a statement that does not end is ended at the call's deadline", async (t) => {
  const started = performance.now()
  const endless =
    'with recursive r(n) as (select 1 union all select n + 1 from r) select count(*) from r'
  const { status } = await query(acme.key, endless)
  t.ok(status >= 500, String(status))
  t.ok(performance.now() - started < 10_000)
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
  const refused = await query(acme.key, 'select 1')
  t.ok(refused.status >= 400)
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
