import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { createKnex } from '../../src/storage/create-knex.ts'
import { Browser } from '../support/browser.ts'
import { HostProcess, OPERATOR_TOKEN } from '../support/host-process.ts'
import { PASSWORD, person } from '../support/people.ts'
import { testDatabases } from '../support/postgres.ts'

const { hostUrl } = await testDatabases(t)
const settings = {
  databaseUrl: hostUrl,
  environment: { SIGNALBOX_TRUSTED_PROXIES: '127.0.0.1' },
}
const host = await HostProcess.start(t, settings)
/** Another node of the same system. */
const node = await HostProcess.start(t, settings)
const { client } = host
const knex = createKnex(hostUrl)
t.teardown(() => knex.destroy())
await client.request('POST', '/v1/tenants', { id: 'acme', name: 'Acme' })

interface Listed {
  readonly items: readonly { readonly id: string; readonly isThis: boolean }[]
}

const signInAs = (
  browser: Browser,
  token: string,
  headers: Readonly<Record<string, string>> = {},
) => browser.ask<{ session: string }>('POST', '/v1/sign-in/operator', { token }, headers)

/** Of attempts at once some wait: until it is looked at each might be a guess. Whoever is told to wait does. */
async function operator(url = host.url) {
  const browser = new Browser(url)
  for (let tries = 1; ; tries++) {
    const { status, body, headers } = await signInAs(browser, OPERATOR_TOKEN)
    if (status === 200) return { browser, session: body.session }
    if (status !== 429 || tries === 20) throw new Error(`${status} ${body.code}`)
    await delay(Number(headers.get('retry-after')) * 1000)
  }
}

async function audited(action: string) {
  const query = `/v1/audit?action=${action}&limit=50`
  return (await client.request<{ items: Record<string, unknown>[] }>('GET', query)).items
}

t.test('the operator signs in once and works by a cookie that no script reads', async (t) => {
  const browser = new Browser(host.url)
  const told = await signInAs(browser, OPERATOR_TOKEN)
  t.match(told, { status: 200, body: { next: 'in', kind: 'operator', session: /^ses_/ } })
  t.equal(told.headers.get('cache-control'), 'no-store')
  const [cookie = ''] = told.headers.getSetCookie()
  for (const part of ['HttpOnly', 'SameSite=Lax', 'Path=/']) t.ok(cookie.includes(part), part)
  t.notMatch(JSON.stringify([told.body, cookie]), OPERATOR_TOKEN)
  const { session } = told.body
  const own = await client.request<{ actions: string[] }>('GET', '/v1/me')
  t.strictSame(Object.keys(own), ['kind', 'actions'], 'a token repeats nothing')
  t.ok(own.actions.includes('tenant.create'))
  t.notOk(own.actions.includes('log.read'), 'what is of tenants alone')
  const { body: seen } = await browser.ask<typeof own>('GET', '/v1/me')
  t.match(seen, { kind: 'operator', session, csrfToken: browser.csrf })
  t.same(new Set(seen.actions), new Set([...own.actions, 'session.sign_out']))
  t.equal((await browser.ask('GET', '/v1/tenants')).status, 200)
  t.match(await browser.ask('POST', '/v1/tenants', { id: 'globex', name: 'Globex' }), {
    status: 201,
  })
  t.match(await audited('tenant.created'), [{ actor: 'operator', subject: 'globex' }])
  t.match(await audited('session.started'), [
    { actor: 'operator', subject: session, outcome: 'done', detail: { methods: ['token'] } },
  ])
})

t.test('what changes something repeats the token and comes from here', async (t) => {
  const { browser } = await operator()
  const { cookie } = browser
  const blind = new Browser(host.url)
  blind.cookie = cookie
  const wish = { id: 'initech', name: 'Initech' }
  t.match(await blind.ask('POST', '/v1/tenants', wish), {
    status: 403,
    body: { code: 'CORE_CROSS_SITE_REFUSED' },
  })
  const elsewhere = { origin: 'https://evil.example' }
  t.match(await browser.ask('POST', '/v1/tenants', wish, elsewhere), {
    body: { code: 'CORE_CROSS_SITE_REFUSED' },
  })
  const planted = await signInAs(new Browser(host.url), OPERATOR_TOKEN, elsewhere)
  t.match(planted, { status: 403, body: { code: 'CORE_CROSS_SITE_REFUSED' } })
})

t.test('the session opens reviews and findings of the marketplace as the token does', async (t) => {
  const { browser } = await operator()
  await browser.ask('GET', '/v1/me')
  const reviews = '/v1/marketplace/reviews'
  t.match(await browser.ask('GET', reviews), { status: 200, body: { items: [] } })
  t.match(await browser.ask('GET', '/v1/marketplace/review-policy'), { status: 200 })
  const decision = `${reviews}/0f8fad5b-d9cb-469f-a165-70867728950e/approve`
  t.match(await browser.ask('POST', decision, { text: 'read' }), {
    status: 404,
    body: { code: 'MKT_REVIEW_NOT_FOUND' },
  })
  const blind = new Browser(host.url)
  blind.cookie = browser.cookie
  t.match(await blind.ask('POST', decision, { text: 'read' }), {
    status: 401,
    body: { code: 'MKT_TOKEN_REQUIRED' },
  })
  t.match(await new Browser(host.url).ask('GET', reviews), { status: 401 })
  const publishers = '/v1/marketplace/publishers'
  t.match(await browser.ask('GET', publishers), { status: 200, body: { items: [] } })
  t.match(
    await browser.ask('POST', publishers, { name: 'carol', scopes: ['@carol'] }),
    { status: 401, body: { code: 'MKT_TOKEN_REQUIRED' } },
    'accounts and tokens are handed out by the token',
  )
})

t.test('a person of a tenant is nobody to the reviews of the marketplace', async (t) => {
  const { browser } = await person(host.url, client, {
    tenant: 'acme',
    login: 'amy',
    roles: ['admin'],
  })
  t.match(await browser.ask('GET', '/v1/marketplace/reviews'), { status: 401 })
})

t.test('who signs in from many windows at once is let in by each', async (t) => {
  const all = await Promise.all(Array.from({ length: 8 }, () => operator()))
  t.equal(new Set(all.map(({ session }) => session)).size, 8)
  await client.request('DELETE', '/v1/sessions')
})

t.test('a wrong token is counted by place, and stands in the audit without itself', async (t) => {
  const wrong = 'not the token, but a guess'
  const from = (address: string) => ({ 'x-forwarded-for': address })
  const guesser = new Browser(host.url)
  const guessed = () => signInAs(guesser, wrong, from('192.0.2.7'))
  const refused = { status: 401, body: { code: 'CORE_OPERATOR_TOKEN_REFUSED' } }
  t.match(await guessed(), refused)
  // Some are free; each one behind them makes the next wait twice as long, until a slow machine is not slow enough.
  let blocked: Awaited<ReturnType<typeof guessed>> | undefined
  for (let guess = 1; guess < 12 && blocked?.status !== 429; guess++) blocked = await guessed()
  t.match(blocked, { status: 429, body: { code: 'CORE_SIGN_IN_BLOCKED' } })
  t.ok(Number(blocked?.headers.get('retry-after')) >= 1)
  t.equal(guesser.cookie, undefined)
  const desk = new Browser(host.url)
  t.equal((await signInAs(desk, OPERATOR_TOKEN, from('192.0.2.8'))).status, 200)
  const failures = await audited('sign_in.failed')
  t.match(failures[0], {
    actor: 'anonymous',
    subject: 'operator',
    outcome: 'CORE_OPERATOR_TOKEN_REFUSED',
    detail: { address: '192.0.2.7' },
  })
  t.notMatch(JSON.stringify(failures), wrong)
  t.notMatch(host.log(), wrong)
})

t.test('sessions are listed and end, on every node at once', async (t) => {
  const [desk, laptop, phone] = await Promise.all([operator(), operator(), operator()])
  const { body } = await desk.browser.ask<Listed>('GET', '/v1/sessions')
  t.same(
    body.items.filter(({ isThis }) => isThis).map(({ id }) => id),
    [desk.session],
  )
  t.notMatch(JSON.stringify(body), /hash|csrf|mark/i)
  t.equal((await laptop.browser.at(node.url).ask('GET', '/v1/tenants')).status, 200)
  t.equal((await desk.browser.ask('DELETE', `/v1/sessions/${laptop.session}`)).status, 204)
  t.equal((await laptop.browser.at(node.url).ask('GET', '/v1/tenants')).status, 401)
  t.match(await desk.browser.ask('DELETE', `/v1/sessions/${laptop.session}`), {
    body: { code: 'CORE_SESSION_MISSING' },
  })
  t.match((await desk.browser.ask('DELETE', '/v1/sessions')).body, { ended: /\d/ })
  t.equal((await phone.browser.ask('GET', '/v1/me')).status, 401)
  const out = await desk.browser.ask('POST', '/v1/me/sign-out')
  t.match(out, { status: 200, body: { url: null } })
  t.match(out.headers.getSetCookie(), [/Max-Age=0/])
  const again = new Browser(host.url)
  again.cookie = desk.browser.cookie
  t.equal((await again.ask('GET', '/v1/me')).status, 401)
  const ended = await audited('session.ended')
  t.match(ended, [{ actor: 'operator', subject: desk.session }, { subject: laptop.session }])
})

t.test('the token itself lists and ends them, and has nothing to sign out of', async (t) => {
  const { browser, session } = await operator()
  const { items } = await client.request<Listed>('GET', '/v1/sessions')
  t.match(
    items.find(({ id }) => id === session),
    { isThis: false },
  )
  t.match(await client.request('POST', '/v1/me/sign-out').catch(({ problem }) => problem), {
    status: 403,
    code: 'CORE_FORBIDDEN',
  })
  await client.request('DELETE', '/v1/sessions')
  t.equal((await browser.ask('GET', '/v1/me')).status, 401)
})

t.test('it is no user: nothing of how a user signs in is its own', async (t) => {
  const { browser } = await operator()
  for (const [method, path, body] of [
    ['POST', '/v1/me/totp', {}],
    ['GET', '/v1/me/passkeys'],
    ['GET', '/v1/tokens'],
    ['POST', '/v1/me/password', { present: PASSWORD, password: PASSWORD }],
  ] as const) {
    const answer = await browser.ask(method, path, body)
    t.match(answer, { status: 403, body: { code: 'CORE_FORBIDDEN' } }, path)
  }
})

t.test('a browser is one or the other: whoever signs in last', async (t) => {
  const { browser: ann } = await person(host.url, client, { tenant: 'acme', login: 'ann' })
  t.match((await ann.ask('GET', '/v1/me')).body, { kind: 'user', isService: false, login: 'ann' })
  await signInAs(ann, OPERATOR_TOKEN)
  t.match((await ann.ask('GET', '/v1/me')).body, { kind: 'operator' })
  await ann.signIn('acme', 'ann', PASSWORD)
  t.match((await ann.ask('GET', '/v1/me')).body, { kind: 'user', login: 'ann' })
  t.equal((await ann.ask('GET', '/v1/tenants')).status, 403)
})

t.test('an hour of silence or twelve hours end a session', async (t) => {
  for (const over of [
    { last_seen_at: knex.raw("now() - interval '61 minutes'") },
    { expires_at: knex.raw("now() - interval '1 second'") },
  ]) {
    const { browser, session } = await operator()
    const seen = { last_seen_at: knex.raw("now() - interval '59 minutes'") }
    await knex('operator_sessions').where({ id: session }).update(seen)
    t.equal((await browser.ask('GET', '/v1/me')).status, 200)
    t.equal((await browser.ask('GET', '/v1/me')).status, 200)
    const row = await knex('operator_sessions')
      .where({ id: session })
      .first(knex.raw("last_seen_at > now() - interval '1 minute' as is_seen"))
    t.ok(row.is_seen, 'that it was seen is written down')
    await knex('operator_sessions').where({ id: session }).update(over)
    t.equal((await browser.ask('GET', '/v1/me')).status, 401)
    const { items } = await client.request<Listed>('GET', '/v1/sessions')
    t.notOk(items.some(({ id }) => id === session))
  }
})

t.test('who has forgotten to sign out has twenty at most', async (t) => {
  const { browser: first } = await operator()
  for (let more = 0; more < 20; more++) await operator()
  t.equal((await first.ask('GET', '/v1/me')).status, 401)
  t.equal((await client.request<Listed>('GET', '/v1/sessions')).items.length, 20)
})

t.test(
  'another token ends what the one before began, and the table gives neither away',
  async (t) => {
    const { browser, session } = await operator()
    const rows = JSON.stringify(await knex('operator_sessions'), (_key, value) =>
      value?.type === 'Buffer' ? Buffer.from(value.data).toString('latin1') : value,
    )
    t.notMatch(rows, OPERATOR_TOKEN)
    t.notOk(rows.includes(browser.cookie?.split('op.')[1] ?? ''))
    const next = 'another-token-of-the-operator'
    const changed = await HostProcess.start(t, {
      ...settings,
      environment: { ...settings.environment, SIGNALBOX_ADMIN_TOKEN: next },
    })
    const there = browser.at(changed.url)
    t.equal((await there.ask('GET', '/v1/me')).status, 401)
    const listed = await changed.as(next).request<Listed>('GET', '/v1/sessions')
    t.notOk(listed.items.some(({ id }) => id === session))
    const fresh = new Browser(changed.url)
    t.equal((await signInAs(fresh, OPERATOR_TOKEN)).status, 401)
    t.equal((await signInAs(fresh, next)).status, 200)
  },
)
