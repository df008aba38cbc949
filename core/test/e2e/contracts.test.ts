import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { packPlugin } from '@signalbox/sdk/pack'
import t from 'tap'
import { HostProcess, refusal } from '../support/host-process.ts'
import { setUpTenant } from '../support/probe.ts'
import { publish } from '../support/publish.ts'

const name = '@acme/orders'
const service = 'orders.list'
const text = { type: 'string' }
const root = t.testdir({})

interface Release {
  readonly rowFields: object
  readonly code: string
  readonly changes?: object
}

async function release(host: HostProcess, version: string, { rowFields, code, changes }: Release) {
  const rows = {
    type: 'array',
    items: { type: 'object', required: ['sku'], properties: rowFields },
  }
  const contract = {
    id: service,
    major: 1,
    title: { en: 'Orders', 'zh-CN': '订单' },
    owner: 'sales',
    domain: 'sales',
    operations: {
      list: {
        safe: true,
        input: { type: 'object', required: ['status'], properties: { status: text } },
        output: { type: 'object', required: ['rows'], properties: { rows } },
        examples: [{ name: 'open ones', input: { status: 'open' }, output: { rows: [] } }],
        ...changes,
      },
    },
  }
  const folder = join(root, version)
  const files = {
    'package.json': JSON.stringify({
      name,
      version,
      type: 'module',
      license: 'Apache-2.0',
      keywords: ['signalbox-plugin'],
      files: ['dist', 'contracts'],
      signalbox: {
        manifest: 1,
        host: '^1.0.0',
        displayName: { en: 'Orders' },
        runtime: {
          tier: 'sandbox',
          entry: 'dist/plugin.js',
          limits: { turnMs: 1000, deadlineMs: 20_000 },
        },
        provides: { services: [{ id: service, contract: 'contracts/orders.json' }] },
      },
    }),
    'contracts/orders.json': JSON.stringify(contract),
    'src/index.ts': `import { definePlugin } from '@signalbox/sdk'
export default definePlugin({ services: { '${service}': { list: (input: { status: string }) => (${code}) } } })
`,
  }
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), content)
  }
  await packPlugin(folder)
  await publish(host, folder)
}

const host = await HostProcess.start(t)
const rowFields = { sku: text, at: text }
await release(host, '1.0.0', { rowFields, code: `{ rows: [{ sku: 'a-1', at: input.status }] }` })
await host.client.request('POST', '/v1/plugins', { name })
const setup = { plugin: name, service, capabilities: [] }
const acme = await setUpTenant(host, 'acme', setup)
const globex = await setUpTenant(host, 'globex', setup)

const plan = (version: string) =>
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever came
  host.client.request<any>('POST', '/v1/plugins/@acme%2Forders:plan', { version })

const document = async (which: string) => {
  const response = await fetch(`${host.url}/v1/catalog/services/${service}/versions/1/${which}`, {
    headers: { authorization: `Bearer ${acme.adminToken}` },
  })
  if (!response.ok) throw new Error(await response.text())
  return response.text()
}

t.test('a client that the host wrote compiles strictly and calls the service', async (t) => {
  const folder = t.testdir({ 'orders.ts': await document('types') })
  await writeFile(
    join(folder, 'call.ts'),
    `import { createClient, ServiceError, type ListOutput } from './orders.ts'
const [url = '', key = ''] = process.argv.slice(2)
const orders = createClient({ url, key })
const { rows }: ListOutput = await orders.list({ status: 'open' })
const [first] = rows
// @ts-expect-error: the contract declares no such field
void first?.nothing
const refused = await createClient({ url, key: 'none' }).list({ status: 'x' }).catch((error) => error)
console.log(JSON.stringify([first?.sku, refused instanceof ServiceError, refused.code]))
`,
  )
  const run = promisify(execFile)
  const options = ['--strict', '--noEmit', '--target', 'es2024', '--module', 'nodenext']
  const more = [
    '--allowImportingTsExtensions',
    '--types',
    'node',
    '--erasableSyntaxOnly',
    '--ignoreConfig',
  ]
  const tsc = join(import.meta.dirname, '../../../node_modules/typescript/bin/tsc')
  const { stdout: faults } = await run(process.execPath, [
    tsc,
    ...options,
    ...more,
    join(folder, 'call.ts'),
  ])
  t.equal(faults, '')
  const { stdout } = await run(process.execPath, [join(folder, 'call.ts'), host.url, acme.key])
  t.same(JSON.parse(stdout), ['a-1', true, 'CORE_AUTHENTICATION_REQUIRED'])
})

t.test('a service is described to tools as it can be called', async (t) => {
  const openApi = JSON.parse(await document('openapi'))
  t.match(openApi, {
    openapi: '3.1.0',
    paths: {
      [`/api/${service}/v1/list`]: {
        post: { operationId: 'list' },
        get: { parameters: [{ name: 'status', required: true }] },
      },
    },
  })
  t.match(JSON.parse(await document('odcs')), {
    apiVersion: 'v3.1.0',
    domain: 'sales',
    schema: [
      {
        name: 'list',
        properties: [
          {
            name: 'rows',
            items: { properties: [{ name: 'at' }, { name: 'sku', required: true }] },
          },
        ],
      },
    ],
  })
  t.match(JSON.parse(await document('asyncapi')), { asyncapi: '3.0.0', channels: {} })
  t.match(JSON.parse(await document('contract')), { id: service, major: 1 })
})

t.test(
  'a service is found by words of both languages, and says all that its contract says',
  async (t) => {
    const app = host.as(acme.key)
    const ids = async (query: Record<string, string>) => {
      const found = await app.request<{ items: { id: string }[] }>(
        'GET',
        `/v1/catalog/services?${new URLSearchParams(query)}`,
      )
      return found.items.map(({ id }) => id)
    }
    t.same(await ids({ q: '订单' }), [service])
    t.same(await ids({ q: 'ORDERS', domain: 'sales' }), [service])
    t.same(await ids({ q: `'; drop table services; --` }), [])
    t.same(await ids({ q: 'orders', tag: 'nothing' }), [])
    t.match(await refusal(app.request('GET', '/v1/catalog/services?cursor=x')), { status: 400 })
    t.match(await app.request('GET', `/v1/catalog/services/${service}`), {
      id: service,
      majors: [{ title: { 'zh-CN': '订单' }, owner: 'sales', version: '1.0.0', operations: {} }],
    })
  },
)

t.test('the page of a service holds nothing of it, and begins only what it wrote', async (t) => {
  const open = (path: string, headers = {}) => fetch(`${host.url}${path}`, { headers })
  const page = await open(`/catalog/${service}`, { 'accept-language': 'zh-CN' })
  const html = await page.text()
  t.match(html, '<html lang="zh-CN"')
  t.notMatch(html, /订单|sales|<style|\sstyle=|\son\w+=/)
  const policy = page.headers.get('content-security-policy') ?? ''
  const [, nonce = ''] = /script-src 'nonce-([^']+)' 'self';/.exec(policy) ?? []
  t.match(policy, /default-src 'none'.*form-action 'none'.*frame-ancestors 'none'/)
  t.notMatch(policy, 'unsafe')
  const begun = [...html.matchAll(/<(?:script|link)[^>]*>/g)].map(([tag]) => tag)
  t.equal(begun.length, 3)
  t.ok(begun.every((tag) => tag.includes(`nonce="${nonce}"`)))
  t.equal(page.headers.get('cache-control'), 'no-store')
  const english = await open(`/catalog/${service}?lang=en`, { 'accept-language': 'zh-CN' })
  t.notMatch(english.headers.get('content-security-policy'), nonce, 'a nonce is used once')
  t.match(await english.text(), '<html lang="en"')
  const missing = await (await open('/catalog/no.such')).text()
  t.equal(missing.length > 1000, true, 'whether there is a service is not told by its page')
  t.equal((await open('/catalog/%3Cscript%3E')).status, 400)
  t.equal((await open('/catalog/page/..%2Fservice-page.ts')).status, 404)
  for (const name of ['service.js', 'snippets.js', 'service.css']) {
    const part = await open(`/catalog/page/${name}`)
    t.match(part.headers.get('content-type'), /^text\/(css|javascript)/)
    t.equal(part.headers.get('x-content-type-options'), 'nosniff')
  }
})

t.test('who is subscribed, and what they use and read, is known', async (t) => {
  const path = `/v1/subscriptions/${globex.subscription}/expectations`
  const admin = host.as(globex.adminToken)
  const bad = { reads: { list: ['/rows/[]/nothing'], other: [] } }
  t.match(await refusal(admin.request('PUT', path, bad)), {
    code: 'CORE_INPUT_INVALID',
    errors: [{ pointer: '/reads/list/0' }, { pointer: '/reads/other' }],
  })
  await admin.request('PUT', path, {
    reads: { list: ['/rows/[]/sku'] },
    examples: [
      {
        name: 'the first is a-1',
        operation: 'list',
        input: { status: 'open' },
        expect: [{ path: '/rows/[]/sku', match: 'exact', value: 'a-1' }],
      },
    ],
  })
  t.match(await refusal(host.as(acme.adminToken).request('GET', path)), { status: 404 })
  const { items } = await host.client.request<{ items: { tenant: string }[] }>(
    'GET',
    `/v1/catalog/services/${service}/consumers`,
  )
  t.match(
    items.find(({ tenant }) => tenant === 'acme'),
    {
      app: 'app',
      uses: [{ operation: 'list', calls: 1 }],
    },
  )
  t.match(
    items.find(({ tenant }) => tenant === 'globex'),
    {
      uses: [],
      reads: { list: ['/rows/[]/sku'] },
      examples: 1,
    },
  )
})

t.test('a plan names what changes, whose examples fail, and changes nothing', async (t) => {
  const more = { ...rowFields, by: text }
  await release(host, '1.1.0', { rowFields: more, code: `{ rows: [{ sku: 'b-2', at: '' }] }` })
  const planned = await plan('1.1.0')
  t.match(planned, {
    from: '1.0.0',
    refusal: null,
    affected: [],
    services: [{ service, major: 1, previousMajor: 1 }],
    examples: {
      ran: 1,
      failed: [{ tenant: 'globex', app: 'app', example: 'the first is a-1', reason: /sku/ }],
    },
  })
  t.match(planned.services[0].changes, [{ kind: 'additive', field: '/rows/[]/by' }])
  const { versions } = await host.client.request<{ versions: unknown[] }>(
    'GET',
    '/v1/plugins/@acme%2Forders',
  )
  t.equal(versions.length, 1)
})

t.test(
  'a version that breaks is refused at publish, and at install where it never was compared',
  async (t) => {
    const broken = { rowFields: { sku: text }, code: `{ rows: [{ sku: 'a-1' }] }` }
    t.match(await refusal(release(host, '1.2.0', broken)), { code: 'MKT_CONTRACT_BREAKING' })
    // What is below every release is compared with none.
    await release(host, '0.9.0', { rowFields, code: `{ rows: [] }`, changes: { safe: false } })
    const back = await plan('0.9.0')
    t.equal(back.refusal, null, 'nothing stands in the way of going back')
    t.match(back.services[0].changes[0], { kind: 'breaking', rule: 'safe-lost' })
    const { items } = await host.client.request<{ items: object[] }>(
      'GET',
      `/v1/catalog/services/${service}/changes`,
    )
    t.match(items, [{ version: '1.0.0', previous: null, status: 'active', changes: [] }])
    t.match(back.affected, [
      { tenant: 'acme', because: 'calls', operations: [{ operation: 'list', calls: 1 }] },
      { tenant: 'globex', because: 'subscribed' },
    ])
  },
)

t.test(
  'what changed between installed versions is told to whoever may read the catalog',
  async (t) => {
    await host.client.request('POST', '/v1/plugins', { name, version: '1.1.0' })
    const path = `/v1/catalog/services/${service}/changes`
    interface Log {
      readonly items: readonly { readonly version: string }[]
      readonly next?: string
    }
    const app = host.as(acme.key)
    const first = await app.request<Log>('GET', `${path}?limit=1`)
    t.match(first.items, [
      {
        version: '1.1.0',
        previous: '1.0.0',
        major: 1,
        status: 'proposed',
        changes: [{ kind: 'additive', field: '/rows/[]/by', sentence: { 'zh-CN': /./ } }],
      },
    ])
    const rest = await app.request<Log>(
      'GET',
      `${path}?limit=1&cursor=${encodeURIComponent(first.next ?? '')}`,
    )
    t.match(rest.items, [{ version: '1.0.0', previous: null, status: 'active' }])
    t.match(await refusal(app.request('GET', '/v1/catalog/services/no.such/changes')), {
      status: 404,
    })
  },
)
