import { join } from 'node:path'
import pg from 'pg'
import t from 'tap'
import { writeFiles } from '../../../marketplace/test/support/npm.ts'
import { Company } from '../support/company.ts'
import { enablePlugin } from '../support/fixture-plugin.ts'
import { HostProcess, temporaryHome } from '../support/host-process.ts'
import { testDatabases } from '../support/postgres.ts'
import { callProbe } from '../support/probe.ts'
import { publish } from '../support/publish.ts'

const service = 'quality.data'
const { hostUrl, pluginUrl } = await testDatabases(t)
const host = await HostProcess.start(t, {
  databaseUrl: hostUrl,
  environment: { PLUGIN_DATABASE_URL: pluginUrl },
})
const company = await Company.open(t, host, 'acme', ['quality-checks'])
const data = (operation: string, input: object = {}) =>
  company.ask(`${service}@1`, operation, input)
const refused = async (operation: string, input: object) => {
  const { status, body } = await company.call(`${service}@1`, operation, input)
  return `${status} ${body.code}`
}
/** Runs the checks, and waits until all of them are done: what does not fit into the call is left to a job. */
const runOut = async (of: string) => {
  const { run } = await data('run', { dataset: of })
  return company.eventually(
    'the end of the run',
    async () =>
      (await data('runs', { dataset: of })).items.find((one: { run: string }) => one.run === run),
    ({ state }) => state === 'finished',
  )
}
const newest = async (check: string) => (await data('results', { check })).items[0]

const dataset = 'orders'
const columns = [
  { name: 'id', type: 'integer' },
  { name: 'status', type: 'text' },
  { name: 'amount', type: 'number' },
  { name: 'phone', type: 'text', sensitive: true },
]
const rows = (from: number, count: number, bad: number) =>
  Array.from({ length: count }, (_, at) => [
    from + at,
    at % 2 === 0 ? 'paid' : 'new',
    at < bad ? null : 10 + at,
    '13800138000',
  ])

/** A plugin of somebody else: it provides a check, and keeps how often it was told of which event. */
await installWatcher('@acme/watch')

t.test(
  'a company defines checks, sends rows, and is told once that they fail and once that they recovered',
  async (t) => {
    await data('defineDataset', { dataset, columns, key: ['id'] })
    const checks: [string, object][] = [
      ['amount-there', { rule: 'not-null', column: 'amount', redLine: 0.9 }],
      [
        'paid-amount',
        {
          rule: 'between',
          column: 'amount',
          min: 0,
          where: [{ column: 'status', values: ['paid'] }],
        },
      ],
      ['id-once', { rule: 'unique', columns: ['id'] }],
      ['phone', { rule: 'format', column: 'phone', format: 'cn-mobile' }],
      ['even', { rule: 'custom', provider: 'even', columns: ['id'], redLine: 0.5 }],
    ]
    for (const [check, fields] of checks) await data('defineCheck', { check, dataset, ...fields })
    t.match(await data('appendRows', { dataset, batch: 'b1', rows: rows(0, 100, 20) }), {
      taken: 100,
    })
    await refreshed('e1')
    await company.eventually(
      'the run of the event',
      () => data('runs', { dataset }),
      ({ items }) => items[0]?.state === 'finished',
    )
    t.match(await newest('amount-there'), { state: 'fail', assessed: 100, unexpected: 20 })
    t.match(await newest('paid-amount'), { state: 'pass', assessed: 40, unexpected: 0 })
    t.match(await newest('even'), { state: 'pass', assessed: 100, unexpected: 50 })
    const shown = (await data('badRows', { check: 'amount-there' })).items
    t.strictSame(shown[1], { row: 1, values: { id: 1, amount: null } })
    t.match(await data('explain', { check: 'amount-there' }), {
      text: { en: /20 of 100/, 'zh-CN': /20/ },
    })
    t.match(await data('score', { dataset }), { failing: [{ check: 'amount-there' }] })
    const failed = await company.eventually('the failure', told, ({ length }) => length > 0)
    t.match(failed, [{ type: 'data.check.failed', key: 'amount-there', status: 'fail' }])

    await refreshed('e1')
    await runOut(dataset)
    t.equal((await data('runs', { dataset })).items.length, 2, 'the event again is no other run')

    await data('appendRows', { dataset, batch: 'b2', rows: rows(0, 100, 0), replace: true })
    await runOut(dataset)
    const all = await company.eventually('the recovery', told, ({ length }) => length > 1)
    t.strictSame(
      all.map(({ type, key, times }) => [type, key, times]),
      [
        ['data.check.failed', 'amount-there', 1],
        ['data.check.recovered', 'amount-there', 1],
      ],
      'failing for the second time is no news',
    )
    t.strictSame(await company.deadLetters(), [])
  },
)

t.test('what goes wrong at the provider of a check is its own: nothing was assessed', async (t) => {
  await data('defineCheck', {
    check: 'even',
    dataset,
    rule: 'custom',
    provider: 'even',
    parameters: { fails: true },
  })
  await runOut(dataset)
  t.match(await newest('even'), { state: 'not-assessed', reason: 'PROVIDER_FAILED' })
  const path = `/v1/tenants/acme/plugins/${encodeURIComponent('@acme/watch')}`
  await company.admin.request('PUT', path, { binding: 'disabled' })
  await runOut(dataset)
  t.match(await newest('even'), { state: 'not-assessed', reason: 'PROVIDER_MISSING' })
})

t.test('another tenant sees and changes nothing of it', async (t) => {
  const { admin, key } = await otherTenant('globex')
  const ask = (operation: string, input: object = {}) =>
    callProbe(host, key, operation, input, service)
  t.match(await ask('datasets'), { body: { items: [] } })
  t.match(await ask('checks'), { body: { items: [] } })
  for (const [operation, input] of [
    ['results', { check: 'amount-there' }],
    ['badRows', { check: 'amount-there' }],
    ['explain', { check: 'amount-there' }],
  ] as const)
    t.match(await ask(operation, input), { body: { code: 'CHECK_UNKNOWN' } }, operation)
  t.match(await ask('run', { dataset }), { body: { code: 'DATASET_UNKNOWN' } })
  await ask('defineDataset', { dataset, columns: [{ name: 'a', type: 'text' }] })
  t.match(await ask('appendRows', { dataset, batch: 'b1', rows: [['x']] }), {
    body: { taken: 1 },
  })
  t.match((await data('datasets')).items, [{ dataset, rows: 100, columns: { length: 4 } }])
  t.ok(admin)
})

t.test(
  'a set that one statement cannot count is counted in pieces, by jobs, under the rules of a host',
  async (t) => {
    const big = 'big'
    await data('defineDataset', {
      dataset: big,
      columns: [
        { name: 's', type: 'text' },
        { name: 'n', type: 'number' },
      ],
    })
    await data('defineCheck', { check: 'big-once', dataset: big, rule: 'unique', columns: ['s'] })
    await data('defineCheck', {
      check: 'big-agree',
      dataset: big,
      rule: 'agree',
      columns: ['s'],
      column: 'n',
      otherDataset: big,
      otherColumns: ['s'],
      otherColumn: 'n',
    })
    const count = 410_000
    await asOwner(async (client, schema) => {
      await client.query(
        `insert into ${schema}.data_rows (tenant, dataset, seq, t1, n1) select 'acme', 'big', i, 's' || case when i = 7 then 8 else i end, 1 from generate_series(0, $1::int - 1) i`,
        [count],
      )
      await client.query(
        `update ${schema}.data_sets set next_row = $1 where tenant = 'acme' and dataset = 'big'`,
        [count],
      )
    })
    t.match(await runOut(big), { state: 'finished', progress: 1 })
    t.match(await newest('big-once'), { assessed: count, unexpected: 2 })
    t.match(await newest('big-agree'), { assessed: count - 1, unexpected: 0 })
    t.match((await data('badRows', { check: 'big-once' })).items, [{ row: 7 }, { row: 8 }])
  },
)

t.test('what cannot be is refused by its code', async (t) => {
  t.equal(await refused('run', { dataset: 'nope' }), '422 DATASET_UNKNOWN')
  const check = { check: 'x', dataset, rule: 'not-null', column: 'amount' }
  t.equal(
    await refused('defineCheck', { ...check, where: [{ column: 'nope', missing: true }] }),
    '422 COLUMN_UNKNOWN',
  )
  t.equal(await refused('defineCheck', { ...check, where: [] }), '400 CORE_INPUT_INVALID')
})

async function refreshed(id: string): Promise<void> {
  const event = { dataset, refreshedAt: new Date().toISOString() }
  await company.send([
    { id, type: 'datasets.dataset.refreshed', partitionkey: dataset, data: event },
  ])
}

interface Told {
  readonly type: string
  readonly key: string
  readonly status: string
  readonly times: number
}

/** What the other plugin was told of, and how often its handler was called for it. */
async function told(): Promise<Told[]> {
  return asOwner(async (client) => {
    const { rows: found } = await client.query<{ schemaname: string }>(
      `select schemaname from pg_tables where tablename = 'told'`,
    )
    const { rows } = await client.query<Told>(
      `select type, key, status, times from ${found[0]?.schemaname}.told order by at`,
    )
    return rows
  })
}

async function asOwner<Answer>(
  ask: (client: pg.Client, schema: string) => Promise<Answer>,
): Promise<Answer> {
  const client = new pg.Client({ connectionString: pluginUrl })
  await client.connect()
  try {
    const { rows } = await client.query<{ schemaname: string }>(
      `select schemaname from pg_tables where tablename = 'data_rows'`,
    )
    return await ask(client, rows[0]?.schemaname ?? '')
  } finally {
    await client.end()
  }
}

async function otherTenant(tenant: string) {
  const { adminToken } = await host.client.request<{ adminToken: string }>('POST', '/v1/tenants', {
    id: tenant,
    name: tenant,
  })
  const admin = host.as(adminToken)
  await enablePlugin(admin, tenant, '@signalbox/quality-checks', [
    'db:own',
    'job:schedule',
    'event:publish',
    'event:subscribe',
  ])
  await admin.request('POST', '/v1/apps', { id: 'erp', name: 'ERP' })
  const wish = { app: 'erp', service, major: 1 }
  const { id } = await admin.request<{ id: string }>('POST', '/v1/subscriptions', wish)
  const path = `/v1/subscriptions/${id}/credentials`
  const { key } = await admin.request<{ key: string }>('POST', path)
  return { admin, key }
}

async function installWatcher(name: string): Promise<void> {
  const why = { en: 'Keeps what it is told', 'zh-CN': '保存通知' }
  const folder = await writeFiles(join(await temporaryHome(t), 'watch'), {
    'package.json': JSON.stringify({
      name,
      version: '1.0.0',
      description: 'Provides a check and watches others',
      license: 'MIT',
      type: 'module',
      keywords: ['signalbox-plugin'],
      files: ['dist', 'migrations'],
      signalbox: {
        manifest: 1,
        host: '^1.0.0',
        displayName: { en: 'Watch', 'zh-CN': '观察' },
        runtime: { tier: 'sandbox', entry: 'dist/plugin.js' },
        capabilities: {
          'db:own': [{ quotaMb: 10, why }],
          'event:subscribe': [
            { type: 'data.check.failed', why },
            { type: 'data.check.recovered', why },
          ],
        },
        migrations: 'migrations',
        provides: {
          contributes: [{ point: 'quality.data/check/v1', value: { id: 'even', handler: 'even' } }],
        },
      },
    }),
    'migrations/0001-told.expand.sql': `create table told (tenant text not null, id text not null, type text not null, key text not null,
      status text not null, times integer not null, at timestamptz not null default now(), primary key (tenant, id));`,
    'migrations/0001-told.expand.down.sql': 'drop table told;',
    'src/index.ts': `import { type Context, definePlugin, type PluginEvent } from '@signalbox/sdk'
      type Told = { check: string; status: string }
      const keep = async ({ id, type, data }: PluginEvent<Told>, { db, tenant }: Context) => {
        await db.query(\`insert into told (tenant, id, type, key, status, times) values ($1, $2, $3, $4, $5, 1)
          on conflict (tenant, id) do update set times = told.times + 1\`, [tenant, id, type, data.check, data.status])
      }
      const even = ({ rows, parameters }: { rows: number[][]; parameters: { fails?: boolean } }) => {
        if (parameters.fails) throw new Error('no')
        return { unexpected: rows.flatMap(([n = 0], at) => (n % 2 === 0 ? [] : [at])) }
      }
      export default definePlugin({
        on: { 'data.check.failed': keep, 'data.check.recovered': keep },
        contributions: { 'quality.data/check/v1': { even } },
      })`,
  })
  const { packPlugin } = await import('@signalbox/sdk/pack')
  await packPlugin(folder)
  await publish(host, folder)
  await host.client.request('POST', '/v1/plugins', { name })
  await enablePlugin(company.admin, 'acme', name, ['db:own', 'event:subscribe'])
}
