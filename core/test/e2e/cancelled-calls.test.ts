import { join } from 'node:path'
import t from 'tap'
import { writeFiles } from '../../../marketplace/test/support/npm.ts'
import { until } from '../../../sandbox/test/until.ts'
import { HostProcess, OPERATOR_TOKEN, temporaryHome } from '../support/host-process.ts'
import { testDatabases } from '../support/postgres.ts'
import { callProbe, setUpTenant } from '../support/probe.ts'
import { publish } from '../support/publish.ts'

const { hostUrl } = await testDatabases(t)
const home = await temporaryHome(t)
const host = await HostProcess.start(t, { databaseUrl: hostUrl, home })
const plugin = '@wait/one'
const service = 'wait.one'

/** Its handler waits until nobody waits for it. */
const bundle = `var __signalbox_plugin = { default: { services: { 'wait.one': {
  wait: (_input, ctx) => new Promise((resolve) => ctx.signal.addEventListener('abort', () => resolve(1))),
  echo: (input) => input,
} } } }`

const operation = { input: { type: 'object' }, output: {}, deadlineMs: 30_000 }
const folder = await writeFiles(join(home, 'wait'), {
  'dist/plugin.js': bundle,
  'contracts/one.json': JSON.stringify({
    id: service,
    major: 1,
    title: { en: 'Wait' },
    operations: { wait: operation, echo: operation },
  }),
  'package.json': JSON.stringify({
    name: plugin,
    version: '1.0.0',
    license: 'Apache-2.0',
    keywords: ['signalbox-plugin'],
    signalbox: {
      manifest: 1,
      host: '^1.0.0',
      displayName: { en: 'Wait' },
      runtime: { tier: 'sandbox', entry: 'dist/plugin.js', limits: { deadlineMs: 30_000 } },
      provides: { services: [{ id: service, contract: 'contracts/one.json' }] },
    },
  }),
})
await publish(host, folder)
await host.client.request('POST', '/v1/plugins', { name: plugin })
const acme = await setUpTenant(host, 'acme', { plugin, service, capabilities: [] })
const globex = await setUpTenant(host, 'globex', { plugin, service, capabilities: [] })

/** Calls that lanes are at work on. */
async function atWork(): Promise<number> {
  const headers = { authorization: `Bearer ${OPERATOR_TOKEN}` }
  const text = await (await fetch(`${host.url}/metrics`, { headers })).text()
  return Number(/^signalbox_sandbox\{kind="calls"\} (\d+)$/m.exec(text)?.[1])
}

t.test('a plugin that is disabled in a tenant ends what it does there, at once', async (t) => {
  const begun = performance.now()
  const waiting = callProbe(host, acme.key, 'wait', {}, service)
  const elsewhere = callProbe(host, globex.key, 'wait', {}, service)
  await until(async () => (await atWork()) === 2)
  const bind = (tenant: string, token: string, binding: string) =>
    host
      .as(token)
      .request('PUT', `/v1/tenants/${tenant}/plugins/${encodeURIComponent(plugin)}`, { binding })
  await bind('acme', acme.adminToken, 'disabled')
  t.equal((await waiting).body.code, 'CORE_CALL_STOPPED')
  await until(async () => (await atWork()) === 1)
  t.pass('the other tenant is left alone')
  await bind('acme', acme.adminToken, 'enabled')
  const again = await callProbe(host, acme.key, 'echo', { n: 1 }, service)
  t.match(again, { status: 200, body: { n: 1 } }, 'enabled again it serves')
  await bind('globex', globex.adminToken, 'disabled')
  t.equal((await elsewhere).body.code, 'CORE_CALL_STOPPED')
  t.ok(performance.now() - begun < 29_000, 'long before their deadline')
})
