import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import t, { type Test } from 'tap'
import { sendHook } from '../support/delivered-hook.ts'
import { installFixture } from '../support/fixture-plugin.ts'
import { HostProcess, refusal, temporaryHome } from '../support/host-process.ts'
import { keptCall } from '../support/ledger.ts'
import { testDatabases } from '../support/postgres.ts'
import { callProbe, installProbe, probe, setUpTenant } from '../support/probe.ts'
import { isAlive, until } from '../support/processes.ts'
import { printedByCli } from '../support/run-cli.ts'
import { installSeal, sealSetup } from '../support/seal.ts'
import { keyFile } from '../support/sealing.ts'

const { hostUrl, pluginUrl } = await testDatabases(t)
const home = await temporaryHome(t)
const engine = '@trusted/engine'
const environment = {
  PLUGIN_DATABASE_URL: pluginUrl,
  SIGNALBOX_KEY_FILE: await keyFile(t),
  SIGNALBOX_TRUSTED: engine,
}
const start = () => HostProcess.start(t, { home, databaseUrl: hostUrl, environment })
let host = await start()
const [hostSql, pluginSql] = [hostUrl, pluginUrl].map((connectionString) => {
  const pool = new pg.Pool({ connectionString, max: 2 })
  t.teardown(() => pool.end())
  return pool
}) as [pg.Pool, pg.Pool]

const capabilities = ['db:own', 'blob:own', 'job:schedule', 'udf:provide']
await installProbe(host)
const acme = await setUpTenant(host, 'acme', { capabilities })

const pathOf = (plugin: string, tenant = 'acme') =>
  `/v1/tenants/${tenant}/plugins/${encodeURIComponent(plugin)}`
const remove = (plugin: string, data?: string) =>
  host.client.request<Record<string, unknown>>(
    'DELETE',
    `/v1/plugins/${encodeURIComponent(plugin)}${data === undefined ? '' : `?data=${data}`}`,
  )
const howFar = (plugin: string) =>
  host.client.request('GET', `/v1/plugins/${encodeURIComponent(plugin)}/removal`)
const disable = (plugin: string) =>
  host.client.request('PUT', pathOf(plugin), { binding: 'disabled' })
const cancelAll = async () => {
  const list = '/v1/subscriptions?tenant=acme'
  const { items } = await host.client.request<{ items: { id: string; state: string }[] }>(
    'GET',
    list,
  )
  for (const { id, state } of items) {
    if (state === 'active') await host.client.request('POST', `/v1/subscriptions/${id}:cancel`)
  }
}
const count = async (sql: string, values: unknown[] = []) =>
  Number((await pluginSql.query(`select count(*) from ${sql}`, values)).rows[0].count)

/** Leaves something in as many tables as one plugin can. */
async function use(key: string, adminToken: string): Promise<void> {
  const admin = host.as(adminToken)
  for (const text of ['one', 'two']) await callProbe(host, key, 'addNote', { text })
  await admin.request('PUT', `${pathOf(probe)}/blobs`, { of: 'acme' })
  await admin.request('PUT', `${pathOf(probe)}/secrets/probe-key`, { value: 'of-the-probe' })
  await admin.request('PUT', `${pathOf(probe)}/config`, { greeting: 'hello' })
  await admin.request('POST', `${pathOf(probe)}/jobs/tidy:run`, {})
  await admin.request('PUT', `${pathOf(probe)}/sampling`, { version: '1.0.0', shareBp: 1 })
  const { invocation } = (await callProbe(host, key, 'fail')).body
  await keptCall(admin, invocation)
}

/** Audit and outbox remember; the marketplace keeps what was published; tenants are billed by what was metered and used. */
const remembering = [
  'audit_entries',
  'outbox_events',
  'metered_units',
  'usage_hours',
  'usage_units',
  'usage_leases',
  'usage_statements',
  'packages',
  'package_versions',
  'package_files',
  'package_listings',
  'dist_tags',
]

/** Tables of the host with a row that says the name somewhere. */
async function tracesOf(name: string): Promise<readonly string[]> {
  const { rows } = await hostSql.query<{ name: string }>(
    `select table_name as name from information_schema.tables
      where table_schema = 'public' and table_type = 'BASE TABLE' and table_name <> all ($1)`,
    [remembering],
  )
  const found: string[] = []
  for (const { name: table } of rows) {
    const sql = `select count(*) from ${table} as r where strpos(r::text, $1) > 0`
    const answer = await hostSql.query<{ count: string }>(sql, [name])
    if (answer.rows[0]?.count !== '0') found.push(table)
  }
  return found
}

/** What of the plugin is there in the other database, by any of its names. */
async function schemasOf(plugin: string): Promise<readonly string[]> {
  const { rows } = await pluginSql.query<{ name: string }>(
    'select schema_name as name from signalbox.plugins where plugin = $1',
    [plugin],
  )
  return rows.map(({ name }) => name)
}

const rolesThere = async (names: readonly string[]) =>
  (await pluginSql.query('select rolname from pg_roles where rolname = any ($1)', [names])).rowCount

async function rolesOf(plugin: string): Promise<readonly string[]> {
  const { rows } = await pluginSql.query<{ name: string }>(
    'select role_name as name from signalbox.roles where plugin = $1',
    [plugin],
  )
  return rows.map(({ name }) => name)
}

/** Counts are written each second: what is not there at one moment may be there at the next. @returns what is */
async function lastingTraces(plugin: string): Promise<readonly string[]> {
  const found = await tracesOf(plugin)
  if (found.length > 0) return found
  await new Promise((resolve) => setTimeout(resolve, 3000))
  return tracesOf(plugin)
}

async function nothingLeft(t: Test, plugin: string, roles: readonly string[]): Promise<void> {
  // What was counted in memory when the plugin went is written later, and goes then.
  let traces: readonly string[] = []
  await until(async () => {
    traces = await lastingTraces(plugin)
    return traces.length === 0
  }, 90_000).catch(() => undefined)
  t.strictSame(traces, [])
  t.strictSame(await schemasOf(plugin), [])
  t.strictSame(await rolesOf(plugin), [])
  t.equal(await rolesThere(roles), 0)
}

t.test('what uses a plugin stands in the way, by name, and nothing is lost', async (t) => {
  t.match(await refusal(remove(probe, 'purge')), {
    status: 409,
    code: 'CORE_REMOVAL_ENABLED',
    title: /acme/,
    errors: [{ pointer: '/tenants' }, { pointer: '/apps', detail: /acme\/app/ }],
  })
  t.match(await refusal(remove(probe, 'burn')), {
    status: 400,
    errors: [{ pointer: '/data' }],
  })
  t.match(await refusal(remove('@no/body')), { status: 404, code: 'CORE_PLUGIN_MISSING' })
  t.match(await refusal(howFar('@no/body')), { status: 404, code: 'CORE_PLUGIN_MISSING' })
  t.match(await refusal(howFar(probe)), { status: 404, code: 'CORE_REMOVAL_MISSING' })
  t.match(await refusal(host.as(acme.adminToken).request('DELETE', '/v1/plugins/@probe%2Fone')), {
    status: 403,
  })
  t.equal((await callProbe(host, acme.key, 'addNote', { text: 'still' })).status, 200)
  await disable(probe)
  t.match(await refusal(remove(probe)), { code: 'CORE_REMOVAL_SUBSCRIBED', title: /acme\/app/ })
  await host.client.request('PUT', pathOf(probe), { binding: 'enabled' })
})

t.test('kept data is found again by the plugin, and by nobody else', async (t) => {
  await use(acme.key, acme.adminToken)
  await disable(probe)
  await cancelAll()
  const removal = await remove(probe)
  t.strictSame(removal, { plugin: probe, state: 'kept', versions: ['1.0.0'] })
  t.strictSame(await remove(probe, 'keep'), removal, 'to repeat it is harmless')
  t.strictSame(await howFar(probe), removal, 'and to ask changes nothing')
  t.match(await refusal(host.client.request('GET', '/v1/plugins/@probe%2Fone')), { status: 404 })
  t.match(await refusal(disable(probe)), { code: 'CORE_PLUGIN_MISSING' })
  t.equal(
    await count('signalbox.roles where plugin = $1 and is_enabled and tenant <> $2', [probe, '']),
    0,
  )

  await hostSql.query(`update plugin_removals set fingerprint = 'SHA256:another'`)
  const again = { name: probe, version: '1.0.0' }
  t.match(await refusal(host.client.request('POST', '/v1/plugins', again)), {
    status: 409,
    code: 'CORE_PLUGIN_DATA_OF_ANOTHER',
  })
  await hostSql.query(
    `update plugin_removals set fingerprint = (select fingerprint from marketplace_identity)`,
  )
  await host.client.request('POST', '/v1/plugins', again)
  t.match(await refusal(howFar(probe)), { code: 'CORE_REMOVAL_MISSING' })
  const admin = host.as(acme.adminToken)
  t.match(
    await refusal(admin.request('PUT', pathOf(probe), { binding: 'enabled' })),
    { code: 'CORE_CONSENT_MISSING' },
    'grants are given anew',
  )
  await admin.request('POST', `${pathOf(probe)}/grants`, { capabilities })
  await admin.request('PUT', pathOf(probe), { binding: 'enabled' })
  const wish = { app: 'app', service: 'probe.one', major: 1 }
  const { id } = await admin.request<{ id: string }>('POST', '/v1/subscriptions', wish)
  const { key } = await admin.request<{ key: string }>(
    'POST',
    `/v1/subscriptions/${id}/credentials`,
  )
  const sql = 'select text from notes order by text'
  t.match((await callProbe(host, key, 'query', { sql })).body.rows, [
    { text: 'one' },
    { text: 'still' },
    { text: 'two' },
  ])
  t.match((await callProbe(host, key, 'whoami')).body, { greeting: 'hello' })
  t.match(await admin.request('GET', `${pathOf(probe)}/secrets`), {
    items: [{ name: 'probe-key' }],
  })
  const blobs = await admin.request<{ items: unknown[] }>('GET', `${pathOf(probe)}/blobs`)
  t.equal(blobs.items.length, 1)
})

t.test('an export holds every row and file, and then nothing is left', async (t) => {
  const roles = await rolesOf(probe)
  t.equal(roles.length, 3)
  await disable(probe)
  await cancelAll()
  t.match(await remove(probe, 'keep'), { state: 'kept' })
  writeFileSync(join(home, 'exports'), 'in the way')
  t.match(await remove(probe, 'export'), {
    state: 'exporting',
    fault: { code: 'CORE_EXPORT_FAILED', detail: /EEXIST/ },
  })
  t.equal((await schemasOf(probe)).length, 1, 'nothing is purged before the export is whole')
  t.match(await remove(probe), { state: 'exporting' }, 'no wish: tried again, and not given up')
  rmSync(join(home, 'exports'))
  const removal = await remove(probe, 'export')
  t.match(removal, { state: 'purged', exported: { files: 2, rows: 3 } })
  const { folder } = removal.exported as { folder: string }
  const files = readFileSync(join(home, folder, 'files.ndjson'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  t.match(files, [{ path: 'tables/notes/acme.ndjson', rows: 3 }, { bytes: 13 }])
  const lines = readFileSync(join(home, folder, files[0].path), 'utf8')
    .trim()
    .split('\n')
  t.strictSame(lines.map((line) => JSON.parse(line).text).sort(), ['one', 'still', 'two'])
  t.equal(readFileSync(join(home, folder, files[1].path), 'utf8'), '{"of":"acme"}')
  t.strictSame(await remove(probe, 'purge'), removal, 'the audit remembers what was asked for')
  t.strictSame(await howFar(probe), removal)
  await nothingLeft(t, probe, roles)
  t.equal((await hostSql.query('select from blobs')).rowCount, 0)
})

t.test('kill -9 before the schema is dropped: the next start goes on', async (t) => {
  await host.client.request('POST', '/v1/plugins', { name: probe, version: '1.0.0' })
  const admin = host.as(acme.adminToken)
  await admin.request('POST', `${pathOf(probe)}/grants`, { capabilities })
  await admin.request('PUT', pathOf(probe), { binding: 'enabled' })
  await disable(probe)
  const roles = await rolesOf(probe)
  // Whoever drops the schema waits for this.
  const holder = await pluginSql.connect()
  await holder.query('begin')
  await holder.query('select from signalbox.plugins where plugin = $1 for update', [probe])
  const asked = remove(probe, 'purge').catch(() => undefined)
  await until(async () => {
    const sql = `select from pg_stat_activity where datname = current_database()
      and wait_event_type = 'Lock' and query like '%signalbox.plugins%'`
    return ((await pluginSql.query(sql)).rowCount ?? 0) > 0
  })
  await host.kill('SIGKILL')
  await asked
  t.match((await hostSql.query('select state from plugin_removals')).rows, [{ state: 'purging' }])
  t.equal((await schemasOf(probe)).length, 1)
  await holder.query('rollback')
  holder.release()
  host = await start()
  await until(async () => (await schemasOf(probe)).length === 0)
  await nothingLeft(t, probe, roles)
  t.match(await remove(probe), { state: 'purged' })
})

/** Enables the probe in acme, with a key for it. */
async function enableProbe(): Promise<string> {
  await host.client.request('POST', '/v1/plugins', { name: probe, version: '1.0.0' })
  const admin = host.as(acme.adminToken)
  await admin.request('POST', `${pathOf(probe)}/grants`, { capabilities })
  await admin.request('PUT', pathOf(probe), { binding: 'enabled' })
  const wish = { app: 'app', service: 'probe.one', major: 1 }
  const { id } = await admin.request<{ id: string }>('POST', '/v1/subscriptions', wish)
  const credentials = `/v1/subscriptions/${id}/credentials`
  return (await admin.request<{ key: string }>('POST', credentials)).key
}

t.test('a second node drops what it served, and serves its next life', async (t) => {
  const second = await HostProcess.start(t, { databaseUrl: hostUrl, environment })
  const note = async (key: string) => {
    await until(async () => (await callProbe(second, key, 'whoami')).status === 200)
    return (await callProbe(second, key, 'addNote', { text: 'by the second' })).status
  }
  const key = await enableProbe()
  t.equal(await note(key), 200)
  await disable(probe)
  await cancelAll()
  const words = ['plugin', 'remove', probe, '--data', 'purge']
  t.equal(await printedByCli(host, words), `${probe} is removed; nothing of it is left.\n`)
  await until(async () => (await callProbe(second, key, 'whoami')).status === 401)
  const next = await enableProbe()
  t.equal(await note(next), 200)
  const sql = 'select text from notes'
  t.match((await callProbe(host, next, 'query', { sql })).body.rows, [{ text: 'by the second' }])
  await disable(probe)
  await cancelAll()
  t.match(await remove(probe, 'purge'), { state: 'purged' })
})

t.test('webhooks go with their plugin, keys of the tenant stay', async (t) => {
  const { plugin } = sealSetup
  await installSeal(host)
  const admin = host.as(acme.adminToken)
  await admin.request('POST', `${pathOf(plugin)}/grants`, { capabilities: sealSetup.capabilities })
  await admin.request('PUT', pathOf(plugin), { binding: 'enabled' })
  const keys = '/v1/tenants/acme/keys'
  await admin.request('POST', keys, { id: 'seal', algorithm: 'ed25519', usages: ['cms'] })
  const hook = await admin.request<{ address: string }>('POST', `${pathOf(plugin)}/hooks/gate`, {})
  await disable(plugin)
  await remove(plugin, 'purge')
  t.match(await sendHook(host, hook.address, '{}'), { status: 404 })
  await nothingLeft(t, plugin, [])
  t.match(await admin.request('GET', keys), { items: [{ id: 'seal' }] })
})

t.test('a trusted plugin leaves no process, folder, program or data', async (t) => {
  await installFixture(host, 'engine-plugin', engine)
  const set = { plugin: engine, service: 'engine.one', capabilities: [] }
  const { key } = await setUpTenant(host, 'engines', set)
  const seen = (await callProbe(host, key, 'add', { n: 1 }, 'engine.one')).body
  t.ok(isAlive(seen.pid))
  t.ok(isAlive(seen.process))
  const { items } = await host.client.request<{ items: { id: string }[] }>(
    'GET',
    '/v1/subscriptions?tenant=engines',
  )
  await host.client.request('PUT', pathOf(engine, 'engines'), { binding: 'disabled' })
  await host.client.request('POST', `/v1/subscriptions/${items[0]?.id}:cancel`)
  t.match(await remove(engine, 'purge'), { state: 'purged' })
  await until(() => !isAlive(seen.pid) && !isAlive(seen.process))
  await until(() => !existsSync(seen.dataDir))
  const below = (folder: string) => {
    const place = join(home, folder)
    return existsSync(place) ? readdirSync(place).filter((name) => name.includes('engine')) : []
  }
  await until(() => below('trusted').length + below('resources/programs').length === 0)
  t.strictSame(below('resources/data'), [])
  await nothingLeft(t, engine, [])

  await host.client.request('POST', '/v1/plugins', { name: engine, version: '1.0.0' })
  t.match(await remove(engine, 'purge'), { state: 'purged' }, 'never enabled')
  await until(() => below('trusted').length === 0)
})
