import t from 'tap'
import { until } from '../../../sandbox/test/until.ts'
import { installFixture } from '../support/fixture-plugin.ts'
import { HostProcess } from '../support/host-process.ts'
import { testDatabases } from '../support/postgres.ts'
import { callProbe, installProbe, probe, setUpTenant, type TenantSetup } from '../support/probe.ts'

const { hostUrl, pluginUrl } = await testDatabases(t)
const host = await HostProcess.start(t, {
  databaseUrl: hostUrl,
  environment: { PLUGIN_DATABASE_URL: pluginUrl },
})
const plugin = '@store/one'
const service = 'store.one'
await installFixture(host, 'store-plugin', plugin)
await installProbe(host)
const acme = await setUpTenant(host, 'acme', {
  plugin,
  service,
  capabilities: ['db:own', 'db:inspect'],
})
const globex = await setUpTenant(host, 'globex', { plugin, service, capabilities: ['db:own'] })
await setUpTenant(host, 'probing', { capabilities: ['db:own'] })

const call = ({ key }: TenantSetup, operation: string, input: unknown = {}) =>
  callProbe(host, key, operation, input, service)
const item = (sku: string, pieces: number) => ({ sku, pieces })

t.test('a batch is all or none', async (t) => {
  const items = [item('a', 5), item('b', 2), item('a', 1)]
  t.match(await call(acme, 'receive', { items }), {
    status: 200,
    body: { rowCounts: [1, 1, 1], rowCount: 3 },
  })
  const { status, body } = await call(acme, 'receive', { items: [item('c', 1), item('d', -1)] })
  t.equal(`${status} ${body.code}`, '422 CORE_SQL_FAILED')
  t.match(body.title, /parameterRows\[1\]: .*check constraint/)
})

t.test('who saw an older revision takes nothing', async (t) => {
  const take = { sku: 'a', pieces: 2, revision: 2 }
  t.match(await call(acme, 'take', take), {
    status: 200,
    body: { pieces: 4, revision: 3, takings: 1 },
  })
  t.match(await call(acme, 'take', take), {
    status: 409,
    body: { code: 'CORE_SQL_ROWS_UNEXPECTED' },
  })
  t.match(await call(acme, 'take', { ...take, revision: 3 }), { body: { takings: 2 } })
})

t.test('a transaction of one tenant leaves the rows of another alone', async (t) => {
  await call(globex, 'receive', { items: [item('a', 9)] })
  const attack = [
    { sql: 'delete from stock' },
    { sql: `update stock set pieces = 0 where tenant = 'acme'`, rows: 0 },
    { sql: `select sku from stock where tenant = 'acme'`, rows: 0 },
  ]
  t.equal((await call(globex, 'transact', { statements: attack })).status, 200)
  const forged = { sql: `insert into stock (tenant, sku, pieces) values ('acme', 'z', 1)` }
  t.match(await call(globex, 'transact', { statements: [forged] }), {
    body: { code: 'CORE_SQL_FAILED' },
  })
  t.match(await call(acme, 'transact', { statements: [{ sql: 'select from stock' }] }), {
    body: { answers: [{ rowCount: 2 }] },
  })
})

t.test('SQL that reaches out of a transaction is refused with all that came before', async (t) => {
  for (const sql of ['commit', 'set role none', 'select 1; commit', 'table signalbox_outbox']) {
    const { status, body } = await call(acme, 'transact', {
      statements: [{ sql: 'delete from stock' }, { sql }],
    })
    t.equal(`${status} ${body.code}`, '403 CORE_SQL_REFUSED', sql)
  }
  const many = Array.from({ length: 65 }, () => ({ sql: 'select 1' }))
  t.match(await call(acme, 'transact', { statements: many }), {
    body: { code: 'CORE_INPUT_INVALID', errors: [{ pointer: '/statements' }] },
  })
  t.match(await call(acme, 'transact', { statements: [{ sql: 'select from stock' }] }), {
    body: { answers: [{ rowCount: 2 }] },
  })
})

t.test('a full tenant adds nothing until it has deleted; another is not full', async (t) => {
  const items = Array.from({ length: 300 }, (_, n) => item(`s-${n}`, 1))
  t.equal((await call(acme, 'receive', { items })).status, 200)
  let refused: Awaited<ReturnType<typeof call>> | undefined
  await until(async () => {
    refused = await call(acme, 'receive', { items: [item('a', 1)] })
    return refused.status !== 200
  })
  t.match(refused, { status: 507, body: { code: 'CORE_QUOTA_EXCEEDED' } })
  t.match(refused?.body.title, /@store\/one has 30\d rows .* acme.* allows 300 rows/)
  t.equal((await call(globex, 'receive', { items: [item('a', 1)] })).status, 200)
  t.match(await call(acme, 'clear'), { status: 200, body: { rowCount: 302 } })
  await until(async () => (await call(acme, 'receive', { items: [item('a', 1)] })).status === 200)
})

t.test('tables of the tenant’s plugins are shown, to who may look', async (t) => {
  const { body } = await call(acme, 'tables')
  t.match(body, {
    cursor: null,
    tables: [
      { plugin, table: 'stock', primaryKey: ['tenant', 'sku'] },
      { plugin, table: 'takings', primaryKey: [] },
    ],
  })
  t.equal(body.tables.length, 2)
  t.same((await call(acme, 'tables', { plugin: probe })).body.tables, [], 'another tenant’s plugin')
  t.match(await call(globex, 'tables'), { status: 403, body: { code: 'CORE_GRANT_MISSING' } })
  t.match(await call(acme, 'tables', { cursor: 'made up' }), {
    body: { code: 'CORE_INPUT_INVALID', errors: [{ pointer: '/cursor' }] },
  })
})

t.test('without its grant a plugin reaches nothing, with a new one its rows again', async (t) => {
  const admin = host.as(acme.adminToken)
  const path = `/v1/tenants/acme/plugins/${encodeURIComponent(plugin)}`
  const { grants } = await admin.request<{ grants: { id: string; capability: string }[] }>(
    'GET',
    path,
  )
  const grant = grants.find(({ capability }) => capability === 'db:own')
  await admin.request('DELETE', `${path}/grants/${grant?.id}`)
  for (const [operation, input] of [
    ['receive', { items: [item('a', 1)] }],
    ['transact', { statements: [{ sql: 'select 1' }] }],
  ] as const) {
    t.match(await call(acme, operation, input), {
      status: 403,
      body: { code: 'CORE_GRANT_MISSING' },
    })
  }
  t.same((await call(acme, 'tables')).body.tables, [], 'the role is gone, and with it the tables')
  await admin.request('POST', `${path}/grants`, { capabilities: ['db:own'] })
  t.match(await call(acme, 'transact', { statements: [{ sql: 'select from stock' }] }), {
    body: { answers: [{ rowCount: 1 }] },
  })
})
