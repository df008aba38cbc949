import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Script } from 'node:vm'
import { URI } from 'otpauth'
import t from 'tap'
import { until } from '../../../sandbox/test/until.ts'
import { Browser } from '../support/browser.ts'
import { enablePlugin } from '../support/fixture-plugin.ts'
import { HostProcess, refusal, temporaryHome } from '../support/host-process.ts'
import { PASSWORD, person, serviceAccount } from '../support/people.ts'
import { publishPermissions } from '../support/permission-plugin.ts'
import { testDatabases } from '../support/postgres.ts'

const { hostUrl } = await testDatabases(t)
const home = await temporaryHome(t)
const keyFile = join(home, 'keys')
await writeFile(keyFile, Buffer.alloc(32, 'key').toString('base64'), { mode: 0o600 })
const settings = { databaseUrl: hostUrl, environment: { SIGNALBOX_KEY_FILE: keyFile } }
const host = await HostProcess.start(t, settings)
/** Another node of the same system. */
const node = await HostProcess.start(t, settings)
const { client } = host
await client.request('POST', '/v1/tenants', { id: 'acme', name: 'Acme' })

interface Made {
  readonly id: string
  readonly invitation: { readonly ticket: string }
}

const made = await client.request<Made>('POST', '/v1/users', {
  tenant: 'acme',
  login: 'Ann',
  displayName: 'Ann Miller',
  email: 'ann@acme.example',
  roles: ['admin'],
})
const ann = new Browser(host.url)

t.test("a tenant's first admin comes in by an invitation, once", async (t) => {
  const { ticket } = made.invitation
  const accept = (password: string) =>
    ann.ask('POST', '/v1/sign-in/invitation', { ticket, password })
  t.match((await ann.signIn('acme', 'ann', PASSWORD)).body, { code: 'CORE_SIGN_IN_REFUSED' })
  const weak = await accept('ann.miller.acme.2026')
  t.match(weak.body, { code: 'CORE_PASSWORD_REFUSED', errors: [{ pointer: '/password' }] })
  t.equal((await accept(PASSWORD)).status, 204)
  t.match((await accept(PASSWORD)).body, { code: 'CORE_TICKET_INVALID', status: 410 })
  const signedIn = await ann.signIn('acme', 'ANN', PASSWORD)
  t.match(signedIn, { status: 200, body: { next: 'in' } })
  const [cookie = ''] = signedIn.headers.getSetCookie()
  for (const part of ['HttpOnly', 'SameSite=Lax', 'Path=/']) t.ok(cookie.includes(part), part)
  t.match((await ann.ask('GET', '/v1/me')).body, {
    login: 'ann',
    state: 'active',
    roles: [{ role: 'admin', units: null }],
    secondFactor: false,
  })
})

t.test('the page of the host runs nothing but its own script, and nobody frames it', async (t) => {
  const answer = await fetch(`${host.url}/sign-in`)
  const policy = answer.headers.get('content-security-policy') ?? ''
  const [, script = ''] = /<script>([\s\S]*)<\/script>/.exec(await answer.text()) ?? []
  const digest = createHash('sha256').update(script).digest('base64')
  t.ok(policy.includes(`script-src 'sha256-${digest}'`))
  t.match(policy, /default-src 'none'.*frame-ancestors 'none'/)
  t.doesNotThrow(() => new Script(script), 'it can be read')
})

t.test('an unknown login and a wrong password are answered the same', async (t) => {
  const stranger = new Browser(host.url)
  const answers = [
    await stranger.signIn('acme', 'nobody', PASSWORD),
    await stranger.signIn('acme', 'ann', 'not the right password'),
    await stranger.signIn('nowhere', 'ann', PASSWORD),
  ].map(({ status, body: { traceId: _, ...body } }) => ({ status, body }))
  t.match(answers[0], { status: 401, body: { code: 'CORE_SIGN_IN_REFUSED' } })
  t.same(answers[1], answers[0])
  t.same(answers[2], answers[0])
})

t.test('by cookie nothing is changed that a page of the host did not wish', async (t) => {
  const unit = { id: 'plant', name: 'Plant' }
  const csrf = ann.csrf ?? ''
  for (const headers of [
    { 'x-csrf-token': 'guessed' },
    { 'x-csrf-token': csrf, origin: 'https://evil.example' },
    { 'x-csrf-token': csrf, 'sec-fetch-site': 'cross-site' },
  ]) {
    const { body } = await ann.ask('POST', '/v1/units', unit, headers)
    t.match(body, { code: 'CORE_CROSS_SITE_REFUSED' })
  }
  const bare = ann.at(host.url)
  bare.csrf = undefined
  const forgotten = await bare.ask('POST', '/v1/units', unit)
  t.match(forgotten, { status: 403, body: { code: 'CORE_CROSS_SITE_REFUSED' } }, 'without one')
  const evil = { origin: 'https://evil.example' }
  const forced = { tenant: 'acme', login: 'ann', password: PASSWORD }
  const { body } = await new Browser(host.url).ask('POST', '/v1/sign-in', forced, evil)
  t.match(body, { code: 'CORE_CROSS_SITE_REFUSED' }, 'nor is anybody signed in by another page')
  t.equal((await ann.ask('POST', '/v1/units', unit, { origin: host.url })).status, 201)
})

t.test('a role over a unit reaches what is below it, and gives no more than it has', async (t) => {
  await ann.ask('POST', '/v1/units', { id: 'line', name: 'Line', parent: 'plant' })
  await ann.ask('POST', '/v1/units', { id: 'office', name: 'Office' })
  const cycle = await ann.ask('PATCH', '/v1/units/plant', { parent: 'line' })
  t.match(cycle.body, { code: 'CORE_UNIT_CYCLE' })
  const actions = ['user.list', 'user.write', 'role.list', 'role.assign']
  t.match(
    (await ann.ask('PUT', '/v1/roles/people', { name: 'People', actions: ['tenant.token'] })).body,
    { code: 'CORE_INPUT_INVALID', errors: [{ pointer: '/actions/0' }] },
  )
  await ann.ask('PUT', '/v1/roles/people', { name: 'People', actions })
  const { id, browser: bob } = await person(host.url, client, { tenant: 'acme', login: 'bob' })
  const boss = await person(host.url, client, {
    tenant: 'acme',
    login: 'boss',
    roles: ['admin'],
    unit: 'line',
  })
  const before = bob.cookie
  await ann.ask('POST', '/v1/role-assignments', { user: id, role: 'people', unit: 'plant' })
  t.match(await bob.ask('GET', '/v1/users?unit=line'), {
    status: 200,
    body: { items: [{ login: 'boss' }] },
  })
  t.not(bob.cookie, before, 'what he may do has changed, and so has his cookie')
  t.equal((await bob.ask('GET', '/v1/users?unit=office')).status, 403)
  t.equal((await bob.ask('GET', '/v1/users')).status, 403)
  t.equal((await bob.ask('GET', `/v1/users/${made.id}`)).status, 403)
  const newcomer = { login: 'carl', displayName: 'Carl', unit: 'line' }
  const carl = await bob.ask<Made>('POST', '/v1/users', newcomer)
  t.equal(carl.status, 201)
  const given = { user: carl.body.id, role: 'people', unit: 'line' }
  t.equal((await bob.ask('POST', '/v1/role-assignments', given)).status, 201)
  const refused = { code: 'CORE_HAND_OUT_REFUSED' }
  t.match(
    (await bob.ask('POST', '/v1/role-assignments', { ...given, role: 'admin' })).body,
    refused,
  )
  t.match((await bob.ask('POST', `/v1/users/${boss.id}/link`)).body, refused, 'nor takes it over')
  const change = { email: 'bob@evil.example' }
  t.match((await bob.ask('PATCH', `/v1/users/${boss.id}`, change)).body, refused)
})

t.test(
  'a user calls an operation by the permission of a role, and a token by what it names',
  async (t) => {
    await publishPermissions({ host, home }, '@perm/one', ['stock.count'], 'stock.count')
    await client.request('POST', '/v1/plugins', { name: '@perm/one' })
    const { token: admin } = await client.request<{ token: string }>(
      'POST',
      '/v1/tenants/acme/tokens',
      { label: 'test' },
    )
    await enablePlugin(host.as(admin), 'acme', '@perm/one', [])
    const call = (browser: Browser) => browser.ask('POST', '/api/perm.one/v1/run', {})
    const { id, browser: dan } = await person(host.url, client, { tenant: 'acme', login: 'dan' })
    t.match((await call(dan)).body, { code: 'CORE_PERMISSION_MISSING' })
    await ann.ask('PUT', '/v1/roles/counter', { name: 'Counter', permissions: ['stock.count'] })
    await ann.ask('POST', '/v1/role-assignments', { user: id, role: 'counter' })
    t.match(await call(dan), { status: 200 })
    const elsewhere = dan.at(node.url)
    await until(async () => (await call(elsewhere)).status === 200)
    const wish = { label: 'scanner', days: 1 }
    const more = await dan.ask('POST', '/v1/tokens', { ...wish, actions: ['audit.read'] })
    t.match(more.body, { code: 'CORE_INPUT_INVALID' }, 'no token for more than he may')
    const actions = ['service.call', 'me.read']
    const some = { ...wish, actions, permissions: ['stock.count'] }
    const { body: scanner } = await dan.ask<{ id: string; token: string }>(
      'POST',
      '/v1/tokens',
      some,
    )
    const { body: blind } = await dan.ask<{ token: string }>('POST', '/v1/tokens', {
      ...wish,
      actions,
    })
    const callBy = async (url: string, token: string) =>
      new Browser(url).ask('POST', '/api/perm.one/v1/run', {}, { authorization: `Bearer ${token}` })
    t.match(scanner.token, /^sbu_/)
    t.equal((await callBy(node.url, scanner.token)).status, 200)
    t.match((await callBy(host.url, blind.token)).body, { code: 'CORE_PERMISSION_MISSING' })
    const byToken = host.as(scanner.token)
    t.match(await refusal(byToken.request('POST', '/v1/tokens', wish)), { status: 403 })
    const startedAt = performance.now()
    await dan.ask('DELETE', `/v1/tokens/${scanner.id}`)
    t.equal((await callBy(host.url, scanner.token)).status, 401, 'on this node at once')
    await until(async () => (await callBy(node.url, scanner.token)).status === 401)
    t.comment(`revoked on both nodes after ${Math.round(performance.now() - startedAt)} ms`)
  },
)

t.test('a permission over a unit opens what keeps to units, and tells it which', async (t) => {
  const service = 'perm.units'
  const keepsToUnits = { service, requiresIn: 'unit' } as const
  const declared = ['stock.count']
  const at = { host, home }
  await publishPermissions(at, '@perm/units', declared, 'stock.count', keepsToUnits)
  await client.request('POST', '/v1/plugins', { name: '@perm/units' })
  const label = { label: 'units' }
  const { token } = await client.request<{ token: string }>(
    'POST',
    '/v1/tenants/acme/tokens',
    label,
  )
  await enablePlugin(host.as(token), 'acme', '@perm/units', [])
  const { id, browser: uma } = await person(host.url, client, { tenant: 'acme', login: 'uma' })
  const call = (of: string) => uma.ask('POST', `/api/${of}/v1/run`, {})
  const missing = { code: 'CORE_PERMISSION_MISSING' }
  t.match((await call(service)).body, missing)
  const given = { user: id, role: 'counter', unit: 'plant' }
  await ann.ask('POST', '/v1/role-assignments', given)
  const units = ['line', 'plant']
  t.same((await call(service)).body, { kind: 'user', id, units }, 'with all below it')
  t.match((await call('perm.one')).body, missing, 'what does not keep to units stays closed')
  t.match((await uma.ask('GET', '/v1/me')).body, {
    permissions: [],
    permissionsInUnits: [{ permission: 'stock.count', units }],
  })
  await ann.ask('POST', '/v1/units', { id: 'night', name: 'Night', parent: 'line' })
  t.match((await call(service)).body, { units: ['line', 'night', 'plant'] }, 'a unit that came')
  const wish = { label: 'scanner', days: 1, actions: ['service.call'], permissions: declared }
  const { body: scanner } = await uma.ask<{ token: string }>('POST', '/v1/tokens', wish)
  const byToken = await new Browser(host.url).ask(
    'POST',
    `/api/${service}/v1/run`,
    {},
    { authorization: `Bearer ${scanner.token}` },
  )
  t.match(byToken.body, { id, units: ['line', 'night', 'plant'] }, 'nor does a token reach further')
  await ann.ask('POST', '/v1/role-assignments', { user: id, role: 'counter' })
  t.same((await call(service)).body, { kind: 'user', id }, 'the whole tenant knows no limit')
  t.equal((await call('perm.one')).status, 200)
})

t.test('whoever is suspended is out on every node, and comes in no more', async (t) => {
  const { id, browser: eve } = await person(host.url, client, { tenant: 'acme', login: 'eve' })
  const elsewhere = eve.at(node.url)
  t.equal((await elsewhere.ask('GET', '/v1/me')).status, 200)
  t.match((await ann.ask('POST', `/v1/users/${id}:suspend`)).body, { state: 'suspended' })
  t.equal((await eve.ask('GET', '/v1/me')).status, 401)
  await until(async () => (await elsewhere.ask('GET', '/v1/me')).status === 401)
  t.match((await eve.signIn('acme', 'eve', PASSWORD)).body, { code: 'CORE_SIGN_IN_REFUSED' })
  const again = await ann.ask('POST', `/v1/users/${id}:suspend`)
  t.match(again.body, { code: 'CORE_USER_COMMAND_REFUSED' })
  await ann.ask('POST', `/v1/users/${id}:resume`)
  t.match((await eve.signIn('acme', 'eve', PASSWORD)).body, { next: 'in' })
})

t.test('a second factor is asked for once it is confirmed; each code is good once', async (t) => {
  const { browser: fay } = await person(host.url, client, { tenant: 'acme', login: 'fay' })
  const wrong = await fay.ask('POST', '/v1/me/totp', { password: 'not the right password' })
  t.match(wrong.body, { code: 'CORE_PASSWORD_WRONG' })
  const begun = await fay.ask<{ uri: string }>('POST', '/v1/me/totp', { password: PASSWORD })
  const app = URI.parse(begun.body.uri)
  t.match(await fay.signIn('acme', 'fay', PASSWORD), { body: { next: 'in' } }, 'not in force yet')
  const other = fay.at(host.url)
  await other.signIn('acme', 'fay', PASSWORD)
  const confirmed = await fay.ask<{ recoveryCodes: string[] }>('POST', '/v1/me/totp:confirm', {
    code: app.generate(),
  })
  t.equal(confirmed.body.recoveryCodes.length, 10)
  t.equal((await other.ask('GET', '/v1/me')).status, 401, 'sessions without it are over')
  const { body: step } = await fay.signIn('acme', 'fay', PASSWORD)
  t.equal(step.next, 'code')
  const answer = (code: string) =>
    fay.ask('POST', '/v1/sign-in/code', { ticket: step.ticket, code })
  const [recovery = '', second = ''] = confirmed.body.recoveryCodes
  t.match((await answer('000-000')).body, { code: 'CORE_CODE_REFUSED' })
  t.match((await answer(recovery)).body, { next: 'in' })
  t.match((await answer(second)).body, { code: 'CORE_TICKET_INVALID' }, 'the step is over')
  t.match((await fay.ask('GET', '/v1/me')).body, { secondFactor: true, recoveryCodesLeft: 9 })
  const next = await fay.signIn('acme', 'fay', PASSWORD)
  const byCode = (code: string) =>
    fay.ask('POST', '/v1/sign-in/code', { ticket: next.body.ticket, code })
  t.match((await byCode(recovery)).body, { code: 'CORE_CODE_REFUSED' }, 'each recovery code once')
  // The step after this one: it is within what clocks may differ, and no test waits for it.
  const coming = app.generate({ timestamp: Date.now() + 30_000 } as never)
  t.match((await byCode(coming)).body, { next: 'in' })
  const third = await fay.signIn('acme', 'fay', PASSWORD)
  const again = { ticket: third.body.ticket, code: coming }
  t.match((await fay.ask('POST', '/v1/sign-in/code', again)).body, { code: 'CORE_CODE_REFUSED' })
})

t.test('a new password ends what was open, by a link and by oneself', async (t) => {
  const { id, browser: gil } = await person(host.url, client, { tenant: 'acme', login: 'gil' })
  const other = new Browser(host.url)
  await other.signIn('acme', 'gil', PASSWORD)
  const sessions = await gil.ask<{ items: { id: string; isThis: boolean }[] }>(
    'GET',
    '/v1/sessions',
  )
  t.equal(sessions.body.items.length, 2)
  const next = 'green kettle hums softly'
  const changed = await gil.ask('POST', '/v1/me/password', { present: PASSWORD, password: next })
  t.equal(changed.status, 204)
  t.equal((await gil.ask('GET', '/v1/me')).status, 200, 'this one goes on')
  t.equal((await other.ask('GET', '/v1/me')).status, 401)
  const link = await ann.ask<{ ticket: string }>('POST', `/v1/users/${id}/link`)
  const { ticket } = link.body
  const reset = { ticket, password: PASSWORD }
  t.equal((await other.ask('POST', '/v1/sign-in/reset:confirm', reset)).status, 204)
  t.equal((await gil.ask('GET', '/v1/me')).status, 401)
  t.match((await other.ask('POST', '/v1/sign-in/reset:confirm', reset)).status, 410)
  t.match((await gil.signIn('acme', 'gil', next)).body, { code: 'CORE_SIGN_IN_REFUSED' })
  t.match((await gil.signIn('acme', 'gil', PASSWORD)).body, { next: 'in' })
  const { body: here } = await gil.ask<{ session: string }>('GET', '/v1/me')
  t.equal((await gil.ask('DELETE', `/v1/sessions/${here.session}`)).status, 204)
  t.equal((await gil.ask('GET', '/v1/me')).status, 401)
  for (const login of ['gil', 'nobody']) {
    const asked = await gil.ask('POST', '/v1/sign-in/reset', { tenant: 'acme', login })
    t.match(asked, { status: 202, body: {} }, 'whether there is such a user is not told')
  }
})

t.test('whoever guesses waits, and nobody else does', async (t) => {
  const guesser = new Browser(host.url)
  let refused = await guesser.signIn('acme', 'hal', 'wrong')
  for (let tries = 0; refused.status === 401 && tries < 20; tries++) {
    refused = await guesser.signIn('acme', 'hal', 'wrong')
  }
  t.match(refused, { status: 429, body: { code: 'CORE_SIGN_IN_BLOCKED' } })
  t.ok(Number(refused.headers.get('retry-after')) >= 1)
  t.match((await new Browser(host.url).signIn('acme', 'ann', PASSWORD)).body, { next: 'in' })
})

t.test('a service account acts by tokens for some of what it may', async (t) => {
  const account = { tenant: 'acme', login: 'sync', roles: ['auditor'] }
  const { token } = await serviceAccount(client, account, ['audit.read', 'me.read'])
  t.match(token, /^sbs_/)
  const sync = host.as(token)
  const { items } = await sync.request<{ items: { tenant: string }[] }>('GET', '/v1/audit')
  t.ok(items.every(({ tenant }) => tenant === 'acme'))
  t.match(await refusal(sync.request('GET', '/v1/users')), { status: 403 }, 'not by this token')
  t.match(await refusal(sync.request('GET', '/v1/audit?tenant=globex')), { status: 403 })
  for (const door of ['tenant.token', 'sso.write', 'organisation.import']) {
    const wish = { label: 'narrow', days: 1, actions: ['audit.read', door] }
    t.match(
      (await ann.ask('POST', '/v1/tokens', wish)).body,
      { code: 'CORE_INPUT_INVALID', errors: [{ pointer: '/actions/1' }] },
      `${door} would make of it whatever its owner is`,
    )
  }
})

t.test('a token makes no token of its owner, whatever it is for', async (t) => {
  const action = 'service_account.token'
  const { id: own } = (await ann.ask<{ id: string }>('GET', '/v1/me')).body
  const narrow = { label: 'narrow', days: 1, actions: [action, 'audit.read'] }
  const { body: made } = await ann.ask<{ token: string }>('POST', '/v1/tokens', narrow)
  const account = { tenant: 'acme', login: 'maker', roles: ['admin'] }
  const maker = await serviceAccount(client, account, [action, 'audit.read'])
  const broad = { label: 'broad', days: 1, actions: ['user.write', 'role.assign'] }
  for (const { owner, token, code } of [
    { owner: own, token: made.token, code: 'CORE_USER_COMMAND_REFUSED' },
    { owner: maker.id, token: maker.token, code: 'CORE_HAND_OUT_REFUSED' },
    { owner: maker.id, token: made.token, code: 'CORE_HAND_OUT_REFUSED' },
  ]) {
    const asked = host.as(token).request('POST', `/v1/users/${owner}/tokens`, broad)
    t.match(await refusal(asked), { code })
  }
  const small = { tenant: 'acme', login: 'small', kind: 'service', displayName: 'Small' }
  const { id } = await client.request<{ id: string }>('POST', '/v1/users', small)
  await ann.ask('PUT', '/v1/roles/reader', { name: 'Reader', actions: ['audit.read'] })
  await ann.ask('POST', '/v1/role-assignments', { user: id, role: 'reader' })
  const wish = { label: 'fits', days: 1, actions: ['audit.read'] }
  t.match(await host.as(made.token).request('POST', `/v1/users/${id}/tokens`, wish), { user: id })
})
