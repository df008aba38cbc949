import { request } from 'node:http'
import { connect } from 'node:net'
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

/**
 * Handlers that wait until nobody waits for them. What each was told is kept in the isolate, where another call asks
 * for it: the log of a call that is over is heard by nobody.
 */
const bundle = `var seen = [], isolate = Math.random()
const gone = (ctx) => new Promise((resolve) => ctx.signal.addEventListener('abort', () => resolve(ctx.signal.reason.code)))
var __signalbox_plugin = { default: { services: { 'wait.one': {
  wait: (_input, ctx) => gone(ctx),
  look: async ({ as = 'look' }, ctx) => { seen.push(as + ' begun'); seen.push(as + ' ' + await gone(ctx)) },
  write: async ({ as = 'write' }, ctx) => { seen.push(as + ' begun'); const why = await gone(ctx); await ctx.meter('half'); seen.push('write ' + why); return 1 },
  fail: async (_input, ctx) => { await gone(ctx); throw new Error('nobody is there') },
  outer: async ({ operation = 'look' }, ctx) => {
    await ctx.services.call('wait.one', operation, { as: 'inner' }).catch((error) => seen.push('outer ' + error.code))
  },
  deaf: () => new Promise(() => undefined),
  seen: () => ({ isolate, seen }),
  echo: (input) => input,
} } } }`

const operation = { input: { type: 'object' }, output: {}, deadlineMs: 30_000 }
const safe = { ...operation, safe: true }
const operations = {
  ...{ wait: operation, write: operation, fail: operation, echo: safe },
  ...{ look: safe, outer: safe, deaf: safe, seen: safe },
}

/** The plugin under a version, in a folder that npm can publish. */
function wait(version: string): Promise<string> {
  return writeFiles(join(home, `wait-${version}`), {
    'dist/plugin.js': bundle,
    'contracts/one.json': JSON.stringify({
      id: service,
      major: 1,
      title: { en: 'Wait' },
      operations,
    }),
    'package.json': JSON.stringify({
      name: plugin,
      version,
      license: 'Apache-2.0',
      keywords: ['signalbox-plugin'],
      signalbox: {
        manifest: 1,
        host: '^1.0.0',
        displayName: { en: 'Wait' },
        runtime: { tier: 'sandbox', entry: 'dist/plugin.js', limits: { deadlineMs: 30_000 } },
        provides: { services: [{ id: service, contract: 'contracts/one.json' }] },
        capabilities: { 'service:call': [{ service: 'wait.one@1', why: { en: 'Calls itself' } }] },
      },
    }),
  })
}

const folder = await wait('1.0.0')
await publish(host, folder)
await host.client.request('POST', '/v1/plugins', { name: plugin })
const capabilities = ['service:call']
const acme = await setUpTenant(host, 'acme', { plugin, service, capabilities })
const globex = await setUpTenant(host, 'globex', { plugin, service, capabilities })

async function metrics(): Promise<string> {
  const headers = { authorization: `Bearer ${OPERATOR_TOKEN}` }
  return (await fetch(`${host.url}/metrics`, { headers })).text()
}

/** What lanes and the host say of themselves. */
async function kind(name: string): Promise<number> {
  return Number(
    new RegExp(`^signalbox_sandbox\\{kind="${name}"\\} (\\d+)$`, 'm').exec(await metrics())?.[1],
  )
}

/** Calls that lanes are at work on. */
const atWork = () => kind('calls')

/** Calls of an operation, by what became of them. */
async function counted(name: string, outcome: string): Promise<number> {
  const labels = (line: string) =>
    line.startsWith('signalbox_calls_total{') &&
    line.includes(`operation="${name}"`) &&
    line.includes(`outcome="${outcome}"`)
  const lines = (await metrics()).split('\n').filter(labels)
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)
}

/** A call on a connection of its own, which goes with it. */
function begin(name: string, input: object = {}) {
  const asked = request(`${host.url}/api/${service}/v1/${name}`, {
    method: 'POST',
    agent: false,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${acme.key}` },
  })
  const closed = new Promise<void>((resolve) => asked.once('close', resolve))
  asked.once('error', () => undefined)
  asked.end(JSON.stringify(input))
  return {
    hangUp: () => {
      asked.destroy()
      return closed
    },
  }
}

const seenBy = new Map<number, readonly string[]>()

/** Of all isolates: on a full machine a nested call is given to another lane, so several are asked at once. */
async function seen(): Promise<readonly string[]> {
  const asked = Array.from({ length: 6 }, () => callProbe(host, acme.key, 'seen', {}, service))
  for (const { body } of await Promise.all(asked)) seenBy.set(body.isolate, body.seen)
  return [...seenBy.values()].flat()
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

t.test(
  'a caller that hangs up ends what only reads, at once and with all that it asked',
  async (t) => {
    const begun = performance.now()
    const plain = begin('look')
    await until(async () => (await seen()).includes('look begun'))
    await plain.hangUp()
    await until(async () => (await atWork()) === 0)
    await until(async () => (await seen()).includes('look CORE_CALLER_LEFT'))
    const nested = begin('outer')
    await until(async () => (await seen()).includes('inner begun'))
    await nested.hangUp()
    await until(async () => (await atWork()) === 0)
    await until(async () => {
      const told = await seen()
      return told.includes('inner CORE_CALLER_LEFT') && told.includes('outer CORE_CALLER_LEFT')
    })
    t.ok(performance.now() - begun < 29_000, 'before their deadline')
    await until(async () => (await counted('look', 'CORE_CALLER_LEFT')) === 1)
    await until(async () => (await counted('outer', 'CORE_CALLER_LEFT')) === 1)
    const line = /^signalbox_calls_total\{.*operation="look".*version="([^"]*)".*CORE_CALLER_LEFT/m
    t.equal(line.exec(await metrics())?.[1], '1.0.0', 'counted for the version that it was given')
    await until(async () => (await outcomes('look')).includes('CORE_CALLER_LEFT'))
  },
)

t.test('one that may change something is told, and may finish what it began', async (t) => {
  const call = begin('write')
  await until(async () => (await seen()).includes('write begun'))
  await call.hangUp()
  await until(async () => (await seen()).includes('write CORE_CALLER_LEFT'))
  await until(async () => (await counted('write', 'CORE_CALLER_LEFT')) === 1)
  await until(async () => (await outcomes('write')).includes('done'))
  t.pass('the audit says that it was done')
  const nested = begin('outer', { operation: 'write' })
  // Twice by now: the one before was only read.
  await until(async () => (await seen()).filter((line) => line === 'inner begun').length === 2)
  await nested.hangUp()
  await until(
    async () => (await seen()).filter((line) => line === 'write CORE_CALLER_LEFT').length === 2,
  )
  await until(async () => (await atWork()) === 0)
  const halves = async () => {
    const usage = await host
      .as(acme.adminToken)
      .request<{ items: { unit: string; units: string }[] }>('GET', '/v1/tenants/acme/usage')
    return usage.items.filter(({ unit }) => unit === 'half').map(({ units }) => units)
  }
  await until(async () => (await halves()).length >= 2)
  t.same(await halves(), ['1', '1'])
})

/** How the calls of an operation ended, as the audit has it. */
async function outcomes(name: string): Promise<string[]> {
  const { items } = await host.client.request<{ items: { subject: string; outcome: string }[] }>(
    'GET',
    '/v1/audit?limit=200',
  )
  return items.filter(({ subject }) => subject === `${service}@1/${name}`).map((one) => one.outcome)
}

t.test(
  'a connection that is kept, shared or closed behind the answer is no hanging up',
  async (t) => {
    const before = await counted('echo', 'done')
    const { hostname, port } = new URL(host.url)
    const socket = connect(Number(port), hostname)
    const head = (method: string) =>
      `${method} /api/${service}/v1/echo?n=1 HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${acme.key}\r\n\r\n`
    let answered = ''
    socket.setEncoding('utf8').on('data', (text) => {
      answered += text
    })
    const answers = () => answered.split('HTTP/1.1 200').length - 1
    socket.write(head('GET').repeat(3) + head('HEAD'))
    await until(() => answers() === 4)
    socket.write(head('GET'))
    await until(() => answers() === 5)
    socket.destroy()
    await until(async () => (await counted('echo', 'done')) === before + 5)
    t.equal(await counted('echo', 'CORE_CALLER_LEFT'), 0)
    const pipelined = connect(Number(port), hostname)
    const look = head('GET').replace('/echo?n=1', '/look')
    pipelined.write(look.repeat(3))
    await until(async () => (await atWork()) === 3)
    const left = await counted('look', 'CORE_CALLER_LEFT')
    pipelined.destroy()
    await until(async () => (await atWork()) === 0)
    await until(async () => (await counted('look', 'CORE_CALLER_LEFT')) === left + 3)
  },
)

t.test(
  'two hundred that call and hang up leave nothing, and the next is answered as ever',
  async (t) => {
    for (const name of ['look', 'deaf', 'wait']) {
      const left = await counted(name, 'CORE_CALLER_LEFT')
      const calls = Array.from({ length: 200 }, () => begin(name))
      // Some are at work by then, some wait, some have only just connected.
      await until(async () => (await atWork()) > 0)
      await Promise.all(calls.map((call) => call.hangUp()))
      await until(async () => (await atWork()) === 0 && (await kind('queued')) === 0)
      await until(async () => (await counted(name, 'CORE_CALLER_LEFT')) > left)
      const next = await timed()
      t.equal(next.status, 200, name)
      // Behind those that left it would wait for their deadline.
      t.ok(next.ms < 20_000, `${name}: ${Math.round(next.ms)} ms`)
    }
    t.equal((await kind('lanesLost')) + (await kind('circuitsOpened')), 0)
  },
)

async function timed(): Promise<{ status: number; ms: number }> {
  const begun = performance.now()
  const { status } = await callProbe(host, acme.key, 'echo', {}, service)
  return { status, ms: performance.now() - begun }
}

t.test('a canary whose callers all hang up is not taken back for it', async (t) => {
  await publish(host, await wait('1.1.0'))
  await host.client.request('POST', '/v1/plugins', { name: plugin, version: '1.1.0' })
  const steps = [
    { weightBp: 9000, hold: { durationMs: 3_600_000 } },
    { weightBp: 10_000, hold: {} },
  ]
  const wish = { plugin, version: '1.1.0', steps }
  const { id } = await host.client.request<{ id: string }>('POST', '/v1/rollouts', wish)
  await host.client.request('POST', `/v1/rollouts/${id}/start`, {})
  for (const name of ['look', 'fail']) {
    const calls = Array.from({ length: 40 }, () => begin(name))
    await until(async () => (await atWork()) === 40)
    await Promise.all(calls.map((call) => call.hangUp()))
    await until(async () => (await atWork()) === 0)
  }
  await until(async () => (await counted('fail', 'CORE_CALLER_LEFT')) === 40)
  interface Seen {
    readonly state: string
    readonly calls: { readonly stable: number; readonly canary: number }
    readonly events: { readonly failures: { readonly stable: number; readonly canary: number } }
  }
  const seen = () => host.client.request<Seen>('GET', `/v1/rollouts/${id}`)
  // The controller has written, and judged, what the node counted of all of them.
  await until(async () => {
    const { calls } = await seen()
    return calls.stable + calls.canary >= 80
  })
  const { state, calls, events } = await seen()
  t.equal(state, 'running')
  t.same(events.failures, { stable: 0, canary: 0 }, 'none of them is held against either version')
  t.ok(calls.canary > 40, 'most of them were the canary’s')
})
