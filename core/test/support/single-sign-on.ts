import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { Browser } from './browser.ts'
import { HostProcess, temporaryHome } from './host-process.ts'
import { CLIENT, IdentityProvider, ProviderBrowser } from './identity-provider.ts'
import { person } from './people.ts'
import { testDatabases } from './postgres.ts'

export const origin = 'https://signalbox.acme.example'
const { hostUrl } = await testDatabases(t)
const home = await temporaryHome(t)
const keyFile = join(home, 'keys')
await writeFile(keyFile, Buffer.alloc(32, 'key').toString('base64'), { mode: 0o600 })
export const provider = await IdentityProvider.start(t)
export const output: Buffer[] = []
export const host = await HostProcess.start(t, {
  databaseUrl: hostUrl,
  environment: {
    SIGNALBOX_KEY_FILE: keyFile,
    SIGNALBOX_PUBLIC_URL: origin,
    SIGNALBOX_FETCH_ALLOW: provider.issuer,
  },
  onOutput: (bytes) => output.push(bytes),
})
export const ofMain = '/v1/sign-in/sso/acme/main'
await provider.open({
  redirectUri: `${origin}${ofMain}/callback`,
  postLogoutUri: `${origin}/sign-in`,
  backchannelUri: `${host.url}${ofMain}/logout`,
})
export const { client } = host
await client.request('POST', '/v1/tenants', { id: 'acme', name: 'Acme' })
export const admin = await person(host.url, client, {
  tenant: 'acme',
  login: 'root',
  roles: ['admin'],
})
await admin.browser.ask('PUT', '/v1/roles/counter', { name: 'Counter', actions: ['usage.read'] })

export const connection = {
  name: 'Acme login',
  issuer: provider.issuer,
  clientId: CLIENT,
  scopes: ['openid', 'email', 'profile', 'groups'],
  groupRoles: [
    { group: 'ops', roles: ['service-owner'] },
    { group: 'counting', roles: ['counter', 'member'] },
  ],
  domains: ['acme.example'],
  createsUsers: true,
  linksByEmail: true,
}
export const at = '/v1/tenants/acme/sso/main'
export const put = (change: object = {}) =>
  admin.browser.ask('PUT', at, { ...connection, ...change })

/** What a provider says of somebody of acme. */
export const account = (login: string, more: object = {}) => ({
  email: `${login}@acme.example`,
  email_verified: true,
  preferred_username: login,
  name: `Person ${login}`,
  groups: ['counting'],
  ...more,
})

/** A browser in the middle of signing in. */
export class Visit {
  readonly atProvider = new ProviderBrowser(provider)
  readonly browser = new Browser(host.url)

  async begin(id = 'main'): Promise<URL> {
    const wish = { tenant: 'acme', connection: id }
    const { status, body } = await this.browser.ask<{ url: string }>(
      'POST',
      '/v1/sign-in/sso',
      wish,
    )
    if (status !== 200) throw new Error(JSON.stringify(body))
    return new URL(body.url)
  }

  /** @returns what stands behind the # of the page that it ends on */
  async comeBack(url: URL): Promise<string> {
    const response = await fetch(`${host.url}${url.pathname}${url.search}`, {
      redirect: 'manual',
      headers: { cookie: this.browser.cookie ?? '' },
    })
    const session = response.headers
      .getSetCookie()
      .find((one) => one.startsWith('__Host-signalbox='))
    if (session !== undefined) this.browser.cookie = session.split(';', 1)[0]
    return (response.headers.get('location') ?? `/sign-in#status=${response.status}`).slice(
      '/sign-in#'.length,
    )
  }

  async signIn(): Promise<string> {
    return this.comeBack(await this.atProvider.follow((await this.begin()).href))
  }

  async me() {
    const path = '/v1/me'
    type Me = {
      id: string
      login: string
      email: string | null
      state: string
      roles: { role: string }[]
    }
    return (await this.browser.ask<Me>('GET', path)).body
  }
}

export async function signedIn(
  who: string,
  claims: object | null = account(who),
): Promise<Visit & { readonly how: string }> {
  provider.who = who
  if (claims !== null) provider.accounts.set(who, claims as never)
  const visit = new Visit()
  return Object.assign(visit, { how: await visit.signIn() })
}

export async function reasons(): Promise<readonly unknown[]> {
  type Entry = { action: string; outcome: string; detail: { reason?: string } }
  const { items } = await host.client.request<{ items: Entry[] }>(
    'GET',
    '/v1/audit?tenant=acme&limit=200',
  )
  return items
    .filter(({ action }) => action === 'sign_in.failed')
    .map(({ outcome, detail }) => `${outcome} ${detail.reason ?? ''}`.trim())
}

/** A token with a head that asks for no proof, or for another. */
export const unsigned = (claims: object, alg: string) =>
  [{ alg }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
