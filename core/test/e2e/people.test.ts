import t from 'tap'
import { until } from '../../../sandbox/test/until.ts'
import { fc } from '../../../sdk/test/seeded-check.ts'
import { enablePlugin, installFixture } from '../support/fixture-plugin.ts'
import { HostProcess } from '../support/host-process.ts'
import { testDatabases } from '../support/postgres.ts'
import { callProbe, setUpTenant } from '../support/probe.ts'

const people = '@people/one'
const methods = '@methods/one'

const { hostUrl, pluginUrl } = await testDatabases(t)
const host = await HostProcess.start(t, {
  databaseUrl: hostUrl,
  environment: { PLUGIN_DATABASE_URL: pluginUrl },
})
await installFixture(host, 'people-plugin', people)
// Before the owner of its points, which would not let all of it in.
await installFixture(host, 'methods-plugin', methods)
await installFixture(host, 'points-plugin', '@points/one')
const capabilities = ['notify:send', 'identity:read', 'link:share']
const acme = await setUpTenant(host, 'acme', {
  plugin: people,
  service: 'people.one',
  capabilities,
})
const bare = await setUpTenant(host, 'globex', {
  plugin: people,
  service: 'people.one',
  capabilities,
})
await enablePlugin(host.as(acme.adminToken), 'acme', methods, ['service:call'])
const admin = host.as(acme.adminToken)

const call = (key: string, operation: string, input: unknown = {}) =>
  callProbe(host, key, operation, input, 'people.one')
const message = { channel: 'memo', to: ['a@acme.example'], subject: 'Late', text: 'It is late.' }

interface Audited {
  readonly actor: string
  readonly action: string
  readonly detail: Readonly<Record<string, unknown>>
}

async function auditOf(action: string): Promise<Audited[]> {
  const { items } = await admin.request<{ items: Audited[] }>('GET', '/v1/audit?limit=200')
  return items.filter((entry) => entry.action === action)
}

t.test('a message goes to the plugin that offers the channel, and into the audit', async (t) => {
  const { body } = await call(acme.key, 'notify', message)
  t.strictSame(body, { written: 1, subject: 'Late', by: people })
  t.match(await auditOf('capability.notify.send'), [{ detail: { recipients: 1 } }])
})

t.test('a message goes nowhere that is not granted, not offered or not whole', async (t) => {
  const cases: readonly (readonly [object, string])[] = [
    [{ channel: 'fax' }, 'CORE_GRANT_MISSING'],
    [{ channel: 'pigeon' }, 'CORE_CHANNEL_MISSING'],
    [{ subject: 'Late\r\nBcc: all@acme.example' }, 'CORE_INPUT_INVALID'],
    [{ to: [] }, 'CORE_INPUT_INVALID'],
    [{ to: ['a\n'] }, 'CORE_INPUT_INVALID'],
    [{ extra: 1 }, 'CORE_INPUT_INVALID'],
  ]
  for (const [change, code] of cases) {
    const { body } = await call(acme.key, 'notify', { ...message, ...change })
    t.equal(body.code, code, JSON.stringify(change))
  }
  t.equal((await call(bare.key, 'notify', message)).body.code, 'CORE_CHANNEL_MISSING')
})

t.test('whatever a message holds, the answer is a value or a coded error', async () => {
  await fc.assert(
    fc.asyncProperty(fc.object({ maxDepth: 2 }), async (odd) => {
      const { body } = await call(acme.key, 'notify', { channel: 'fax', ...odd })
      return typeof body.code === 'string'
    }),
    { numRuns: 40 },
  )
})

t.test("of the tenant's units just the granted fields are read", async (t) => {
  await admin.request('POST', '/v1/units', { id: 'suzhou', name: 'Suzhou' })
  const unit = { id: 'line-1', name: 'Line 1', parent: 'suzhou' }
  await admin.request('POST', '/v1/units', unit)
  t.strictSame((await call(acme.key, 'units')).body, {
    items: [
      { id: 'line-1', name: 'Line 1' },
      { id: 'suzhou', name: 'Suzhou' },
    ],
  })
  t.strictSame((await call(acme.key, 'units', { cursor: 'line-1' })).body.items.length, 1)
  t.strictSame((await call(bare.key, 'units')).body, { items: [] })
  t.equal((await call(acme.key, 'units', { cursor: "' or 1=1" })).body.code, 'CORE_INPUT_INVALID')
})

interface Shared {
  readonly id: string
  readonly url: string
}

/** A link of acme, as a visitor's browser would ask for it. */
async function shared(operation: string, input: object, ttlS?: number): Promise<Shared> {
  const wish = { operation: `people.one/${operation}`, input, ...(ttlS ? { ttlS } : {}) }
  const { body } = await call(acme.key, 'share', wish)
  return { id: body.id, url: `${host.url}${new URL(body.url).pathname}` }
}

const visit = async (url: string, body?: object) => {
  const post = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  }
  const reply = await fetch(url, body === undefined ? {} : post)
  return {
    status: reply.status,
    headers: reply.headers,
    body: (await reply.json()) as { code?: string },
  }
}

t.test('who has a link calls its operation, and cannot change what was fixed', async (t) => {
  const { url } = await shared('view', { document: 'contract-7' })
  const seen = await visit(`${url}?page=2&document=contract-8`)
  t.match(seen, {
    status: 200,
    body: { input: { document: 'contract-7', page: '2' }, kind: 'link', tenant: 'acme' },
  })
  t.equal(seen.headers.get('referrer-policy'), 'no-referrer')
  const sign = await shared('sign', { document: 'contract-7' })
  t.match(await visit(sign.url), { status: 405, body: { code: 'CORE_METHOD_NOT_SAFE' } })
  t.match(await visit(sign.url, { name: 'Li', document: 'x' }), {
    body: { input: { document: 'contract-7', name: 'Li' } },
  })
  t.match(await visit(sign.url, { name: 7 }), { body: { code: 'CORE_INPUT_INVALID' } })
  t.match(await visit(sign.url, { name: 'Li', admin: true }), {
    body: { code: 'CORE_INPUT_INVALID' },
  })
})

t.test('who follows a link stands in the audit, and uses the grant it was shared by', async (t) => {
  const sign = await shared('sign', { document: 'contract-9' })
  const view = await shared('view', { document: 'contract-9' })
  t.equal((await visit(sign.url, { name: 'Li' })).status, 200)
  t.match((await auditOf('link.followed'))[0], {
    actor: `link:acme/${sign.id}`,
    subject: 'people.one@1/sign',
    outcome: 'begun',
  })
  for (let n = 0; n < 3; n++) await visit(view.url)
  const byLink = async ({ id }: Shared) => {
    const calls = await auditOf('service.call')
    return calls.filter(({ actor }) => actor === `link:acme/${id}`)
  }
  // Reads are counted together, a second at a time: three visits may stand in more than one entry.
  const visits = async () =>
    (await byLink(view)).reduce((sum, { detail }) => sum + Number(detail.count), 0)
  await until(async () => (await visits()) >= 3)
  t.equal(await visits(), 3)
  t.match(await byLink(sign), [{ subject: 'people.one@1/sign', outcome: 'done' }])
  const path = `/v1/tenants/acme/plugins/${encodeURIComponent(people)}/uses?minDays=0`
  const usesNow = () => admin.request<Record<'uses' | 'proposals', Used[]>>('GET', path)
  const count = async (capability: string, facet: string) =>
    (await usesNow()).uses.find((use) => use.capability === capability && use.facet === facet)
      ?.count ?? 0
  // One share at least, and three visits.
  await until(async () => (await count('link:share', 'people.one/view')) >= 4)
  await until(async () => (await count('notify:send', 'memo')) >= 1)
  const { proposals } = await usesNow()
  t.same(
    proposals.filter(({ capability }) => capability === 'link:share'),
    [],
  )
})

interface Used {
  readonly capability: string
  readonly facet: string
  readonly count: number
}

t.test('no more is shared than was granted', async (t) => {
  const share = (wish: object) => call(acme.key, 'share', { input: {}, ...wish })
  const cases: readonly (readonly [object, string])[] = [
    [{ operation: 'people.one/notify' }, 'CORE_GRANT_MISSING'],
    [{ operation: 'points.one/list' }, 'CORE_GRANT_MISSING'],
    [{ operation: 'people.one/view', ttlS: 8 * 86_400 }, 'CORE_LINK_TOO_LONG'],
    [{ operation: 'people.one/view', ttlS: 0 }, 'CORE_INPUT_INVALID'],
    [{ operation: 'people.one/view', ttlS: 1.5 }, 'CORE_INPUT_INVALID'],
    [{ operation: 'people.one/view', input: { document: 'x'.repeat(5000) } }, 'CORE_INPUT_INVALID'],
    [{ operation: 'people.one/view', input: [] }, 'CORE_INPUT_INVALID'],
  ]
  for (const [wish, code] of cases) {
    t.equal((await share(wish)).body.code, code, JSON.stringify(wish).slice(0, 80))
  }
})

t.test('a link ends when it is taken back, by its plugin or by the admin', async (t) => {
  const byPlugin = await shared('view', { document: 'a' })
  t.strictSame((await call(bare.key, 'revoke', { id: byPlugin.id })).body, { revoked: false })
  t.equal((await visit(byPlugin.url)).status, 200)
  t.strictSame((await call(acme.key, 'revoke', { id: byPlugin.id })).body, { revoked: true })
  t.match(await visit(byPlugin.url), { status: 410, body: { code: 'CORE_LINK_EXPIRED' } })

  const byAdmin = await shared('view', { document: 'b' })
  const { items } = await admin.request<{ items: { id: string }[] }>(
    'GET',
    '/v1/tenants/acme/links?limit=1',
  )
  t.equal(items[0]?.id, byAdmin.id)
  t.notMatch(JSON.stringify(items), /lnk_|hash/)
  await admin.request('DELETE', `/v1/tenants/acme/links/${byAdmin.id}`)
  t.equal((await visit(byAdmin.url)).status, 410)
  for (const token of ['lnk_', 'lnk_AAAA', '%00', '..%2f', "'--"]) {
    const { body } = await visit(`${host.url}/links/${token}`)
    t.equal(body.code, 'CORE_LINK_MISSING', token)
  }
})

t.test('a link ends with the grant it was made by', async (t) => {
  const { url } = await shared('view', { document: 'c' })
  const path = `/v1/tenants/acme/plugins/${encodeURIComponent(people)}`
  const { grants } = await admin.request<{ grants: { id: string; capability: string }[] }>(
    'GET',
    path,
  )
  for (const { id, capability } of grants) {
    if (capability === 'link:share') await admin.request('DELETE', `${path}/grants/${id}`)
  }
  t.equal((await visit(url)).status, 410)
})
