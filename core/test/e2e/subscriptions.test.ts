import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { until } from '../../../sandbox/test/until.ts'
import { createKnex } from '../../src/storage/create-knex.ts'
import { HostProcess, refusal, temporaryHome } from '../support/host-process.ts'
import { testDatabases } from '../support/postgres.ts'
import { callProbe, installProbe, setUpTenant } from '../support/probe.ts'

const { hostUrl } = await testDatabases(t)
const keyFile = join(await temporaryHome(t), 'keys')
await writeFile(keyFile, Buffer.alloc(32, 'key').toString('base64'), { mode: 0o600 })
const PUBLIC = 'https://box.example.com'
const settings = {
  databaseUrl: hostUrl,
  environment: { SIGNALBOX_KEY_FILE: keyFile, SIGNALBOX_PUBLIC_URL: PUBLIC },
}
const [host, other] = await Promise.all([
  HostProcess.start(t, settings),
  HostProcess.start(t, settings),
])
await installProbe(host)
const acme = await setUpTenant(host, 'acme')
const globex = await setUpTenant(host, 'globex')
const admin = host.as(acme.adminToken)
const knex = createKnex(hostUrl)
t.teardown(() => knex.destroy())

const path = `/v1/subscriptions/${acme.subscription}`
const plans = '/v1/catalog/services/probe.one/versions/1/plans'

interface Secret {
  readonly id: string
  readonly clientId: string
  readonly clientSecret: string
}

interface Shown {
  readonly id: string
  readonly state: string
  readonly revision: number
  readonly plan: string
  readonly planVersion: number
  readonly credentials: readonly { id: string; lastUsedAt: string | null; name: string | null }[]
}

const issueSecret = () =>
  admin.request<Secret>('POST', `${path}/credentials`, { kind: 'secret', name: 'erp' })

/** As any client library does it. */
async function oauth(endpoint: string, form: Record<string, string>, by: Secret, at = host) {
  const { clientId, clientSecret } = by
  const response = await fetch(`${at.url}/oauth2/${endpoint}`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${clientId}:${clientSecret}`)}` },
    body: new URLSearchParams(form),
  })
  const text = await response.text()
  const { status, headers } = response
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever came
  return { status, headers, body: (text === '' ? null : JSON.parse(text)) as any }
}

const token = async (by: Secret, more = {}) =>
  (await oauth('token', { grant_type: 'client_credentials', ...more }, by)).body.access_token

const echo = async (secret: string, at = other) =>
  (await callProbe(at, secret, 'echo', { text: 'x' })).status

/** The other node hears of what was made here some milliseconds later. */
const untilTaken = (secret: string, at = other) =>
  until(async () => (await echo(secret, at)) === 200)

/** How long until a node says so, at a look every few milliseconds. */
async function untilRefused(secret: string, at: HostProcess): Promise<number> {
  const startedAt = performance.now()
  await until(async () => [401, 403].includes(await echo(secret, at)))
  return performance.now() - startedAt
}

t.test(
  'a key is rotated with overlap: both are good, and the old one ends by itself',
  async (t) => {
    const { credentials } = await admin.request<Shown>('GET', path)
    const rotate = `${path}/credentials/${credentials[0]?.id}:rotate`
    const issued = await admin.request<{ id: string; key: string; old: { expiresAt: string } }>(
      'POST',
      rotate,
      { overlapS: 3600 },
    )
    t.ok(Date.parse(issued.old.expiresAt) > Date.now())
    t.strictSame(await Promise.all([echo(acme.key, host), echo(issued.key, host)]), [200, 200])
    t.match(await refusal(admin.request('POST', rotate)), { code: 'CORE_CREDENTIAL_LIMIT' })
    // Its end comes while no snapshot changes.
    await knex('credentials')
      .where({ id: credentials[0]?.id })
      .update({ expires_at: knex.raw("now() + interval '2 seconds'") })
    await admin.request('POST', `${path}:suspend`)
    await admin.request('POST', `${path}:resume`)
    await until(async () => (await echo(acme.key, host)) === 401)
    const late = await callProbe(host, acme.key, 'echo', { text: 'x' })
    t.match(late.body, { code: 'CORE_CREDENTIAL_EXPIRED' })
    t.match(late.headers.get('www-authenticate'), /error="invalid_token"/)
    t.equal(await echo(issued.key, host), 200)
    await until(async () => {
      const shown = await admin.request<Shown>('GET', path)
      return shown.credentials.some(({ id, lastUsedAt }) => id === issued.id && lastUsedAt !== null)
    })
  },
)

t.test('a client exchanges its id and secret for a token that opens its service', async (t) => {
  const secret = await issueSecret()
  t.equal(secret.clientId, acme.subscription)
  const answer = await oauth('token', { grant_type: 'client_credentials' }, secret)
  t.match(answer.body, { token_type: 'Bearer', expires_in: 600 })
  t.equal(answer.headers.get('cache-control'), 'no-store')
  t.equal(await echo(answer.body.access_token, host), 200)
  await untilTaken(answer.body.access_token)
  t.equal(await echo(secret.clientSecret, host), 401, 'the secret is no key')
  const narrow = await token(secret, { scope: 'fail' })
  const refused = await callProbe(host, narrow, 'echo', { text: 'x' })
  t.match(refused.body, { code: 'CORE_SCOPE_MISSING' })
  t.match(refused.headers.get('www-authenticate'), /error="insufficient_scope"/)
  // No token opens the host's own face.
  const asked = fetch(`${host.url}/v1/catalog/services`, {
    headers: { authorization: `Bearer ${answer.body.access_token}` },
  })
  t.equal((await asked).status, 401)
  for (const [form, code, status] of [
    [{ grant_type: 'password' }, 'unsupported_grant_type', 400],
    [{}, 'invalid_request', 400],
    [{ grant_type: 'client_credentials', scope: 'nothing' }, 'invalid_scope', 400],
    [{ grant_type: 'client_credentials', resource: 'https://x' }, 'invalid_target', 400],
  ] as const) {
    const { status: got, body } = await oauth('token', form, secret)
    t.match({ got, error: body.error }, { got: status, error: code })
  }
  const wrong = await oauth('token', {}, { ...secret, clientSecret: `${secret.clientSecret}x` })
  t.match([wrong.status, wrong.body.error], [401, 'invalid_client'])
  t.match(wrong.headers.get('www-authenticate'), /^Basic /)
  const json = await fetch(`${host.url}/oauth2/token`, {
    method: 'POST',
    body: '{}',
    headers: { 'content-type': 'application/json' },
  })
  t.match(await json.json(), { error: 'invalid_request' })
  await admin.request('DELETE', `${path}/credentials/${secret.id}`)
})

t.test('what the token endpoint can do stands where clients look for it', async (t) => {
  const found = await fetch(`${host.url}/.well-known/oauth-authorization-server`)
  t.match(await found.json(), {
    issuer: PUBLIC,
    token_endpoint: `${PUBLIC}/oauth2/token`,
    jwks_uri: `${PUBLIC}/oauth2/jwks`,
  })
  const { keys } = (await (await fetch(`${other.url}/oauth2/jwks`)).json()) as {
    keys: Record<string, unknown>[]
  }
  t.match(keys, [{ kty: 'RSA', use: 'sig', alg: 'RS256' }])
  t.notOk('d' in (keys[0] ?? {}))
})

t.test('whatever is taken back is refused on the other node, and soon', async (t) => {
  const took: number[] = []
  for (let round = 0; round < 8; round++) {
    const secret = await issueSecret()
    const [one, two] = [await token(secret), await token(secret)]
    await Promise.all([untilTaken(one), untilTaken(two)])
    t.equal((await oauth('revoke', { token: one }, secret)).status, 200)
    took.push(await untilRefused(one, other))
    t.equal(await echo(two), 200, 'the other token of the client is good')
    await admin.request('DELETE', `${path}/credentials/${secret.id}`)
    took.push(await untilRefused(two, other))
  }
  const p95 = took.sort((a, b) => a - b)[Math.ceil(took.length * 0.95) - 1] as number
  const median = took[took.length >> 1] as number
  t.comment(
    `refused on the other node after p95 ${p95.toFixed(0)} ms, median ${median.toFixed(0)} ms, of ${took.length}`,
  )
  // The goal is 200 ms; a busy machine gets a good deal more, and stands still for longer than that once, not half of the times.
  t.ok(median < 5000)
  t.ok(p95 < 20_000)
})

t.test(
  "another client's token is not taken back, and what is no token needs no taking back",
  async (t) => {
    const secret = await issueSecret()
    const good = await token(secret)
    const stranger = await host
      .as(globex.adminToken)
      .request<Secret>('POST', `/v1/subscriptions/${globex.subscription}/credentials`, {
        kind: 'secret',
      })
    t.match(await oauth('revoke', { token: good }, stranger), {
      status: 400,
      body: { error: 'unauthorized_client' },
    })
    t.equal(await echo(good), 200)
    t.equal((await oauth('revoke', { token: 'nonsense' }, secret)).status, 200)
    t.match(await oauth('revoke', {}, secret), { status: 400, body: { error: 'invalid_request' } })
    await admin.request('DELETE', `${path}/credentials/${secret.id}`)
  },
)

t.test('an app, a subscription and a credential are stopped each for itself', async (t) => {
  const { key } = await admin.request<{ key: string }>('POST', `${path}/credentials`)
  const secret = await issueSecret()
  const good = await token(secret)
  const codes = async () =>
    Promise.all(
      [key, good].map(async (one) => (await callProbe(host, one, 'echo', { text: 'x' })).body.code),
    )
  await admin.request('POST', '/v1/tenants/acme/apps/app:suspend')
  t.strictSame(await codes(), ['CORE_APP_SUSPENDED', 'CORE_APP_SUSPENDED'])
  t.match(await oauth('token', { grant_type: 'client_credentials' }, secret), {
    body: { error: 'unauthorized_client' },
  })
  await admin.request('POST', '/v1/tenants/acme/apps/app:resume')
  await admin.request('POST', `${path}:suspend`, { reason: 'stock-taking' })
  t.strictSame(await codes(), ['CORE_SUBSCRIPTION_SUSPENDED', 'CORE_SUBSCRIPTION_SUSPENDED'])
  await admin.request('POST', `${path}:resume`)
  t.strictSame(await codes(), [undefined, undefined])
  await admin.request('DELETE', `${path}/credentials/${secret.id}`)
  t.strictSame(await codes(), [undefined, 'CORE_TOKEN_INVALID'])
})

t.test('keys that sign are changed without a pause, or at once', async (t) => {
  const secret = await issueSecret()
  const before = await token(secret)
  await untilTaken(before)
  await host.client.request('POST', '/v1/token-keys:rotate')
  t.equal(await echo(before), 200)
  t.equal(await echo(await token(secret)), 200, 'a key that not all may know yet signs nothing')
  await host.client.request('POST', '/v1/token-keys:rotate', { atOnce: true })
  await untilRefused(before, other)
  const after = await token(secret)
  await untilTaken(after)
  await admin.request('DELETE', `${path}/credentials/${secret.id}`)
})

t.test(
  'a plan that asks for approval: requested, decided by the owner of the service, in use',
  async (t) => {
    const gold = { ratePerS: 100, burst: 100, approval: 'manual', quota: { count: 10, per: 'day' } }
    await host.client.request('PUT', `${plans}/gold`, gold)
    await host.client.request('PUT', '/v1/catalog/services/probe.one/versions/1/owner', {
      ownerTenant: 'globex',
    })
    await admin.request('POST', '/v1/apps', { id: 'second', name: 'Second' })
    const wish = { app: 'second', service: 'probe.one', major: 1, plan: 'gold', purpose: 'a board' }
    const { id, state } = await admin.request<Shown>('POST', '/v1/subscriptions', wish)
    t.equal(state, 'requested')
    const { key } = await admin.request<{ key: string }>(
      'POST',
      `/v1/subscriptions/${id}/credentials`,
    )
    t.equal(await echo(key, host), 403)
    const code = async (asked: Promise<unknown>) => (await refusal(asked)).code
    const own = `/v1/subscriptions/${id}`
    t.equal(
      await code(admin.request('POST', `${own}:approve`)),
      'CORE_SUBSCRIPTION_DECIDED_BY_OWNER',
    )
    const owner = host.as(globex.adminToken)
    const waiting = await owner.request<{ items: Shown[] }>('GET', '/v1/subscription-requests')
    t.strictSame(
      waiting.items.map((one) => one.id),
      [id],
    )
    t.notOk('credentials' in (await owner.request<object>('GET', own)), 'keys are not the owner’s')
    t.match(await owner.request('POST', `${own}:approve`), { state: 'active', revision: 2 })
    t.equal(await echo(key, host), 200)
    t.equal(
      await code(owner.request('POST', `${own}:change-plan`, { plan: 'standard' })),
      'CORE_SUBSCRIPTION_DECIDED_BY_OWNER',
    )
    t.equal(
      await code(owner.request('POST', `${own}:approve`)),
      'CORE_SUBSCRIPTION_COMMAND_REFUSED',
    )
    await owner.request('POST', `${own}:suspend`, { reason: 'unpaid' })
    t.equal(
      await code(admin.request('POST', `${own}:resume`)),
      'CORE_SUBSCRIPTION_STOPPED_BY_OPERATOR',
    )
    await owner.request('POST', `${own}:resume`)

    // Whoever acts on what has changed since is refused.
    const stale = await fetch(`${host.url}${own}:cancel`, {
      method: 'POST',
      headers: { authorization: `Bearer ${acme.adminToken}`, 'if-match': '"2"' },
    })
    t.match([stale.status, await stale.json()], [412, { code: 'CORE_SUBSCRIPTION_CHANGED' }])
    const weak = await fetch(`${host.url}${own}:cancel`, {
      method: 'POST',
      headers: { authorization: `Bearer ${acme.adminToken}`, 'if-match': 'W/"9", "0"' },
    })
    t.equal(weak.status, 412)

    // Other terms are not agreed to by whoever has the old.
    await host.client.request('PUT', `${plans}/gold`, { ...gold, burst: 7 })
    t.match(await admin.request('GET', own), { planVersion: 1 })
    await host.client.request('PUT', `${plans}/gold`, { ...gold, burst: 7, forSubscribers: true })
    t.match(await admin.request('GET', own), { planVersion: 2 })
    t.match(await host.client.request('POST', `${plans}/gold:close`), { status: 'closed' })
    t.match(await admin.request('GET', own), { state: 'cancelled' })
    t.equal(await echo(key, host), 401)
    const closed = admin.request('POST', '/v1/subscriptions', wish)
    t.equal(await code(closed), 'CORE_PLAN_NOT_OPEN')
  },
)

t.test('an end is told of once whichever node looks, and comes at its instant', async (t) => {
  await admin.request('POST', `${path}:renew`, {
    expiresAt: new Date(Date.now() + 100 * 86_400_000).toISOString(),
  })
  await knex('subscriptions')
    .where({ id: acme.subscription })
    .update({ expires_at: knex.raw("now() + interval '44 days'") })
  const told = () =>
    knex('outbox_events').where({
      type: 'signalbox.subscription.expiring',
      subject: acme.subscription,
    })
  await until(async () => (await told()).length > 0)
  t.match(await told(), [{ tenant: 'acme', data: { days: 45 } }])
  await knex('subscriptions')
    .where({ id: acme.subscription })
    .update({ expires_at: knex.raw('now()') })
  await until(async () => (await admin.request<Shown>('GET', path)).state === 'expired')
  t.equal((await told()).length, 1)
  const ended = await knex('outbox_events').where({
    type: 'signalbox.subscription.expire',
    subject: acme.subscription,
  })
  t.equal(ended.length, 1)
  t.match(await admin.request('POST', `${path}:renew`), { state: 'active', expiresAt: null })
})

t.test(
  'a major that ends says so in every answer, is refused for a while, and is gone',
  async (t) => {
    const schedule = '/v1/catalog/services/probe.one/versions/1/deprecation'
    const { key } = await host
      .as(globex.adminToken)
      .request<{ key: string }>('POST', `/v1/subscriptions/${globex.subscription}/credentials`)
    const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString()
    await host.client.request('PUT', schedule, {
      deprecatedAt: '2026-01-01T00:00:00Z',
      sunsetAt: day(60),
      information: 'https://example.com/ends',
    })
    const call = () => callProbe(other, key, 'echo', { text: 'x' })
    await until(async () => (await call()).headers.has('deprecation'))
    const told = await call()
    t.equal(told.status, 200)
    t.equal(told.headers.get('deprecation'), '@1767225600')
    t.match(told.headers.get('sunset'), / GMT$/)
    t.match(told.headers.get('link'), /rel="deprecation".*rel="sunset"/)
    const heard = () =>
      knex('outbox_events').where({ type: 'signalbox.service.deprecated', tenant: 'globex' })
    await until(async () => (await heard()).length > 0)
    t.match(await heard(), [{ data: { apps: ['app'] } }])

    const brownOuts = [{ from: day(-0.01), to: day(0.1) }]
    await host.client.request('PUT', schedule, {
      deprecatedAt: '2026-01-01T00:00:00Z',
      sunsetAt: day(60),
      brownOuts,
    })
    await until(async () => (await call()).status === 503)
    const dark = await call()
    t.match(dark.body, {
      code: 'CORE_SERVICE_BROWN_OUT',
      type: 'urn:signalbox:error:CORE_SERVICE_BROWN_OUT',
    })
    t.ok(Number(dark.headers.get('retry-after')) > 1000)

    await host.client.request('PUT', schedule, {
      deprecatedAt: '2026-01-01T00:00:00Z',
      sunsetAt: day(-0.01),
    })
    await until(async () => (await call()).status === 410)
    t.match((await call()).body, { code: 'CORE_SERVICE_GONE' })
    const early = { deprecatedAt: day(1), sunsetAt: day(0.5) }
    t.match(await refusal(host.client.request('PUT', schedule, early)), {
      code: 'CORE_INPUT_INVALID',
      errors: [{ pointer: '/sunsetAt' }],
    })
    await host.client.request('DELETE', schedule)
    await until(async () => (await call()).status === 200)
  },
)
