import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { packPlugin } from '@signalbox/sdk/pack'
import t from 'tap'
import { writeFiles } from '../../../marketplace/test/support/npm.ts'
import { until } from '../../../sandbox/test/until.ts'
import { createKnex } from '../../src/storage/create-knex.ts'
import { HostProcess } from '../support/host-process.ts'
import { testDatabases } from '../support/postgres.ts'
import { callProbe, setUpTenant } from '../support/probe.ts'
import { publish } from '../support/publish.ts'
import { keyFile } from '../support/sealing.ts'
import { WebhookReceiver } from '../support/webhook-receiver.ts'

const PATIENCE_MS = 90_000
const plugin = '@acme/orders'
const service = 'orders.list'
const why = { en: 'for the test' }

const contract = {
  id: service,
  major: 1,
  title: { en: 'Orders', 'zh-CN': '订单' },
  serviceLevels: { availability: 99.9, p95Ms: 60_000 },
  operations: {
    list: {
      input: { type: 'object', required: ['status'], properties: { status: { type: 'string' } } },
      output: { type: 'object' },
    },
  },
}

const erp = 'dataset:postgres://erp:5432#sales.orders'

const manifest = {
  manifest: 1,
  host: '^1.0.0',
  displayName: { en: 'Orders' },
  runtime: {
    tier: 'sandbox',
    entry: 'dist/plugin.js',
    limits: { turnMs: 1000, deadlineMs: 20_000 },
  },
  capabilities: {
    'event:subscribe': [
      { type: 'signalbox.sla.breached', why },
      { type: 'signalbox.lineage.run', why },
    ],
    'job:schedule': [{ per: 'tenant', why }],
  },
  provides: {
    services: [{ id: service, contract: 'contracts/orders.json' }],
    jobs: [{ id: 'gather' }],
  },
  lineage: {
    operations: { [`${service}/list`]: { inputs: [erp] } },
    jobs: { gather: { inputs: [erp], outputs: ['dataset:s3://lake#orders'] } },
  },
}

const source = `import { type Context, definePlugin, Refusal } from '@signalbox/sdk'
export default definePlugin({
  services: { '${service}': { list: ({ status }: { status: string }, ctx: Context) => {
    if (status === 'boom') throw new Error('broken')
    if (status === 'gather') return ctx.jobs.schedule('gather', { afterMs: 0, key: 'now' })
    if (status === 'no') throw new Refusal('ORDERS_NONE', 'there are none')
    return { status }
  } } },
  on: { 'signalbox.sla.breached': async () => undefined, 'signalbox.lineage.run': async () => undefined },
  jobs: { gather: async () => undefined },
})
`

async function install(host: HostProcess): Promise<void> {
  const folder = await writeFiles(t.testdir({}), {
    'package.json': JSON.stringify({
      name: plugin,
      version: '1.0.0',
      type: 'module',
      license: 'Apache-2.0',
      keywords: ['signalbox-plugin'],
      files: ['dist', 'contracts'],
      signalbox: manifest,
    }),
    'contracts/orders.json': JSON.stringify(contract),
    'src/index.ts': source,
  })
  await packPlugin(folder)
  await publish(host, folder)
  await host.client.request('POST', '/v1/plugins', { name: plugin })
}

const { hostUrl, pluginUrl } = await testDatabases(t)
const knex = createKnex(hostUrl)
t.teardown(() => knex.destroy())
const host = await HostProcess.start(t, {
  databaseUrl: hostUrl,
  environment: {
    PLUGIN_DATABASE_URL: pluginUrl,
    SIGNALBOX_KEY_FILE: await keyFile(t),
    SIGNALBOX_WEBHOOK_ALLOW: '127.0.0.1',
  },
})
await install(host)
const setUp = { plugin, service, capabilities: ['event:subscribe', 'job:schedule'] }
const acme = await setUpTenant(host, 'acme', setUp)
const globex = await setUpTenant(host, 'globex', setUp)

// biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever came
const entry = async (as?: string): Promise<any> => {
  const client = as === undefined ? host.client : host.as(as)
  const { majors } = await client.request<{ majors: object[] }>(
    'GET',
    `/v1/catalog/services/${service}`,
  )
  return majors[0]
}
const call = (status: unknown, key = acme.key) => callProbe(host, key, 'list', { status }, service)

t.test(
  'a promise that is broken is seen in the catalog, and told to webhooks and plugins',
  async (t) => {
    const receiver = await WebhookReceiver.start(t)
    const wish = { app: 'app', url: receiver.url, types: ['signalbox.sla.*'] }
    const { secret } = await host
      .as(acme.adminToken)
      .request<{ secret: string }>('POST', '/v1/webhooks', wish)
    receiver.secrets = [secret]
    for (let n = 0; n < 18; n++) t.equal((await call('open')).status, 200)
    for (let n = 0; n < 4; n++) t.equal((await call('no')).status, 422)
    for (let n = 0; n < 3; n++) t.equal((await call('boom')).status, 502)
    // The caller's own fault says nothing of the service.
    t.equal((await call(1)).status, 400)
    await until(async () => (await entry(acme.key)).measuredLevels.windows[0].calls === 25)
    const { serviceLevels, measuredLevels } = await entry(acme.key)
    t.same(serviceLevels, contract.serviceLevels)
    t.match(measuredLevels.versions, [
      { version: '1.0.0', calls: 25, failed: 3, availability: 88, inTime: 100 },
    ])
    for (const { status } of measuredLevels.windows) {
      t.same(status, { availability: 'broken', latency: 'kept' })
    }
    t.match((await entry(globex.key)).measuredLevels.windows[2], { calls: 0, availability: null })
    t.match((await entry()).measuredLevels.windows[2], { calls: 25 })
    await until(() => receiver.taken.length >= 3, PATIENCE_MS)
    t.same(
      receiver.taken
        .map(({ event }) => [event.type, event.data.window, event.data.measured])
        .toSorted(),
      ['1h', '24h', '30d'].map((window) => ['signalbox.sla.breached', window, 88]),
    )
    const done = { plugin, tenant: 'acme', type: 'signalbox.sla.breached', state: 'done' }
    await until(async () => (await knex('event_deliveries').where(done)).length === 3, PATIENCE_MS)
    t.equal((await knex('event_deliveries').where({ tenant: 'globex' })).length, 0)
    t.same((await entry(acme.key)).measuredLevels.breaches.length, 3)
  },
)

t.test('the lineage of a service is in its entry, and runs of its jobs are told', async (t) => {
  t.match((await entry(acme.key)).lineage, {
    upstream: { events: ['signalbox.lineage.run', 'signalbox.sla.breached'] },
    operations: { list: { inputs: [erp] } },
  })
  const events = await host.client.request(
    'GET',
    `/v1/catalog/services/${service}/versions/1/openlineage`,
  )
  t.match(events, [{ job: { name: `${service}@1/list` }, inputs: [{ name: 'sales.orders' }] }])
  t.equal((await call('gather')).status, 200)
  const told = async () => {
    const rows = await knex('events').where({ type: 'signalbox.lineage.run' }).orderBy('sequence')
    return rows.map(({ event }) => (typeof event === 'string' ? JSON.parse(event) : event).data)
  }
  await until(async () => (await told()).length === 2, PATIENCE_MS)
  t.match(await told(), [
    { eventType: 'START', job: { namespace: 'signalbox/acme', name: `${plugin}/gather` } },
    { eventType: 'COMPLETE', outputs: [{ namespace: 's3://lake', name: 'orders' }] },
  ])
})

t.test('the API of the host has a page, which begins only what it wrote', async (t) => {
  const page = await fetch(`${host.url}/docs`, { headers: { 'accept-language': 'zh-CN' } })
  const html = await page.text()
  t.match(html, '<html lang="zh-CN"')
  const policy = page.headers.get('content-security-policy') ?? ''
  t.notMatch(policy, 'unsafe')
  const [, nonce = ''] = /script-src 'nonce-([^']+)' 'self';/.exec(policy) ?? []
  const begun = [...html.matchAll(/<(?:script|link)[^>]*>/g)].map(([tag]) => tag)
  t.ok(begun.length === 3 && begun.every((tag) => tag.includes(`nonce="${nonce}"`)))
  t.notMatch(html, /https?:\/\//)
  const script = await (await fetch(`${host.url}/docs/page/reference.js`)).text()
  t.notMatch(script, /localStorage|sessionStorage|document\.cookie|innerHTML|https?:\/\//)
  const ids = [...script.matchAll(/\bat\('([\w-]+)'\)/g)].map(([, id]) => id)
  const roles = [...script.matchAll(/\bone\('([\w-]+)'\)/g)].map(([, role]) => role)
  for (const id of ids) t.match(html, `id="${id}"`)
  for (const role of roles) t.match(html, `data-part="${role}"`)
  t.equal((await fetch(`${host.url}/docs/page/reference-page.ts`)).status, 404)
})

t.test('what the page shows of it, its script finds in the answer', async (t) => {
  const script = await readFile(
    join(import.meta.dirname, '../../src/catalog/page/service.js'),
    'utf8',
  )
  const { windows } = (await entry(acme.key)).measuredLevels
  const [, fields = ''] = /windows\.map\(\(\{ ([^}]+) \}\)/.exec(script) ?? []
  for (const field of fields.split(', ')) t.ok(field in windows[0], field)
})
