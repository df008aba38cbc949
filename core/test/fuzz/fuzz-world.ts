import { actionsOf } from '../../src/identity/authorise.ts'
import { builtInRoles } from '../../src/identity/roles/built-in-roles.ts'
import { makeCanary } from '../support/canaries.ts'
import { installFixture } from '../support/fixture-plugin.ts'
import { OPERATOR_TOKEN } from '../support/host-process.ts'
import { person, serviceAccount } from '../support/people.ts'
import { callProbe, setUpTenant } from '../support/probe.ts'
import { acme, globex, host, hostSecrets, table } from '../support/route-table.ts'

type Headers = Readonly<Record<string, string>>

/** Somebody who asks, and what he may not see. */
export interface Asker {
  readonly who: string
  /** None: an operator, or nobody. */
  readonly tenant: string | undefined
  readonly hidden: readonly string[]
  readonly kind: 'nobody' | 'operator' | 'admin' | 'app' | 'person' | 'program'
  headers(): Headers
  /** Makes good what his own requests have done to him, such as signing out. */
  restore(): Promise<void>
}

const plan = '/v1/catalog/services/probe.one/versions/1/plans/fuzz'
const probePath = (tenant: string) => `/v1/tenants/${tenant}/plugins/@probe%2Fone`
const setUps = { acme, globex } as const
const admins = { acme: acme.adminToken, globex: globex.adminToken } as const
type Tenant = keyof typeof admins

/** Things of a tenant that nobody else has, wherever a name or a text can be put, and ids that nobody else is told. */
async function plant(tenant: Tenant): Promise<readonly string[]> {
  const admin = host.as(admins[tenant])
  const planted: string[] = []
  const canary = () => {
    planted.push(makeCanary('cnry'))
    return planted.at(-1) as string
  }
  const at = `tenant=${tenant}`
  await admin.request('POST', '/v1/units', { tenant, id: 'den', name: canary() })
  await admin.request('POST', '/v1/apps', { tenant, id: 'kept', name: canary() })
  await admin.request('PUT', `/v1/positions/keeper?${at}`, { name: canary(), unit: 'den' })
  await admin.request('PUT', `/v1/roles/keepers?${at}`, { name: canary(), actions: ['user.list'] })
  const user = await admin.request<{ id: string }>('POST', '/v1/users', {
    ...{ tenant, login: 'keeper', displayName: canary() },
    ...{ email: `${canary()}@mail.example` },
  })
  const tokens = `/v1/tenants/${tenant}/tokens`
  const token = await admin.request<{ id: string; token: string }>('POST', tokens, {
    label: canary(),
  })
  await admin.request('PUT', `${probePath(tenant)}/config`, { greeting: canary() })
  return [...planted, user.id, token.id, token.token, setUps[tenant].subscription]
}

interface AppKeys {
  readonly key: string
  readonly clientSecret: string
  readonly token: () => string
  restore(): Promise<void>
}

/** An app that no row of the table names, with a plan of its own that limits nothing. */
async function appOf(tenant: Tenant): Promise<AppKeys> {
  const admin = host.as(admins[tenant])
  await admin.request('POST', '/v1/apps', { tenant, id: 'fuzz', name: 'Fuzz' })
  const wish = { tenant, app: 'fuzz', service: 'probe.one', major: 1, plan: 'fuzz' }
  const { id } = await admin.request<{ id: string }>('POST', '/v1/subscriptions', wish)
  const credentials = `/v1/subscriptions/${id}/credentials`
  const { key } = await admin.request<{ key: string }>('POST', credentials)
  const client = await admin.request<Record<'clientId' | 'clientSecret', string>>(
    'POST',
    credentials,
    { kind: 'secret' },
  )
  let token = ''
  const restore = async () => {
    const body = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: client.clientId,
      client_secret: client.clientSecret,
    })
    const answer = await fetch(`${host.url}/oauth2/token`, { method: 'POST', body })
    const { access_token } = (await answer.json()) as { access_token?: string }
    token = access_token ?? token
  }
  await restore()
  return { key, clientSecret: client.clientSecret, token: () => token, restore }
}

const still = async () => undefined
const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

async function askersOf(
  tenant: Tenant,
  hidden: readonly string[],
  app: AppKeys,
): Promise<readonly Asker[]> {
  const admin = host.as(admins[tenant])
  const of = { tenant, hidden }
  const askers: Asker[] = [
    {
      ...of,
      kind: 'admin',
      who: `${tenant}'s token`,
      headers: () => bearer(admins[tenant]),
      restore: still,
    },
    { ...of, kind: 'app', who: `${tenant}'s app`, headers: () => bearer(app.key), restore: still },
    {
      ...of,
      kind: 'app',
      who: `${tenant}'s app by OAuth`,
      headers: () => bearer(app.token()),
      restore: app.restore,
    },
  ]
  for (const role of builtInRoles) {
    askers.push(tenant === 'acme' ? await program(role) : await human(role))
  }
  return askers

  async function program(role: (typeof builtInRoles)[number]): Promise<Asker> {
    const wish = { tenant, login: `fuzz-${role}`, roles: [role] }
    const actions = [...actionsOf(role), 'me.read', 'service.call']
    const { token } = await serviceAccount(admin, wish, actions)
    const who = `${tenant}'s program as ${role}`
    return { ...of, kind: 'program', who, headers: () => bearer(token), restore: still }
  }

  async function human(role: (typeof builtInRoles)[number]): Promise<Asker> {
    let count = 0
    const come = () =>
      person(host.url, admin, { tenant, login: `fuzz-${role}-${++count}`, roles: [role] })
    let { browser } = await come()
    return {
      ...of,
      kind: 'person',
      who: `${tenant}'s ${role}`,
      headers: () => ({ cookie: browser.cookie ?? '', 'x-csrf-token': browser.csrf ?? '' }),
      restore: async () => {
        if ((await browser.ask('GET', '/v1/me')).status !== 200) browser = (await come()).browser
      },
    }
  }
}

/** What people and programs prove themselves by: shown once, when it was made. His own CSRF token somebody is told again. */
function provenBy({ headers }: Asker): readonly string[] {
  const { authorization, cookie } = headers() as Partial<Record<'authorization' | 'cookie', string>>
  const values = [authorization?.slice('Bearer '.length), cookie?.slice(cookie.indexOf('=') + 1)]
  return values.filter((value) => value !== undefined && value.length > 20) as string[]
}

export interface FuzzWorld {
  readonly askers: readonly Asker[]
  readonly forged: { readonly token: string; readonly jwks: string; readonly key: string }
  /** What no answer may tell anybody, unless he said it himself. */
  readonly secrets: () => readonly string[]
  /** Of acme, which acme itself is shown. */
  readonly planted: readonly string[]
  /** What the operator may have turned off by the requests made for him is turned on again. */
  restore(): Promise<void>
  /** A tenant that no request names calls its service. @returns the status */
  witness(): Promise<number>
}

export async function openFuzzWorld(): Promise<FuzzWorld> {
  await host.client.request('PUT', plan, { ratePerS: 100_000, burst: 100_000 })
  const hidden = { acme: await plant('acme'), globex: await plant('globex') }
  const apps = { acme: await appOf('acme'), globex: await appOf('globex') }
  await installFixture(host, 'store-plugin', '@store/one')
  const store = { plugin: '@store/one', service: 'store.one', capabilities: ['db:own'] }
  const { key } = await setUpTenant(host, 'bystander', store)
  const askers: Asker[] = [
    {
      who: 'nobody',
      kind: 'nobody',
      tenant: undefined,
      hidden: [...hidden.acme, ...hidden.globex],
      headers: () => ({}),
      restore: still,
    },
    {
      who: 'the operator',
      kind: 'operator',
      tenant: undefined,
      hidden: [],
      headers: () => bearer(OPERATOR_TOKEN),
      restore: still,
    },
    ...[acme.key, table['GET /v1/events/stream']?.door.own ?? ''].map((key, index) => ({
      who: `acme's app of events ${index + 1}`,
      kind: 'app' as const,
      tenant: 'acme',
      hidden: hidden.globex,
      headers: () => bearer(key),
      restore: still,
    })),
    ...(await askersOf('acme', hidden.globex, apps.acme)),
    ...(await askersOf('globex', hidden.acme, apps.globex)),
  ]
  const jwks = await (await fetch(`${host.url}/oauth2/jwks`)).text()
  return {
    askers,
    planted: hidden.acme,
    secrets: () => [
      ...hostSecrets,
      ...Object.values(apps).map(({ clientSecret }) => clientSecret),
      ...askers.flatMap(provenBy),
    ],
    forged: { token: apps.acme.token(), jwks, key: apps.acme.key },
    restore: async () => {
      await host.client.request('PUT', '/v1/rollout-lockdown', { isOn: false })
      for (const tenant of Object.keys(admins)) {
        await host.client
          .request('PUT', probePath(tenant), { binding: 'enabled' })
          .catch(() => undefined)
        await host.client
          .request('POST', `/v1/tenants/${tenant}/apps/app:resume`)
          .catch(() => undefined)
      }
      for (const asker of askers) await asker.restore()
    },
    witness: async () =>
      (await callProbe(host, key, 'receive', { items: [{ sku: 'bolt', pieces: 1 }] }, 'store.one'))
        .status,
  }
}
