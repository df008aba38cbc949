import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { writeFiles } from '../../../marketplace/test/support/npm.ts'
import { until } from '../../../sandbox/test/until.ts'
import { enablePlugin, installFixture } from '../support/fixture-plugin.ts'
import { HostProcess, refusal, temporaryHome } from '../support/host-process.ts'
import { packedFixture } from '../support/packed-fixture.ts'
import { serviceAccount } from '../support/people.ts'
import { testDatabases } from '../support/postgres.ts'
import { callProbe, installProbe, setUpTenant } from '../support/probe.ts'
import { publish } from '../support/publish.ts'
import { keyFile } from '../support/sealing.ts'
import { WebhookReceiver } from '../support/webhook-receiver.ts'

const { hostUrl, pluginUrl } = await testDatabases(t)
const host = await HostProcess.start(t, {
  databaseUrl: hostUrl,
  environment: {
    PLUGIN_DATABASE_URL: pluginUrl,
    SIGNALBOX_KEY_FILE: await keyFile(t),
    SIGNALBOX_WEBHOOK_ALLOW: '127.0.0.1',
  },
})
const approver = '@desk/approver'
await installProbe(host)
await installFixture(host, 'approver-plugin', approver)
const acme = await setUpTenant(host, 'acme')
const globex = await setUpTenant(host, 'globex')
const initech = await setUpTenant(host, 'initech')
const admin = host.as(acme.adminToken)
const owner = host.as(globex.adminToken)
const service = '/v1/catalog/services/probe.one/versions/1'
await host.client.request('PUT', `${service}/owner`, { ownerTenant: 'globex' })
const gold = { ratePerS: 50, burst: 50, approval: 'manual' }
await host.client.request('PUT', `${service}/plans/gold`, gold)

interface Heard {
  readonly type: string
  readonly subject: string
  readonly data: Readonly<Record<string, unknown>>
}

/** What the plugin heard in a tenant, by its own service. */
async function deskOf(tenant: string, adminToken: string) {
  const as = host.as(adminToken)
  await enablePlugin(as, tenant, approver, ['db:own', 'event:subscribe'])
  const body = { app: 'app', service: 'desk.requests', major: 1 }
  const { id } = await as.request<{ id: string }>('POST', '/v1/subscriptions', body)
  const issued = await as.request<{ key: string }>('POST', `/v1/subscriptions/${id}/credentials`)
  return async (type?: string): Promise<readonly Heard[]> => {
    const answer = await callProbe(host, issued.key, 'heard', {}, 'desk.requests')
    t.equal(answer.status, 200, JSON.stringify(answer.body))
    const { events } = answer.body as { events: Heard[] }
    return type === undefined ? events : events.filter((event) => event.type === type)
  }
}

const REQUESTED = 'signalbox.subscription.requested'

async function ask(app: string, purpose: string): Promise<{ id: string; key: string }> {
  await admin.request('POST', '/v1/apps', { id: app, name: app })
  const wish = { app, service: 'probe.one', major: 1, plan: 'gold', purpose }
  const made = await admin.request<{ id: string; state: string }>('POST', '/v1/subscriptions', wish)
  t.equal(made.state, 'requested')
  const path = `/v1/subscriptions/${made.id}/credentials`
  const { key } = await admin.request<{ key: string }>('POST', path)
  return { id: made.id, key }
}

t.test('consent says in the words of the host what a plugin will be told', async (t) => {
  const path = `/v1/tenants/acme/plugins/${encodeURIComponent(approver)}`
  const { capabilities } = await admin.request<{ capabilities: object[] }>('GET', path)
  t.match(capabilities, [
    { name: 'db:own' },
    {
      name: 'event:subscribe',
      parameters: { type: REQUESTED },
      granted: false,
      tells: [{ type: REQUESTED, meaning: { en: /asks for a service/ }, fields: ['app'] }],
    },
    {
      parameters: { type: 'signalbox.credential.*' },
      tells: [{ type: /issued$/ }, { type: /rotated$/ }, { type: /revoked$/ }],
    },
  ])
  const { items } = await admin.request<{ items: { type: string }[] }>('GET', '/v1/host-events')
  t.ok(items.some(({ type }) => type === REQUESTED))
})

t.test('a version that waits for an event that the host never tells is refused', async (t) => {
  const fixture = await packedFixture('approver-plugin')
  const read = async (path: string) =>
    (await readFile(join(fixture, path), 'utf8')).replaceAll(REQUESTED, 'signalbox.user.created')
  const packageJson = JSON.parse(await read('package.json'))
  packageJson.version = '1.0.1'
  const paths = ['dist/plugin.js', 'contracts/desk.requests.json']
  const migrations = ['0001-heard.expand.sql', '0001-heard.expand.down.sql']
  const files = [...paths, ...migrations.map((name) => `migrations/${name}`)]
  const copies = await Promise.all(files.map(async (path) => [path, await read(path)] as const))
  const folder = await writeFiles(await temporaryHome(t), {
    ...Object.fromEntries(copies),
    'package.json': JSON.stringify({ ...packageJson, scripts: {} }),
  })
  await publish(host, folder)
  const install = host.client.request('POST', '/v1/plugins', { name: approver, version: '1.0.1' })
  t.match(await refusal(install), { code: 'CORE_HOST_EVENT_UNKNOWN' })
})

t.test('plugins hear of a request, and a process outside decides by a narrow token', async (t) => {
  const desks = {
    acme: await deskOf('acme', acme.adminToken),
    globex: await deskOf('globex', globex.adminToken),
    initech: await deskOf('initech', initech.adminToken),
  }
  const account = { tenant: 'globex', login: 'approvals', roles: ['service-owner'] }
  const actions = ['subscription.decide', 'subscription.command']
  const { token } = await serviceAccount(owner, account, actions)
  const process = host.as(token)

  const receiver = await WebhookReceiver.start(t)
  const hook = { url: receiver.url, types: [REQUESTED] }
  receiver.secrets = [
    (await owner.request<{ secret: string }>('POST', '/v1/webhooks', hook)).secret,
  ]
  const good = await ask('planner', 'weekly orders')
  const bad = await ask('scraper', 'training a model')
  // What is delivered may be delivered again, and what was rejected is given no key: it is decided on once, and last.
  const heardOutside = () => new Map(receiver.taken.map(({ id, event }) => [id, event.data]))
  await until(() => heardOutside().size === 2)
  // What a company's own workflow would do: look at the request, and give the word by the API.
  for (const { id, purpose, tenant } of heardOutside().values()) {
    const isFine = tenant === 'acme' && /orders/.test(purpose)
    const word = isFine ? ['approve', {}] : ['reject', { reason: `not for ${purpose}` }]
    await process.request('POST', `/v1/subscriptions/${id}:${word[0]}`, word[1] as object)
  }
  t.match(await admin.request('GET', `/v1/subscriptions/${good.id}`), {
    state: 'active',
    decidedBy: /approvals|usr_/,
  })
  t.match(await admin.request('GET', `/v1/subscriptions/${bad.id}`), {
    state: 'rejected',
    reason: 'not for training a model',
  })
  t.equal((await callProbe(host, good.key, 'echo', { text: 'x' })).status, 200)
  t.equal((await callProbe(host, bad.key, 'echo', { text: 'x' })).status, 401)

  for (const [tenant, desk] of Object.entries(desks)) {
    const isTold = tenant !== 'initech'
    await until(async () => (await desk(REQUESTED)).length === (isTold ? 2 : 0))
  }
  // Of two requests neither has to be heard first.
  const heard = (await desks.globex(REQUESTED)).find(({ subject }) => subject === good.id)
  t.strictSame(heard?.data, {
    ...{ app: 'planner', service: 'probe.one', major: 1, plan: 'gold', planVersion: 1 },
    ...{ state: 'requested', expiresAt: null, reason: null, tenant: 'acme', scopes: null },
    purpose: 'weekly orders',
  })
  await until(async () => (await desks.acme()).some(({ type }) => /credential/.test(type)))
  t.notMatch(JSON.stringify(await desks.acme()), /dsk_[0-9a-z]{20}_|admin:|tok_/)

  t.match(await refusal(process.request('GET', '/v1/subscriptions?tenant=globex')), { status: 403 })
  const stranger = await serviceAccount(
    host.as(initech.adminToken),
    { ...account, tenant: 'initech' },
    actions,
  )
  const third = await ask('third', 'more orders')
  const theirs = host.as(stranger.token).request('POST', `/v1/subscriptions/${third.id}:approve`)
  t.match(await refusal(theirs), { code: 'CORE_SUBSCRIPTION_MISSING' })
})
