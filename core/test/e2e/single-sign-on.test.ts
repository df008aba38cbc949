import { URI } from 'otpauth'
import t from 'tap'
import { Browser } from '../support/browser.ts'
import { refusal } from '../support/host-process.ts'
import { CLIENT, OTHER, SECRET } from '../support/identity-provider.ts'
import { PASSWORD, person } from '../support/people.ts'
import {
  account,
  admin,
  at,
  client,
  connection,
  host,
  ofMain,
  origin,
  output,
  provider,
  put,
  reasons,
  signedIn,
  unsigned,
  Visit,
} from '../support/single-sign-on.ts'

t.test('an admin says who proves the people; the secret is never shown', async (t) => {
  t.match((await put()).body, { code: 'CORE_SSO_SECRET_MISSING' })
  const odd = await put({ clientSecret: SECRET, groupRoles: [{ group: 'x', roles: ['nothing'] }] })
  t.match(odd.body, { code: 'CORE_INPUT_INVALID', errors: [{ pointer: '/groupRoles/0/roles/0' }] })
  const made = await put({ clientSecret: SECRET })
  t.match(made, { status: 200, body: { id: 'main', issuer: provider.issuer } })
  const shown = await admin.browser.ask('GET', '/v1/tenants/acme/sso')
  t.notMatch(JSON.stringify([made.body, shown.body]), SECRET)
  t.match((await admin.browser.ask('POST', `${at}:check`)).body, {
    answers: true,
    issuer: provider.issuer,
    namesItself: true,
    supportsPkce: true,
    supportsLogout: true,
  })
  const moved = await put({ issuer: 'https://evil.example' })
  t.match(
    moved.body,
    { code: 'CORE_SSO_SECRET_MISSING' },
    'a secret does not move to another address',
  )
  t.match((await new Browser(host.url).ask('GET', '/v1/sign-in/methods?tenant=acme')).body, {
    ssoOnly: false,
    sso: [{ id: 'main', name: 'Acme login' }],
  })
})

t.test('whoever the provider proves is made a user, with the roles of his groups', async (t) => {
  const asked = await new Visit().begin()
  t.equal(asked.searchParams.get('code_challenge_method'), 'S256')
  t.equal(asked.searchParams.get('redirect_uri'), `${origin}${ofMain}/callback`)
  for (const name of ['state', 'nonce']) t.match(asked.searchParams.get(name), /^[\w-]{43}$/)
  const ann = await signedIn('ann')
  t.equal(ann.how, 'in')
  const me = await ann.me()
  t.match(me, { login: 'ann', email: 'ann@acme.example', state: 'active' })
  t.same(me.roles.map(({ role }) => role).sort(), ['counter', 'member'])
  const sessions = await ann.browser.ask<{ items: object[] }>('GET', '/v1/sessions')
  t.match(sessions.body.items[0], { methods: ['sso'] })
  const promoted = await signedIn(
    'ann',
    account('ann', { groups: ['ops'], email: 'ann.li@acme.example' }),
  )
  const again = await promoted.me()
  t.equal(again.id, me.id, 'known by her subject, whatever her address is now')
  t.same(
    again.roles.map(({ role }) => role),
    ['service-owner'],
  )
  await admin.browser.ask('POST', '/v1/role-assignments', { user: me.id, role: 'auditor' })
  const left = await signedIn('ann', account('ann', { groups: [] }))
  t.same(
    (await left.me()).roles.map(({ role }) => role),
    ['auditor'],
    'what was given by hand stays',
  )
})

const notLetIn = 'failed=CORE_SSO_ACCOUNT_REFUSED'

t.test('nobody becomes somebody by what the provider has not verified', async (t) => {
  const { id } = await person(host.url, client, { tenant: 'acme', login: 'bob' })
  const forged = account('mallory', { email: 'bob@acme.example', email_verified: false })
  t.equal((await signedIn('mallory', forged)).how, notLetIn, 'an address that is not verified')
  await put({ domains: [] })
  const named = account('bob', { email: undefined, email_verified: undefined })
  t.equal((await signedIn('second-bob', named)).how, notLetIn, 'nor by the login alone')
  t.equal(
    (
      await signedIn(
        'eve',
        account('eve', { preferred_username: undefined, email_verified: false }),
      )
    ).how,
    notLetIn,
  )
  await put()
  t.equal(
    (await signedIn('zoe', account('zoe', { email: 'zoe@evil.example' }))).how,
    notLetIn,
    'another domain',
  )
  const bob = await signedIn('bob-at-provider', account('bob'))
  t.equal(bob.how, 'in')
  t.equal((await bob.me()).id, id, 'by a verified address, where the tenant allows it')
  const twin = await signedIn('bob-the-second', account('bob'))
  t.equal(twin.how, notLetIn, 'one address, given to another: he is not the one before')
  await put({ linksByEmail: false, createsUsers: false })
  t.equal((await signedIn('carl', account('carl'))).how, notLetIn, 'only who is known')
  t.equal((await signedIn('bob-at-provider', null)).how, 'in')
  await put()
  const told = await reasons()
  for (const reason of ['domain', 'taken', 'nameless', 'unknown']) {
    t.ok(told.includes(`CORE_SSO_ACCOUNT_REFUSED ${reason}`), reason)
  }
})

t.test('who is suspended stays out, and who was invited has come', async (t) => {
  const dan = await signedIn('dan')
  const { id } = await dan.me()
  await admin.browser.ask('POST', `/v1/users/${id}:suspend`)
  t.equal((await dan.browser.ask('GET', '/v1/me')).status, 401)
  t.equal((await signedIn('dan')).how, notLetIn)
  const invited = { tenant: 'acme', login: 'fay', displayName: 'Fay', email: 'fay@acme.example' }
  await client.request('POST', '/v1/users', invited)
  const fay = await signedIn('fay', account('fay', { preferred_username: 'fay.w' }))
  t.match(await fay.me(), { login: 'fay', state: 'active' })
})

t.test('a second factor is asked for, unless the provider has asked for one', async (t) => {
  const { browser } = await person(host.url, client, { tenant: 'acme', login: 'gil' })
  const begun = await browser.ask<{ uri: string }>('POST', '/v1/me/totp', { password: PASSWORD })
  const app = URI.parse(begun.body.uri)
  const { body } = await browser.ask<{ recoveryCodes: string[] }>('POST', '/v1/me/totp:confirm', {
    code: app.generate(),
  })
  const gil = await signedIn('gil')
  const [, ticket] = /^code=(.*)$/.exec(gil.how) ?? []
  t.ok(ticket, 'a ticket, and no session')
  const [code] = body.recoveryCodes
  t.match(await gil.browser.ask('POST', '/v1/sign-in/code', { ticket, code }), { status: 200 })
  t.match((await gil.browser.ask<{ items: object[] }>('GET', '/v1/sessions')).body.items[0], {
    methods: ['sso', 'recovery', 'mfa'],
  })
})

t.test('what a provider has asked for is not asked for again, and not believed less', async (t) => {
  provider.amr = ['pwd', 'mfa']
  const kim = await signedIn('kim')
  provider.amr = undefined
  t.equal(kim.how, 'in')
  t.match((await kim.browser.ask<{ items: object[] }>('GET', '/v1/sessions')).body.items[0], {
    methods: ['sso', 'mfa'],
  })
  await kim.me()
  const begun = await kim.browser.ask('POST', '/v1/me/totp', {})
  t.match(begun.body, { uri: /^otpauth:/ }, 'she has no password, and has just shown who she is')
})

t.test('whom an admin unlinks comes as for the first time', async (t) => {
  const lea = await signedIn('lea')
  const { id } = await lea.me()
  t.equal((await signedIn('lea-anew', account('lea'))).how, notLetIn, 'known by another subject')
  t.match((await admin.browser.ask('DELETE', `/v1/users/${id}/sso`)).body, { removed: 1 })
  t.equal((await lea.browser.ask('GET', '/v1/me')).status, 401)
  t.equal((await (await signedIn('lea-anew', account('lea'))).me()).id, id)
})

t.test('signing out here leads to signing out there, and the other way round', async (t) => {
  const hal = await signedIn('hal')
  await hal.me()
  const phone = await signedIn('hal')
  const { body } = await hal.browser.ask<{ url: string }>('POST', '/v1/me/sign-out', {})
  t.equal((await hal.browser.ask('GET', '/v1/me')).status, 401)
  const end = new URL(body.url)
  t.equal(end.origin, provider.issuer)
  t.equal(end.searchParams.get('post_logout_redirect_uri'), `${origin}/sign-in`)
  t.equal((await phone.browser.ask('GET', '/v1/me')).status, 200, 'another session of the provider')
  t.equal(await phone.atProvider.signOut(body.url), `${origin}/sign-in`)
  t.equal((await phone.browser.ask('GET', '/v1/me')).status, 401, 'the provider has told it')
})

async function logout(token: string): Promise<number> {
  const body = new URLSearchParams({ logout_token: token })
  return (await fetch(`${host.url}${ofMain}/logout`, { method: 'POST', body })).status
}

t.test('nobody else signs anybody out', async (t) => {
  const ida = await signedIn('ida')
  const now = Math.floor(Date.now() / 1000)
  const event = { 'http://schemas.openid.net/event/backchannel-logout': {} }
  const claims = {
    iss: provider.issuer,
    aud: CLIENT,
    iat: now,
    exp: now + 120,
    jti: 'one',
    sub: 'ida',
    events: event,
  }
  const odd = [
    { ...claims, aud: OTHER },
    { ...claims, iss: 'https://evil.example' },
    { ...claims, nonce: 'an ID token' },
    { ...claims, events: {} },
    { ...claims, iat: now - 3600, exp: now + 120 },
    { ...claims, sub: 7 as never },
  ]
  for (const one of odd) t.equal(await logout(await provider.sign(one)), 403, JSON.stringify(one))
  t.equal(await logout(`${unsigned(claims, 'none')}.`), 403)
  t.equal(await logout('nonsense'), 403)
  t.equal((await ida.browser.ask('GET', '/v1/me')).status, 200)
  t.equal(await logout(await provider.sign({ ...claims, jti: undefined as never })), 403)
  t.equal(await logout(await provider.sign(claims)), 200)
  t.equal((await ida.browser.ask('GET', '/v1/me')).status, 401)
  const back = await signedIn('ida')
  t.equal(await logout(await provider.sign(claims)), 200)
  t.equal((await back.browser.ask('GET', '/v1/me')).status, 200, 'the same once more is of before')
  t.equal(await logout(await provider.sign({ ...claims, jti: 'two' })), 200)
  t.equal((await back.browser.ask('GET', '/v1/me')).status, 401)
})

t.test('who is half in is out when the provider says so', async (t) => {
  const mia = await signedIn('gil')
  const [, ticket] = /^code=(.*)$/.exec(mia.how) ?? []
  const now = Math.floor(Date.now() / 1000)
  const events = { 'http://schemas.openid.net/event/backchannel-logout': {} }
  const claims = { iss: provider.issuer, aud: CLIENT, iat: now, exp: now + 120, events }
  t.equal(await logout(await provider.sign({ ...claims, jti: 'gil', sub: 'gil' })), 200)
  const code = '000000'
  t.match((await mia.browser.ask('POST', '/v1/sign-in/code', { ticket, code })).body, {
    code: 'CORE_TICKET_INVALID',
  })
})

t.test('what a group gives no more is gone at once, for who is away too', async (t) => {
  const nia = await signedIn('nia', account('nia', { groups: ['ops', 'counting'] }))
  const { id } = await nia.me()
  const roles = async () => {
    const { items } = await client.request<{ items: { role: string }[] }>(
      'GET',
      `/v1/role-assignments?tenant=acme&user=${id}`,
    )
    return items.map(({ role }) => role).sort()
  }
  t.same(await roles(), ['counter', 'member', 'service-owner'])
  await admin.browser.ask('POST', '/v1/role-assignments', { user: id, role: 'auditor' })
  const [, counting] = connection.groupRoles
  t.equal((await put({ groupRoles: [counting] })).status, 200)
  t.same(await roles(), ['auditor', 'counter', 'member'])
  await put({ issuer: 'https://login.elsewhere.example', clientSecret: SECRET })
  t.same(await roles(), ['auditor'], 'another provider says nothing of who is in these groups')
  await put({ clientSecret: SECRET })
})

t.test('who is under way while the connection is changed begins again', async (t) => {
  const visit = new Visit()
  provider.accounts.set('ole', account('ole'))
  provider.who = 'ole'
  const back = await visit.atProvider.follow((await visit.begin()).href)
  provider.tamper = async () => {
    provider.tamper = undefined
    await put({ groupRoles: [] })
  }
  t.equal(await visit.comeBack(back), 'failed=CORE_SSO_FLOW_INVALID')
  await put()
  t.equal((await signedIn('ole', null)).how, 'in')
})

t.test('where only the provider lets in, one admin has another key', async (t) => {
  const policy = '/v1/tenants/acme/sign-in-policy'
  const set = (body: object) => admin.browser.ask('PUT', policy, body)
  t.match((await set({ ssoOnly: true })).body, { code: 'CORE_SSO_BREAK_GLASS_INVALID' })
  const { id, browser: jon } = await person(host.url, client, { tenant: 'acme', login: 'jon' })
  t.match((await set({ ssoOnly: true, breakGlass: id })).body, {
    code: 'CORE_SSO_BREAK_GLASS_INVALID',
  })
  t.match((await set({ ssoOnly: true, breakGlass: admin.id })).body, { ssoOnly: true })
  const only = { status: 403, body: { code: 'CORE_SSO_ONLY' } }
  t.match(await new Browser(host.url).signIn('acme', 'jon', PASSWORD), only)
  t.match(await new Browser(host.url).signIn('acme', 'nobody', PASSWORD), only)
  t.match(await new Browser(host.url).signIn('acme', 'root', 'not the right password'), only)
  t.match(await new Browser(host.url).signIn('acme', 'root', PASSWORD), { status: 200 })
  t.equal((await signedIn('jon')).how, 'in')
  const removed = await admin.browser.ask('DELETE', at)
  t.match(removed.body, { code: 'CORE_SSO_CONNECTION_NEEDED' })
  t.equal((await jon.ask('PUT', policy, { ssoOnly: false })).status, 403)
  await client.request('PUT', policy, { ssoOnly: false })
  t.match(await new Browser(host.url).signIn('acme', 'jon', PASSWORD), { status: 200 })
})

t.test(
  'whoever says who proves people can become anybody: no role of the own holds it',
  async (t) => {
    const role = { name: 'People', actions: ['sso.write'] }
    t.match((await admin.browser.ask('PUT', '/v1/roles/people', role)).body, {
      code: 'CORE_INPUT_INVALID',
    })
    const { browser } = await person(host.url, client, {
      tenant: 'acme',
      login: 'aud',
      roles: ['auditor'],
    })
    t.equal((await browser.ask('PUT', at, connection)).status, 403)
    t.equal((await browser.ask('GET', '/v1/tenants/acme/sso')).status, 200)
  },
)

t.test('a provider that is away, or elsewhere, is told as such', async (t) => {
  const away = { ...connection, clientSecret: SECRET, issuer: 'http://127.0.0.1:9' }
  await admin.browser.ask('PUT', '/v1/tenants/acme/sso/away', away)
  const wish = { tenant: 'acme', connection: 'away' }
  const begun = await new Browser(host.url).ask('POST', '/v1/sign-in/sso', wish)
  t.match(begun, { status: 503, body: { code: 'CORE_SSO_UNAVAILABLE' } })
  const check = await admin.browser.ask('POST', '/v1/tenants/acme/sso/away:check')
  t.match(check.body, { answers: false, reason: /^CORE_FETCH_/ }, 'the inner network is guarded')
  const missing = { tenant: 'acme', connection: 'nothing' }
  const none = await refusal(client.request('POST', '/v1/sign-in/sso', missing))
  t.match(none, { status: 404, code: 'CORE_SSO_CONNECTION_MISSING' })
  const visit = new Visit()
  provider.who = 'ann'
  const back = await visit.atProvider.follow((await visit.begin()).href)
  await provider.stop()
  t.equal(await visit.comeBack(back), 'failed=CORE_SSO_UNAVAILABLE')
})

t.test('neither log nor audit has anything of secret, code or token', async (t) => {
  const { items } = await client.request<{ items: object[] }>(
    'GET',
    '/v1/audit?tenant=acme&limit=200',
  )
  const told = `${Buffer.concat(output).toString()}${JSON.stringify(items)}`
  t.notOk(told.includes(SECRET))
  t.notMatch(told, /eyJ[\w-]{10,}\./, 'no token')
  t.notMatch(told, /[?&](code|state|logout_token)=/, 'nor what stands in addresses')
})
