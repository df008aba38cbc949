import pg from 'pg'
import { until } from '../../../sandbox/test/until.ts'
import type { HostClient } from '../../src/cli/host-client.ts'
import type { Attempt } from '../fixtures/intruder-plugin/src/attempt.ts'
import { makeCanary } from '../support/canaries.ts'
import { enablePlugin, installFixture } from '../support/fixture-plugin.ts'
import type { HostProcess, Teardown } from '../support/host-process.ts'
import { startOwnServerHost } from '../support/own-server-host.ts'
import {
  type Actor,
  askedCapabilities,
  installActor,
  packFixtures,
  pluginOf,
  serviceOf,
} from './manifests.ts'
import { openPlaces, type Places, type Redirections, vaultOrigins } from './places.ts'
import { endowTenant, type TenantBelongings } from './tenant-belongings.ts'
import { VictimWatch } from './victim-state.ts'

/** A plugin in a tenant: who owns things, and who tries to get at others'. */
export interface Party {
  readonly actor: string
  readonly tenant: string
  /** Of an app of the tenant, for the plugin's service. */
  readonly key: string
}

/** A text that was planted, and who may know it: any plugin or any tenant, where none is named. */
export interface Canary {
  readonly kind: string
  readonly value: string
  readonly actor?: string
  readonly tenant?: string
}

/** What a party has, as an attacker who knows all names would aim at it. */
export interface Belongings {
  readonly row: string
  readonly blob: string
  readonly upload: string
  readonly job: string
  readonly jobKey: string
  readonly link: string
  /** Of the link's address. */
  readonly linkPath: string
  readonly event: string
  /** Of its document `guide` of the kind `paper`: every party has one of that name. */
  readonly rollout: string
  /** What was drawn for it, to be reported. */
  readonly pick: string
  /** Of PostgreSQL. */
  readonly schema: string
  readonly role: string
}

export interface World {
  readonly host: HostProcess
  readonly hostSql: pg.Pool
  readonly pluginSql: pg.Pool
  readonly watch: VictimWatch
  readonly places: Places
  readonly canaries: readonly Canary[]
  readonly attackers: readonly Attacker[]
  /** By `actor@tenant`. */
  readonly parties: Readonly<Record<string, Party>>
  readonly belongings: Readonly<Record<string, Belongings>>
  /** By tenant, what is no plugin's. */
  readonly tenants: Readonly<Record<string, TenantBelongings>>
  /** Of acme's app, to the victim's service. */
  readonly subscription: string
  readonly admins: Readonly<Record<string, { readonly token: string; readonly client: HostClient }>>
}

const tenants = ['acme', 'globex']
/** The victim and its friend are acme's alone; the attackers are in both. */
const enabledIn: Readonly<Record<string, readonly string[]>> = {
  victim: ['acme'],
  friend: ['acme'],
  intruder: tenants,
  insider: tenants,
}

/** The intruder, and its source as a trusted version. */
export type Attacker = 'intruder' | 'insider'

/** @param attackers a sample does without the trusted one */
export async function buildWorld(
  t: Teardown,
  attackers: readonly Attacker[] = ['intruder', 'insider'],
): Promise<World> {
  const canaries: Canary[] = []
  const plant = (kind: string, owner: Omit<Canary, 'kind' | 'value'>): string => {
    const value = makeCanary(`canary_${kind}`)
    canaries.push({ kind, value, ...owner })
    return value
  }
  const told = {
    larder: plant('larder', { actor: 'victim' }),
    vault: plant('vault', { actor: 'nobody' }),
  }
  const redirections: Redirections = new Map()
  const places = await openPlaces(t, told, redirections)
  const { host, hostUrl, pluginUrl } = await startOwnServerHost(t, {
    environment: {
      SIGNALBOX_FETCH_ALLOW: `${places.spoils.origin},${places.larder.origin}`,
      SIGNALBOX_TRUSTED: '@insider/one,@trusted/engine',
    },
  })
  redirections.set('/to-host', `${host.url}/metrics`)
  const [hostSql, pluginSql] = [hostUrl, pluginUrl].map(
    (connectionString) => new pg.Pool({ connectionString, max: 2 }),
  ) as [pg.Pool, pg.Pool]
  t.teardown(() => Promise.all([hostSql.end(), pluginSql.end()]))
  await packFixtures()
  const isAbsent = (name: string) => name === 'insider' && !attackers.includes(name)
  const taking = actorsOf(places, host.url, plant).filter(({ name }) => !isAbsent(name))
  await Promise.all(taking.map((actor) => installActor(host, actor)))
  const actors = Object.keys(enabledIn).filter((name) => !isAbsent(name))
  const admins = Object.fromEntries(
    await Promise.all(
      tenants.map(async (tenant) => [tenant, await openTenant(host, tenant, plant)] as const),
    ),
  ) as World['admins']
  const owned = Object.fromEntries(
    await Promise.all(
      tenants.map(async (tenant) => {
        const canary = (kind: string) => plant(kind, { tenant })
        const { client } = admins[tenant] as World['admins'][string]
        return [tenant, await endowTenant(client, tenant, canary)] as const
      }),
    ),
  )
  const watch = await VictimWatch.over({ hostSql, pluginSql })
  const world = {
    host,
    hostSql,
    pluginSql,
    watch,
    places,
    canaries,
    attackers,
    admins,
    parties: {},
    belongings: {},
    tenants: owned,
    subscription: '',
  }
  const furnished = await furnish(world, actors, plant)
  return attackers.includes('insider') ? withEngine(furnished) : furnished
}

type Plant = (kind: string, owner: Omit<Canary, 'kind' | 'value'>) => string

function actorsOf(places: Places, hostUrl: string, plant: Plant): readonly Actor[] {
  const asset = (actor: string) => plant('asset', { actor })
  const gift = (note: string) => ({ note, handler: 'reveal' })
  const prowls = {
    origins: [places.spoils.origin, ...vaultOrigins(places), hostUrl],
    publishes: ['victim.told', 'victim.imported'],
    hears: ['victim.told', 'victim.imported'],
  }
  return [
    {
      name: 'victim',
      tier: 'sandbox',
      origins: [places.larder.origin],
      hears: ['victim.imported'],
      external: ['victim.imported'],
      contributes: [
        { point: 'victim.one/private/v1', value: gift(plant('contribution', { actor: 'victim' })) },
      ],
      asset: asset('victim'),
      table: plant('table', { tenant: 'acme' }),
    },
    {
      name: 'friend',
      tier: 'sandbox',
      origins: ['https://friend.example'],
      calls: ['victim.one@^1'],
      contributes: [
        ...['intruder', 'insider'].map((name) => ({
          point: `${name}.one/method/v1`,
          value: gift(plant('gift', { tenant: 'acme' })),
        })),
        {
          point: 'notify/channel/v1',
          value: { channel: 'memo', label: { en: 'Memo' }, handler: 'memo' },
        },
      ],
      asset: asset('friend'),
    },
    { name: 'intruder', tier: 'sandbox', asset: asset('intruder'), ...prowls },
    { name: 'insider', tier: 'trusted', asset: asset('insider'), ...prowls },
  ]
}

async function openTenant(host: HostProcess, tenant: string, plant: Plant) {
  const { adminToken: token } = await host.client.request<{ adminToken: string }>(
    'POST',
    '/v1/tenants',
    { id: tenant, name: tenant },
  )
  const client = host.as(token)
  await client.request('POST', '/v1/apps', { id: 'app', name: 'App' })
  const unit = { id: 'hall', name: plant('unit', { tenant }) }
  await client.request('POST', '/v1/units', unit)
  return { token, client }
}

/** Enables everybody where they are, and gives each something of every kind. */
async function furnish(world: World, actors: readonly string[], plant: Plant): Promise<World> {
  const parties: Record<string, Party> = {}
  const belongings: Record<string, Belongings> = {}
  for (const actor of actors) {
    for (const tenant of enabledIn[actor] ?? []) {
      const name = `${actor}@${tenant}`
      parties[name] = await enable(world, actor, tenant, plant)
      belongings[name] = await endow(world, parties[name], plant)
    }
  }
  const { client } = adminOf(world, 'acme')
  await client.request('PUT', '/v1/tenants/acme/apps/app/events', { types: ['victim.imported'] })
  const { items } = await client.request<{ items: { id: string; service: string }[] }>(
    'GET',
    '/v1/subscriptions?limit=200',
  )
  const subscription = items.find(({ service }) => service === 'victim.one')?.id ?? ''
  return { ...world, parties, belongings, subscription }
}

/** Another trusted plugin of acme with a resource: only its own version may know where that is. */
async function withEngine(world: World): Promise<World> {
  const plugin = '@trusted/engine'
  await installFixture(world.host, 'engine-plugin', plugin)
  await enablePlugin(adminOf(world, 'acme').client, 'acme', plugin, [])
  const canary = { kind: 'resource', value: '@trusted+engine/numbers', actor: 'engine' }
  return { ...world, canaries: [...world.canaries, canary] }
}

async function enable(world: World, actor: string, tenant: string, plant: Plant): Promise<Party> {
  const { client } = adminOf(world, tenant)
  const path = `/v1/tenants/${tenant}/plugins/${encodeURIComponent(pluginOf(actor))}`
  const calls = actor === 'friend' ? ['service:call'] : []
  const capabilities = [...askedCapabilities, ...calls]
  const { items } = await client.request<{
    items: { id: string; capability: string; parameters: { type?: string } }[]
  }>('POST', `${path}/grants`, { capabilities })
  // Who was granted another's events hears them rightly: only the stranger has the grant, and hears nothing.
  if (tenant === 'acme' && actor !== 'victim') {
    for (const { id, capability, parameters } of items) {
      if (capability !== 'event:subscribe' || !parameters.type?.startsWith('victim.')) continue
      await client.request('DELETE', `${path}/grants/${id}`)
    }
  }
  const note = plant('setting', { actor, tenant })
  await client.request('PUT', `${path}/config`, { note })
  await client.request('PUT', path, { binding: 'enabled' })
  // The stranger has none: what would be put in there is another tenant's.
  if (tenant === 'acme') {
    const value = plant('secret', { actor, tenant })
    await client.request('PUT', `${path}/secrets/door-key`, { value })
    const jwt = { issuer: plant('issuer', { actor, tenant }), maxTtlS: 300 }
    await client.request('POST', `/v1/tenants/${tenant}/keys`, {
      id: `${actor}-key`,
      algorithm: 'ec-p256',
      usages: ['jwt'],
      policy: { jwt },
    })
  }
  const wish = { app: 'app', service: serviceOf(actor), major: 1 }
  const { id } = await client.request<{ id: string }>('POST', '/v1/subscriptions', wish)
  const issued = await client.request<{ key: string }>(
    'POST',
    `/v1/subscriptions/${id}/credentials`,
  )
  return { actor, tenant, key: issued.key }
}

/** A thing of every kind, each with a canary in it. */
async function endow(world: World, party: Party, plant: Plant): Promise<Belongings> {
  const { actor, tenant } = party
  const canary = (kind: string) => plant(kind, party)
  const ask = (call: string, ...given: readonly unknown[]) =>
    mustTell(world, party, { call, with: given })
  const row = canary('row')
  await ask('db.query', "insert into kept (kind, body) values ('row', $1)", [row])
  const blob = (await ask('blobs.put', canary('blob'))) as { sha256: string }
  const writer = { size: 0, action: 'write', text: canary('upload') }
  const upload = (await ask('upload', writer)) as { upload: string }
  const jobKey = canary('job-key')
  const payload = canary('job')
  const later = { afterMs: 3_600_000, key: jobKey, payload }
  const job = (await ask('jobs.schedule', 'work', later)) as { id: string }
  await ask('jobs.schedule', 'work', { afterMs: 0, payload })
  const link = (await ask('links.share', `${serviceOf(actor)}/view`, { note: canary('link') })) as {
    id: string
    url: string
  }
  const told = (await ask(
    'events.publish',
    `${actor}.told`,
    { note: canary('event') },
    { key: 'a' },
  )) as { id: string }
  await ask('remember', canary('remembered'))
  const from = canary('document')
  const guide = { kind: 'paper', id: 'guide' }
  const steps = [
    { weightBp: 5000, hold: { durationMs: 86_400_000 } },
    { weightBp: 10_000, hold: {} },
  ]
  const release = { ...guide, from, to: `${from} two`, steps }
  const { id: rollout } = (await ask('rollouts.plan', release)) as { id: string }
  await ask('rollouts.start', { kind: 'paper', rollout })
  const { pick } = (await ask('rollouts.pick', guide)) as { pick: string }
  await until(async () => {
    const { rows } = (await ask('db.query', 'select kind from kept')) as {
      rows: { kind: string }[]
    }
    const kinds = rows.map(({ kind }) => kind)
    return kinds.includes('job') && kinds.includes('event')
  })
  const { rows } = await world.pluginSql.query<{ role: string; schema: string }>(
    `SELECT role_name AS role, schema_name AS schema
       FROM signalbox.roles JOIN signalbox.plugins USING (plugin) WHERE plugin = $1 AND tenant = $2`,
    [pluginOf(actor), tenant],
  )
  const found = rows[0]
  if (found === undefined) throw new Error(`${actor} has no schema in ${tenant}`)
  return {
    row,
    blob: blob.sha256,
    upload: upload.upload,
    job: job.id,
    jobKey,
    link: link.id,
    linkPath: new URL(link.url).pathname,
    event: told.id,
    rollout,
    pick,
    ...found,
  }
}

export function adminOf(world: World, tenant: string) {
  const admin = world.admins[tenant]
  if (admin === undefined) throw new Error(`there is no tenant ${tenant}`)
  return admin
}

export function partyOf(world: World, name: string): Party {
  const party = world.parties[name]
  if (party === undefined) throw new Error(`there is no ${name}`)
  return party
}

export function belongingsOf(world: World, name: string): Belongings {
  const found = world.belongings[name]
  if (found === undefined) throw new Error(`${name} has nothing`)
  return found
}

/** All of an answer that a client sees, as text. */
export async function tell(world: World, { actor, key }: Party, attempt: Attempt): Promise<string> {
  const response = await fetch(`${world.host.url}/api/${serviceOf(actor)}/v1/attempt`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify(attempt),
    signal: AbortSignal.timeout(60_000),
  })
  const headers = JSON.stringify([...response.headers])
  return `${response.status} ${headers}\n${await response.text()}`
}

/** What an attempt brought whoever may make it. */
export async function mustTell(world: World, party: Party, attempt: Attempt): Promise<unknown> {
  const text = await tell(world, party, attempt)
  const body = JSON.parse(text.slice(text.indexOf('\n') + 1)) as { answer?: string }
  if (typeof body.answer !== 'string')
    throw new Error(`${party.actor}@${party.tenant} ${attempt.call}: ${text}`)
  return JSON.parse(body.answer) as unknown
}
