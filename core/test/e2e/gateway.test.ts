import { join } from 'node:path'
import t from 'tap'
import { writeFiles } from '../../../marketplace/test/support/npm.ts'
import { until } from '../../../sandbox/test/until.ts'
import { createKnex } from '../../src/storage/create-knex.ts'
import { HostProcess, OPERATOR_TOKEN, temporaryHome } from '../support/host-process.ts'
import { testDatabases } from '../support/postgres.ts'
import { setUpTenant } from '../support/probe.ts'
import { publish } from '../support/publish.ts'
import { keyFile } from '../support/sealing.ts'

const plugin = '@gate/one'
const service = 'gate.one'

/** How often each was asked is kept in the isolate. */
const bundle = `var counts = { kept: 0, book: 0 }
var __signalbox_plugin = { default: { services: { 'gate.one': {
  kept: ({ n }) => ({ n, count: ++counts.kept }),
  look: () => ({ ok: true }),
  book: ({ wait }) => wait ? new Promise(() => undefined) : { count: ++counts.book },
} } } }`

const operation = { input: { type: 'object' }, output: {} }
const operations = {
  kept: {
    ...operation,
    input: { type: 'object', properties: { n: { type: 'integer' } } },
    ...{ safe: true, cache: { maxAgeS: 3600 } },
  },
  look: { ...operation, safe: true },
  book: { ...operation, deadlineMs: 30_000 },
}

/** Twice what a node waits to hear of another, on a machine that does many things. */
/** At thirty at once and one every two seconds, a slow machine meets the limit by then as well. */
const MOST_GUESSES = 200
const PATIENCE_MS = 60_000

const { hostUrl } = await testDatabases(t)
const knex = createKnex(hostUrl, { pool: 1 })
t.teardown(() => knex.destroy())
const home = await temporaryHome(t)
const environment = { SIGNALBOX_KEY_FILE: await keyFile(t) }
const settings = { databaseUrl: hostUrl, environment }
const one = await HostProcess.start(t, settings)
const folder = await writeFiles(join(home, 'gate'), {
  'dist/plugin.js': bundle,
  'contracts/one.json': JSON.stringify({
    id: service,
    major: 1,
    title: { en: 'Gate' },
    operations,
  }),
  'package.json': JSON.stringify({
    name: plugin,
    version: '1.0.0',
    license: 'Apache-2.0',
    keywords: ['signalbox-plugin'],
    signalbox: {
      manifest: 1,
      host: '^1.0.0',
      displayName: { en: 'Gate' },
      runtime: { tier: 'sandbox', entry: 'dist/plugin.js', limits: { deadlineMs: 30_000 } },
      provides: { services: [{ id: service, contract: 'contracts/one.json' }] },
    },
  }),
})
await publish(one, folder)
await one.client.request('POST', '/v1/plugins', { name: plugin })
const { key, adminToken, subscription } = await setUpTenant(one, 'acme', {
  plugin,
  service,
  capabilities: [],
})

function asked(host: HostProcess, path: string, init: RequestInit = {}, secret = key) {
  const headers = { authorization: `Bearer ${secret}`, ...init.headers }
  return fetch(`${host.url}/api/${service}/v1/${path}`, {
    ...init,
    headers,
    signal: AbortSignal.timeout(PATIENCE_MS),
  })
}

function booked(host: HostProcess, idempotencyKey: string, body = '{}') {
  const headers = { 'content-type': 'application/json', 'idempotency-key': `"${idempotencyKey}"` }
  return asked(host, 'book', { method: 'POST', body, headers })
}

t.test('an answer is asked of the plugin once, and a client that has it is told so', async (t) => {
  const first = await asked(one, 'kept?n=1')
  t.match(await first.json(), { n: 1, count: 1 })
  const headers = { 'if-none-match': String(first.headers.get('etag')) }
  t.equal((await asked(one, 'kept?n=1', { headers })).status, 304)
  const second = (await (await asked(one, 'kept?n=2')).json()) as { n: number; count: number }
  t.equal(second.n, 2)
  // What a guest counts in memory is one isolate's: another may answer, and no isolate was asked three times.
  t.ok(second.count <= 2, `asked ${second.count} times`)
})

t.test('a call with a key is made once, whichever node and however often', async (t) => {
  const two = await HostProcess.start(t, settings)
  const first = await booked(one, 'k1')
  t.same(await first.json(), { count: 1 })
  const again = await booked(two, 'k1')
  t.same(await again.json(), { count: 1 })
  t.equal(again.headers.get('idempotency-replayed'), 'true')
  t.equal((await booked(two, 'k1', '{"other":1}')).status, 422)
})

t.test('after kill -9 nobody says that a call which had begun did not happen', async (t) => {
  const two = await HostProcess.start(t, settings)
  const lost = booked(two, 'k2', '{"wait":true}').catch(() => undefined)
  // Asked sooner, the node that stays would be the one whose call began.
  await until(async () => (await knex('idempotent_calls').where({ key: 'k2' })).length > 0)
  t.equal((await booked(one, 'k2', '{"wait":true}')).status, 409)
  await two.kill()
  await lost
  const { code } = (await (await booked(one, 'k2', '{"wait":true}')).json()) as { code: string }
  t.match(code, /^CORE_IDEMPOTENCY_(IN_PROGRESS|OUTCOME_UNKNOWN)$/)
})

t.test('two nodes let exactly the burst pass', async (t) => {
  const two = await HostProcess.start(t, settings)
  await until(
    async () => (await nodesKnownTo(one)) >= 2 && (await nodesKnownTo(two)) >= 2,
    PATIENCE_MS,
  )
  const plan = { ratePerS: 0.001, burst: 100, forSubscribers: true }
  await one.client.request('PUT', `/v1/catalog/services/${service}/versions/1/plans/standard`, plan)
  // Who had subscribed before keeps the terms of then.
  const later = await setUpTenant(one, 'globex', { plugin, service, capabilities: [] })
  const look = (host: HostProcess) => asked(host, 'look', {}, later.key)
  await until(async () => {
    const policies = await Promise.all([one, two].map(look))
    return policies.every(({ headers }) => headers.get('ratelimit-policy')?.includes('q=100;'))
  }, PATIENCE_MS)
  const answers = await Promise.all(
    Array.from({ length: 500 }, (_, n) => look(n % 2 === 0 ? one : two)),
  )
  // A statement that takes half a second on a busy machine is not waited for; what then passes says so.
  const exact = answers.filter(({ headers }) => !headers.has('signalbox-limits'))
  const passed = exact.filter(({ status }) => status === 200).length
  t.ok(passed <= 100, `${passed} of 500`)
  t.ok(answers.every(({ status }) => status === 200 || status === 429))
})

async function nodesKnownTo(host: HostProcess): Promise<number> {
  const headers = { authorization: `Bearer ${OPERATOR_TOKEN}` }
  const text = await (await fetch(`${host.url}/metrics`, { headers })).text()
  return Number(/^signalbox_limit_nodes (\d+)$/m.exec(text)?.[1] ?? 0)
}

function changed(
  path: string,
  { method = 'POST', token = adminToken, key = 'w1', body }: Partial<Changing> = {},
) {
  const headers = {
    authorization: `Bearer ${token}`,
    'idempotency-key': `"${key}"`,
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
  }
  return fetch(`${one.url}${path}`, { method, headers, body: body ?? null })
}

interface Changing {
  readonly method: string
  readonly token: string
  readonly key: string
  readonly body: string
}

t.test('a change of the administration with a key is made once', async (t) => {
  const body = JSON.stringify({ id: 'keyed', name: 'Keyed' })
  const first = await changed('/v1/apps', { body })
  t.equal(first.status, 201)
  const made = await first.json()
  const again = await changed('/v1/apps', { body })
  t.equal(again.status, 201)
  t.equal(again.headers.get('idempotency-replayed'), 'true')
  t.same(await again.json(), made)
  const other = await changed('/v1/apps', { body: JSON.stringify({ id: 'else', name: 'Else' }) })
  t.match(await other.json(), { status: 422, code: 'CORE_IDEMPOTENCY_KEY_REUSED' })
  const { items } = await one.as(adminToken).request<{ items: { id: string }[] }>('GET', '/v1/apps')
  t.same(items.map(({ id }) => id).sort(), ['app', 'keyed'])
})

t.test('of changes at the same time under one key one is made', async (t) => {
  const body = JSON.stringify({ id: 'at-once', name: 'At once' })
  const ten = await Promise.all(
    Array.from({ length: 10 }, () => changed('/v1/apps', { body, key: 'w2' })),
  )
  t.ok(ten.every(({ status }) => status === 201 || status === 409))
  const ran = ten.filter(
    ({ status, headers }) => status === 201 && !headers.has('idempotency-replayed'),
  )
  t.equal(ran.length, 1)
  const answers = await Promise.all(ten.map((one) => one.json() as Promise<{ code?: string }>))
  t.notOk(answers.some(({ code }) => code === 'CORE_APP_EXISTS'))
})

t.test('a secret that is shown once is not lost with the answer that held it', async (t) => {
  const path = `/v1/subscriptions/${subscription}/credentials`
  const first = (await (await changed(path, { key: 'w3' })).json()) as { key: string }
  t.match(first.key, /^dsk_/)
  t.same(await (await changed(path, { key: 'w3' })).json(), first)
  const strange = await changed(path, { key: 'w3', token: OPERATOR_TOKEN })
  t.equal(strange.headers.get('idempotency-replayed'), null, "a key is its principal's")
})

t.test(
  'a change that was refused frees its key, and one without an answer is replayed',
  async (t) => {
    const path = '/v1/tenants/acme/apps/later:suspend'
    t.equal((await changed(path, { key: 'w4' })).status, 404)
    const body = JSON.stringify({ id: 'later', name: 'Later' })
    t.equal((await changed('/v1/apps', { key: 'w4', body })).status, 201, 'of another route')
    t.equal((await changed(path, { key: 'w4' })).status, 204)
    const again = await changed(path, { key: 'w4' })
    t.equal(again.status, 204)
    t.equal(again.headers.get('idempotency-replayed'), 'true')
    t.equal((await changed(path, { key: 'a b' })).status, 204)
    t.equal((await changed(path, { key: 'x'.repeat(201) })).status, 400)
  },
)

t.test('a flood of wrong tokens is held back, and the operator still gets in', async (t) => {
  const list = (secret: string) =>
    fetch(`${one.url}/v1/tenants`, { headers: { authorization: `Bearer ${secret}` } })
  const codes: number[] = []
  // Side by side, and again: one after the other they may be as slow as an address is forgiven.
  await until(async () => {
    const flood = Array.from({ length: 40 }, async (_, n) => (await list(`sba_wrong${n}`)).status)
    codes.push(...(await Promise.all(flood)))
    return codes.includes(429) || codes.length >= MOST_GUESSES
  }, PATIENCE_MS)
  t.ok(codes.includes(429))
  t.ok(codes.every((code) => code === 401 || code === 429))
  t.equal((await list(OPERATOR_TOKEN)).status, 200)
})

t.test(
  'a flood of guesses is held back wherever it comes in, and who is right gets in',
  async (t) => {
    const { id, clientSecret, clientId } = await one.client.request<{
      id: string
      clientId: string
      clientSecret: string
    }>('POST', `/v1/subscriptions/${subscription}/credentials`, { kind: 'secret' })
    const client = (secret: string) => (host: HostProcess) => {
      const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: secret }
      return fetch(`${host.url}/oauth2/token`, { method: 'POST', body: new URLSearchParams(form) })
    }
    const bearer = (path: string, secret: string) => (host: HostProcess) =>
      fetch(`${host.url}${path}`, { headers: { authorization: `Bearer ${secret}` } })
    const json = (path: string, body: object) => (host: HostProcess) =>
      fetch(`${host.url}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const unknown = part({ alg: 'RS256', typ: 'at+jwt', kid: 'nobody' })
    const forged = `${unknown}.${part({ sub: 'app:acme/app' })}.${'A'.repeat(342)}`
    const ticket = 'x'.repeat(43)
    const call = `/api/${service}/v1/look`
    const guesses = {
      'a secret of a client': client(`${clientSecret}x`),
      'a token that is none, at a call': bearer(call, 'eyJ.not-a-token'),
      'a token of an unknown key, at a call': bearer(call, forged),
      'a token of an unknown key, at the face of the host': bearer('/v1/tenants', forged),
      'a ticket': json('/v1/sign-in/code', { ticket, code: '000000' }),
    }
    for (const [what, guess] of Object.entries(guesses)) {
      // A node of its own each: what one kind of guess has used up says nothing of another.
      const node = await HostProcess.start(t, settings)
      const answers: Response[] = []
      const codes: number[] = []
      // Those of the first are on their way together: what is looked up for may begin before another has failed.
      await until(async () => {
        answers.push(...(await Promise.all(Array.from({ length: 40 }, () => guess(node)))))
        codes.splice(0, codes.length, ...answers.map(({ status }) => status))
        return (answers.length >= 80 && codes.includes(429)) || answers.length >= MOST_GUESSES
      }, PATIENCE_MS)
      t.ok(codes.includes(429), `${what}: ${[...new Set(codes)].join(', ')}`)
      t.ok(codes.every((code) => code === 401 || code === 410 || code === 429))
      const refused = answers.find(({ status }) => status === 429)
      t.ok(Number(refused?.headers.get('retry-after')) >= 1, 'and says for how long')
      const passes = await client(clientSecret)(node)
      t.equal(passes.status, 200, 'a client with the right secret behind the same address')
      const { access_token: token } = (await passes.json()) as { access_token: string }
      t.equal((await bearer(call, token)(node)).status, 200, 'and its token')
      await node.kill('SIGTERM')
    }
    await one.client.request('DELETE', `/v1/subscriptions/${subscription}/credentials/${id}`)
  },
)

t.test('wrong tokens at npm and wrong passwords count together by their address', async (t) => {
  const two = await HostProcess.start(t, settings)
  const whoami = async (secret: string) => {
    const headers = { authorization: `Bearer ${secret}` }
    return (await fetch(`${two.url}/npm/-/whoami`, { headers })).status
  }
  const signingIn = async () => {
    const headers = { 'content-type': 'application/json' }
    const body = JSON.stringify({ tenant: 'acme', login: 'nobody', password: 'wrong' })
    const answer = await fetch(`${two.url}/v1/sign-in`, { method: 'POST', headers, body })
    return ((await answer.json()) as { code: string }).code
  }
  t.equal(await whoami('wrong'), 401)
  t.equal(await signingIn(), 'CORE_SIGN_IN_REFUSED')
  await until(async () => {
    const flood = Array.from({ length: 60 }, () => whoami('wrong'))
    const codes = new Set(await Promise.all(flood))
    return codes.has(429) && (await signingIn()) === 'CORE_AUTHENTICATION_THROTTLED'
  }, PATIENCE_MS)
  t.equal(await whoami(OPERATOR_TOKEN), 200, 'what is proven in memory passes')
})
