import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { Npm } from '../../../marketplace/test/support/npm.ts'
import { until } from '../../../sandbox/test/until.ts'
import { HostProcess, OPERATOR_TOKEN, refusal, temporaryHome } from '../support/host-process.ts'
import { testDatabases } from '../support/postgres.ts'
import { callProbe } from '../support/probe.ts'

const root = join(import.meta.dirname, '../../..')
const plugin = '@signalbox/inventory-forecast'
const path = `/v1/tenants/acme/plugins/${encodeURIComponent(plugin)}`
const packageJson = await readFile(join(root, 'plugins/inventory-forecast/package.json'), 'utf8')
const { version } = JSON.parse(packageJson)

interface Series {
  readonly sn: string
  readonly m: number
  readonly h: number
  readonly train: readonly number[]
}

/** Test data that lies beside the project where there is any; it is not part of it. */
const m3File = join(root, '../shared/cases/domain/forecast/m3_series.json')

async function demoSeries(): Promise<Series> {
  const text = await readFile(join(root, 'plugins/inventory-forecast/demo.json'), 'utf8')
  const { history, frequency, horizon } = JSON.parse(text).input
  return { sn: 'demo', m: frequency, h: horizon, train: history }
}

/** What only reads is asked again while it comes too late: it has a second or few, of which a busy machine takes more. */
async function answered(host: HostProcess, key: string, operation: string, input: object) {
  let reply = await callProbe(host, key, operation, input, 'inventory.forecast')
  await until(async () => {
    if (reply.status !== 504) return true
    reply = await callProbe(host, key, operation, input, 'inventory.forecast')
    return false
  })
  return reply
}

async function requireForecast(t: Test, host: HostProcess, key: string, series: Series) {
  const { sn, m, h, train } = series
  const input = { history: train, frequency: m, horizon: h }
  const { status, body } = await answered(host, key, 'forecast', input)
  t.equal(status, 200, sn)
  t.equal(body.mean.length, h)
  t.ok(body.mean.every(Number.isFinite), sn)
  t.ok(body.accuracy.mase > 0, sn)
  const again = await answered(host, key, 'forecast', input)
  t.same(again.body, body, `${sn} is answered alike from its kept model`)
}

t.test('one true line, with stock npm and HTTP only', async (t) => {
  const { hostUrl } = await testDatabases(t)
  const host = await HostProcess.start(t, { databaseUrl: hostUrl })
  const npm = await Npm.at(await temporaryHome(t), `${host.url}/npm/`, OPERATOR_TOKEN)

  const published = await npm.run(['publish'], join(root, 'plugins/inventory-forecast'))
  t.equal(published.code, 0, published.stderr)
  const view = await npm.run(['view', plugin, '--json'])
  t.match(JSON.parse(view.stdout), {
    name: plugin,
    version,
    'dist-tags': { latest: version },
  })

  const { client } = host
  const installed = await client.request<{ services: { id: string; major: number }[] }>(
    'POST',
    '/v1/plugins',
    { name: plugin },
  )
  t.match(installed, { version, state: 'stable' })
  t.match(
    installed.services.find(({ id }) => id === 'inventory.forecast'),
    { major: 1 },
  )

  const tenant = { id: 'acme', name: 'Acme Ltd' }
  const { adminToken } = await client.request<{ adminToken: string }>('POST', '/v1/tenants', tenant)
  const admin = host.as(adminToken)
  const asked = await admin.request<{ capabilities: { name: string; granted: boolean }[] }>(
    'GET',
    path,
  )
  const tables = ({ name }: { name: string }) => name === 'db:own'
  t.match(asked.capabilities.find(tables), { granted: false })
  await admin.request('POST', `${path}/grants`, { capabilities: ['db:own'] })
  const enabled = await admin.request<typeof asked & { binding: string }>('PUT', path, {
    binding: 'enabled',
  })
  t.equal(enabled.binding, 'enabled')
  t.match(enabled.capabilities.find(tables), { granted: true })

  await admin.request('POST', '/v1/units', { id: 'suzhou', name: 'Suzhou plant' })
  await admin.request('POST', '/v1/apps', { id: 'planner', name: 'Planner', unit: 'suzhou' })
  const found = await admin.request<{ items: object[] }>('GET', '/v1/catalog/services?q=forecast')
  t.match(found.items, [{ id: 'inventory.forecast', major: 1, plugin }])
  const wish = { app: 'planner', service: 'inventory.forecast', major: 1 }
  const { id } = await admin.request<{ id: string }>('POST', '/v1/subscriptions', wish)
  const { key } = await admin.request<{ key: string }>(
    'POST',
    `/v1/subscriptions/${id}/credentials`,
  )

  await requireForecast(t, host, key, await demoSeries())
  const skip = existsSync(m3File) ? false : 'the M3 series are not beside the project'
  await t.test('on the real M3 series', { skip }, async (t) => {
    const series = JSON.parse(await readFile(m3File, 'utf8')) as Series[]
    for (const one of series.slice(0, 8)) await requireForecast(t, host, key, one)
  })
  const order = {
    meanDemandPerPeriod: 125.4,
    sdDemandPerPeriod: 12.6,
    leadTimePeriods: 8,
    sdLeadTime: 0.03,
    cycleServiceLevel: 0.9,
  }
  const reorder = await answered(host, key, 'reorder', order)
  t.equal(reorder.status, 200)
  t.ok(Math.abs(reorder.body.safetyStock - 45.9259277272197) < 1e-9)

  const audit = await admin.request<{ items: { action: string }[] }>('GET', '/v1/audit?limit=200')
  const actions = audit.items.map(({ action }) => action)
  for (const action of ['grant.given', 'binding.changed', 'app.created', 'subscription.created']) {
    t.ok(actions.includes(action), action)
  }
  const again = await npm.run(['publish'], join(root, 'plugins/inventory-forecast'))
  t.not(again.code, 0, 'a version is published once')
  t.match(
    (await refusal(admin.request('POST', '/v1/plugins', { name: plugin }))).code,
    'CORE_FORBIDDEN',
  )
})
