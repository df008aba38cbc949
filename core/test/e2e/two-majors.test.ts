import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { writeFiles } from '../../../marketplace/test/support/npm.ts'
import { until } from '../../../sandbox/test/until.ts'
import { HostProcess, refusal, temporaryHome } from '../support/host-process.ts'
import { packedFixture } from '../support/packed-fixture.ts'
import { testDatabases } from '../support/postgres.ts'
import { publish } from '../support/publish.ts'

const { hostUrl } = await testDatabases(t)
const host = await HostProcess.start(t, { databaseUrl: hostUrl })
const plugin = '@stock/forecast'
const id = 'stock.forecast'
const fixture = await packedFixture('majors-plugin')
const home = await temporaryHome(t)
const read = (path: string) => readFile(join(fixture, path), 'utf8')
const packageJson = JSON.parse(await read('package.json'))
const both = packageJson.signalbox.provides.services as readonly { id: string; contract: string }[]

interface Release {
  readonly services?: readonly object[]
  /** Of a contract file, by its path. */
  readonly contract?: (path: string, contract: Record<string, never>) => unknown
}

/** @returns the folder of a version */
async function versionOf(version: string, { services = both, contract }: Release = {}) {
  const paths = both.map((one) => one.contract)
  const contracts = await Promise.all(
    paths.map(async (path) => {
      const known = JSON.parse(await read(path))
      return [path, JSON.stringify(contract?.(path, known) ?? known)] as const
    }),
  )
  const signalbox = { ...packageJson.signalbox, provides: { services } }
  return writeFiles(join(home, version), {
    'dist/plugin.js': await read('dist/plugin.js'),
    ...Object.fromEntries(contracts),
    'package.json': JSON.stringify({ ...packageJson, version, signalbox, scripts: {} }),
  })
}

async function release(version: string, wish: Release = {}): Promise<void> {
  await publish(host, await versionOf(version, wish))
  await host.client.request('POST', '/v1/plugins', { name: plugin, version })
}

interface Rollout {
  readonly id: string
  readonly state: string
}

async function startRollout(version: string, steps: readonly object[]): Promise<string> {
  const wish = { plugin, version, steps }
  const made = await host.client.request<Rollout>('POST', '/v1/rollouts', wish)
  await host.client.request('POST', `/v1/rollouts/${made.id}/start`, {})
  return made.id
}

const full = { weightBp: 10_000, hold: {} }

async function rollOut(version: string): Promise<void> {
  const rollout = await startRollout(version, [full])
  await host.client.request('POST', `/v1/rollouts/${rollout}/promote`, {})
}

async function call(key: string, major: number, operation = 'forecast') {
  const response = await fetch(`${host.url}/api/${id}/v${major}/${operation}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({ history: [1, 2, 3] }),
  })
  const { status, headers } = response
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever came
  return { status, headers, body: (await response.json()) as any }
}

await release('1.0.0', { services: [both[0] as object] })
const tenant = { id: 'acme', name: 'Acme' }
const { adminToken } = await host.client.request<{ adminToken: string }>(
  'POST',
  '/v1/tenants',
  tenant,
)
const admin = host.as(adminToken)
await admin.request('PUT', `/v1/tenants/acme/plugins/${encodeURIComponent(plugin)}`, {
  binding: 'enabled',
})

async function subscribe(app: string, major: number): Promise<{ id: string; key: string }> {
  await admin.request('POST', '/v1/apps', { id: app, name: app })
  const wish = { app, service: id, major }
  const made = await admin.request<{ id: string }>('POST', '/v1/subscriptions', wish)
  const path = `/v1/subscriptions/${made.id}/credentials`
  return { id: made.id, key: (await admin.request<{ key: string }>('POST', path)).key }
}

const old = await subscribe('old', 1)

t.test('a major that comes beside another breaks nobody, and the plan says so', async (t) => {
  const wish = { app: 'early', service: id, major: 2 }
  await publish(host, await versionOf('1.1.0'))
  const plan = await host.client.request('POST', `/v1/plugins/${encodeURIComponent(plugin)}:plan`, {
    version: '1.1.0',
  })
  t.match(plan, {
    refusal: null,
    services: [
      { service: id, major: 1, previousMajor: 1, changes: [] },
      { service: id, major: 2, previousMajor: null },
    ],
    affected: [],
  })
  await host.client.request('POST', '/v1/plugins', { name: plugin, version: '1.1.0' })
  await admin.request('POST', '/v1/apps', { id: 'early', name: 'Early' })
  t.match(await refusal(admin.request('POST', '/v1/subscriptions', wish)), {
    code: 'CORE_SERVICE_MISSING',
  })
  await rollOut('1.1.0')
  t.match((await call(old.key, 1)).body, { next: 2 })
})

t.test(
  'each subscriber is answered by its own major, through a canary of the version',
  async (t) => {
    const fresh = await subscribe('fresh', 2)
    t.match((await call(fresh.key, 2)).body, { expected: 2, certainty: 0.5 })
    t.match((await call(fresh.key, 2, 'explain')).body, { method: 'mean' })
    t.match((await call(old.key, 1, 'explain')).body, { code: 'CORE_OPERATION_MISSING' })
    const crossed = [await call(old.key, 2), await call(fresh.key, 1)]
    t.same(
      crossed.map(({ status }) => status),
      [403, 403],
    )
    // The author writes the first one's major out as well: the table in the code is another, the service is not.
    const named = [{ ...both[0], id: `${id}@1` }, both[1] as object]
    const bundle = (await read('dist/plugin.js')).replace(
      '"stock.forecast":',
      '"stock.forecast@1":',
    )
    const folder = await versionOf('1.2.0', { services: named })
    await writeFiles(folder, { 'dist/plugin.js': bundle })
    await publish(host, folder)
    await host.client.request('POST', '/v1/plugins', { name: plugin, version: '1.2.0' })
    const steps = [{ weightBp: 5000, hold: { durationMs: 600_000 } }, full]
    const rollout = await startRollout('1.2.0', steps)
    const seen = new Set<string>()
    const wanted = [1, 2].flatMap((major) => [`${major} 1.1.0`, `${major} 1.2.0`])
    await until(async () => {
      for (const [key, major] of [
        [old.key, 1],
        [fresh.key, 2],
      ] as const) {
        const { status, headers, body } = await call(key, major)
        t.match(
          { status, body },
          { status: 200, body: major === 1 ? { next: 2 } : { expected: 2 } },
        )
        seen.add(`${major} ${headers.get('signalbox-version')}`)
      }
      return wanted.every((one) => seen.has(one))
    })
    await host.client.request('POST', `/v1/rollouts/${rollout}/promote`, {})
    const catalog = await admin.request<{ items: { major: number; version: string }[] }>(
      'GET',
      `/v1/catalog/services/${id}/changes`,
    )
    t.match(catalog.items, [
      { version: '1.2.0', major: 2, previous: '1.1.0', changes: [] },
      { version: '1.2.0', major: 1, previous: '1.1.0', changes: [] },
      { version: '1.1.0', major: 2, previous: '1.1.0' },
      { version: '1.1.0', major: 1, previous: '1.0.0', changes: [] },
      { version: '1.0.0', major: 1, previous: null },
    ])
    for (const [major, name] of [
      [1, 'next'],
      [2, 'certainty'],
    ] as const) {
      const path = `${host.url}/v1/catalog/services/${id}/versions/${major}/types`
      const types = await fetch(path, { headers: { authorization: `Bearer ${adminToken}` } })
      t.match(await types.text(), new RegExp(`\\b${name}\\b`))
    }
    const usage = `/v1/usage?by=service`
    await until(async () => {
      const { items } = await admin.request<{ items: { key?: string }[] }>('GET', usage)
      const text = JSON.stringify(items)
      return text.includes(`${id}@1`) && text.includes(`${id}@2`)
    })
  },
)

t.test('within a major nothing may break, of whichever of the two', async (t) => {
  for (const { contract: broken } of both) {
    const contract: Release['contract'] = (path, known) => {
      if (path !== broken) return known
      const text = JSON.stringify(known).replace(
        '"required":["history"]',
        '"required":["history","unit"]',
      )
      return JSON.parse(text)
    }
    const folder = await versionOf('1.3.0', { contract })
    t.match(await refusal(publish(host, folder)), {
      code: 'MKT_CONTRACT_BREAKING',
      errors: [{ at: broken, pointer: /forecast/ }],
    })
  }
  const twice = [both[0] as object, { ...both[1], id }]
  t.match(await refusal(publish(host, await versionOf('1.3.1', { services: twice }))), {
    errors: [{ at: /^package\.json/, detail: /services\/1\/id.*another major/s }],
  })
})

t.test('one major ends by its schedule while the other goes on', async (t) => {
  const fresh = await subscribe('second', 2)
  const schedule = `/v1/catalog/services/${id}/versions/1/deprecation`
  const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString()
  const begun = { deprecatedAt: '2026-01-01T00:00:00Z', successor: 2 }
  const goesOn = async () => {
    const { status, headers } = await call(fresh.key, 2)
    t.equal(status, 200)
    t.notOk(headers.has('deprecation') || headers.has('sunset'))
  }
  await host.client.request('PUT', schedule, { ...begun, sunsetAt: day(60) })
  const told = await call(old.key, 1)
  t.equal(told.status, 200)
  t.equal(told.headers.get('deprecation'), '@1767225600')
  t.match(told.headers.get('sunset'), / GMT$/)
  t.match(told.headers.get('link'), /v2.*rel="successor-version"/)
  await goesOn()
  const brownOuts = [{ from: day(-0.01), to: day(0.1) }]
  await host.client.request('PUT', schedule, { ...begun, sunsetAt: day(60), brownOuts })
  t.match((await call(old.key, 1)).body, { code: 'CORE_SERVICE_BROWN_OUT' })
  await goesOn()
  await host.client.request('PUT', schedule, { ...begun, sunsetAt: day(-0.01) })
  t.match(await call(old.key, 1), { status: 410, body: { code: 'CORE_SERVICE_GONE' } })
  await goesOn()

  // Then the author leaves it out, under the name that the other one has: the plan says whom that meets.
  await publish(host, await versionOf('2.0.0', { services: [both[1] as object] }))
  const path = `/v1/plugins/${encodeURIComponent(plugin)}:plan`
  const plan = await host.client.request<{ affected: { app: string }[] }>('POST', path, {
    version: '2.0.0',
  })
  t.match(plan, {
    services: [
      { service: id, major: 2, previousMajor: 2 },
      { service: id, major: null, previousMajor: 1 },
    ],
  })
  t.same(
    plan.affected.map(({ app }) => app),
    ['old'],
  )
  await host.client.request('POST', '/v1/plugins', { name: plugin, version: '2.0.0' })
  await rollOut('2.0.0')
  await goesOn()
  t.match(await call(old.key, 1), { status: 410 })
})
