import { URI } from 'otpauth'
import { Browser } from '../support/browser.ts'
import { makeCanary, makeOddCanary } from '../support/canaries.ts'
import {
  CLIENT,
  type IdentityProvider,
  ProviderBrowser,
  SECRET,
} from '../support/identity-provider.ts'
import { serviceAccount } from '../support/people.ts'
import type { Keeper, Secret } from './planted-secrets.ts'
import type { Told } from './secret-flows.ts'

const me = { tenant: 'acme', login: 'ann' }

/** It opens nothing without the cookie, and a page that repeats it from elsewhere is refused for where it is. */
const keptCsrf = ['database of the host', 'files of PostgreSQL']

/** What a browser holds of its session, by the name of when it was given. */
function heldBy({ cookie = '', csrf = '' }: Browser, when: string): readonly Secret[] {
  return [
    { name: `a session's cookie, ${when}`, value: cookie.slice(cookie.indexOf('=') + 1) },
    { name: `a CSRF token, ${when}`, value: csrf, entitled: keptCsrf },
  ]
}

/** Somebody comes in by all ways there are, wrong ones among them. @returns all that proved who he is */
export async function usePeople(
  url: string,
  { admin }: Keeper,
  provider: IdentityProvider,
  told: Told,
): Promise<readonly Secret[]> {
  const invited = await admin.request<{ id: string; invitation: { ticket: string } }>(
    'POST',
    '/v1/users',
    { ...me, displayName: 'Ann', email: 'ann@acme.example', roles: ['admin'] },
  )
  const { ticket: invitation } = invited.invitation
  const [first, second, wrong] = ['first', 'second', 'wrong'].map((name) =>
    makeOddCanary(`${name}-password`),
  ) as [string, string, string]
  const browser = new Browser(url)
  const refused = async (path: string, body: object) => {
    const { status, body: answer } = await browser.ask('POST', path, body)
    if (status < 400) throw new Error(`${path} was not refused`)
    told.answers.push(JSON.stringify(answer))
  }
  await refused('/v1/sign-in/invitation', { ticket: invitation, password: 'short' })
  await done(browser.ask('POST', '/v1/sign-in/invitation', { ticket: invitation, password: first }))
  await refused('/v1/sign-in/invitation', { ticket: invitation, password: wrong })
  await refused('/v1/sign-in', { ...me, password: wrong })
  await refused('/v1/sign-in', { ...me, login: wrong, password: wrong })
  await done(browser.signIn(me.tenant, me.login, first))
  const atFirst = heldBy(browser, 'at first')
  const codes = await useCodes(browser, first, refused)
  const tokens = await useTokens(browser, admin)
  const { ticket } = await admin.request<{ ticket: string }>(
    'POST',
    `/v1/users/${invited.id}/link?tenant=acme`,
  )
  await done(browser.ask('POST', '/v1/sign-in/reset:confirm', { ticket, password: second }))
  await refused('/v1/sign-in/reset:confirm', { ticket, password: wrong })
  told.answers.push(JSON.stringify((await browser.ask('POST', '/v1/sign-in/reset', me)).body))
  return [
    { name: 'an invitation', value: invitation },
    { name: 'a link to reset a password', value: ticket },
    { name: 'a password', value: second },
    { name: 'a password that was replaced', value: first },
    { name: 'a password that is wrong', value: wrong },
    ...atFirst,
    ...codes,
    ...tokens,
    ...(await useProvider(url, admin, provider, told)),
  ]
}

async function done<Answer extends { readonly status: number; readonly body: object }>(
  asked: Promise<Answer>,
): Promise<Answer['body']> {
  const { status, body } = await asked
  if (status >= 400) throw new Error(JSON.stringify(body))
  return body
}

/** The second factor is set up, and asked for. */
async function useCodes(
  browser: Browser,
  password: string,
  refused: (path: string, body: object) => Promise<void>,
): Promise<readonly Secret[]> {
  const { body: begun } = await browser.ask<{ uri: string }>('POST', '/v1/me/totp', { password })
  const app = URI.parse(begun.uri)
  await refused('/v1/me/totp:confirm', { code: '000000' })
  const code = { code: app.generate() }
  const { body: confirmed } = await browser.ask<{ recoveryCodes: string[] }>(
    'POST',
    '/v1/me/totp:confirm',
    code,
  )
  const held = heldBy(browser, 'with a second factor')
  const { body: step } = await browser.signIn(me.tenant, me.login, password)
  const { ticket } = step
  await refused('/v1/sign-in/code', { ticket, code: '000-000' })
  const [used = '', unused = ''] = confirmed.recoveryCodes
  await done(browser.ask('POST', '/v1/sign-in/code', { ticket, code: used }))
  return [
    { name: 'a TOTP secret', value: app.secret.base32 },
    { name: 'the bytes of a TOTP secret', value: Buffer.from(app.secret.bytes) },
    { name: 'a recovery code that was used', value: used },
    { name: 'a recovery code', value: unused },
    { name: 'a ticket to the second factor', value: ticket },
    ...held,
    ...heldBy(browser, 'by a recovery code'),
  ]
}

async function useTokens(browser: Browser, admin: Keeper['admin']): Promise<readonly Secret[]> {
  const wish = { label: 'of the search', days: 1, actions: ['me.read'] }
  const { body: own } = await browser.ask<{ token: string }>('POST', '/v1/tokens', wish)
  const program = await serviceAccount(admin, { tenant: 'acme', login: 'sync' }, ['me.read'])
  for (const token of [own.token, program.token]) {
    const headers = { authorization: `Bearer ${token}` }
    await fetch(`${browser.url}/v1/me`, { headers })
    await fetch(`${browser.url}/v1/tenants?token=1`, { headers })
  }
  return [
    { name: "a user's token", value: own.token },
    { name: "a service account's token", value: program.token },
  ]
}

const sso = '/v1/sign-in/sso/acme/main'

/** By a tenant's own provider: rightly, and with an answer of it that was used. */
async function useProvider(
  url: string,
  admin: Keeper['admin'],
  provider: IdentityProvider,
  told: Told,
): Promise<readonly Secret[]> {
  const connection = {
    ...{ name: 'Acme login', issuer: provider.issuer, clientId: CLIENT, clientSecret: SECRET },
    ...{ scopes: ['openid', 'email', 'profile'], domains: ['acme.example'], createsUsers: true },
  }
  const ofMain = '/v1/tenants/acme/sso/main'
  told.answers.push(JSON.stringify(await admin.request('PUT', ofMain, connection)))
  told.answers.push(JSON.stringify(await admin.request('GET', '/v1/tenants/acme/sso')))
  told.answers.push(JSON.stringify(await admin.request('POST', `${ofMain}:check`)))
  provider.who = 'bea'
  provider.accounts.set('bea', {
    ...{ email: 'bea@acme.example', email_verified: true, preferred_username: 'bea', name: 'Bea' },
  })
  const browser = new Browser(url)
  const begin = { tenant: 'acme', connection: 'main' }
  const { body } = await browser.ask<{ url: string }>('POST', '/v1/sign-in/sso', begin)
  const flow = heldBy(browser, 'before the provider')[0] as Secret
  const back = await new ProviderBrowser(provider).follow(body.url)
  const path = `${back.pathname}${back.search}`
  const headers = { cookie: browser.cookie ?? '' }
  const entered = await fetch(`${url}${path}`, { redirect: 'manual', headers })
  if (!entered.headers.get('location')?.endsWith('#in')) throw new Error('nobody came in')
  const cookies = entered.headers.getSetCookie().map((one) => one.split(';', 1)[0] ?? '')
  const session = cookies.find((one) => one.startsWith('__Host-signalbox=')) ?? ''
  const again = await fetch(`${url}${path}`, { redirect: 'manual', headers })
  const broken = await fetch(`${url}${sso}/callback?code=${makeCanary('code')}&state=x`, {
    redirect: 'manual',
    headers,
  })
  for (const { headers: sent } of [again, broken]) told.answers.push(JSON.stringify([...sent]))
  return [
    { name: "a provider's client secret", value: SECRET },
    { name: "a provider's code", value: back.searchParams.get('code') ?? '' },
    { name: 'the state of a sign-in at a provider', value: back.searchParams.get('state') ?? '' },
    { ...flow, name: 'what binds a sign-in to its browser' },
    { name: "a session's cookie, by a provider", value: session.slice(session.indexOf('=') + 1) },
  ]
}
