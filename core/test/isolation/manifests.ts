import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { packPlugin } from '@signalbox/sdk/pack'
import { npmPublish } from '../../src/cli/npm-publish.ts'
import { type HostProcess, OPERATOR_TOKEN } from '../support/host-process.ts'

/** The intruder's source under the names of everybody who takes part. */
export interface Actor {
  /** Of the package `@{name}/one` and its service `{name}.one`. */
  readonly name: string
  readonly tier: 'sandbox' | 'trusted'
  /** That it may ask, as far as its manifest goes. */
  readonly origins: readonly string[]
  /** Types of others that it asks to publish and to hear. */
  readonly publishes?: readonly string[]
  readonly hears?: readonly string[]
  readonly calls?: readonly string[]
  readonly external?: readonly string[]
  readonly contributes?: readonly { readonly point: string; readonly value: object }[]
  /** A text in a file of the package. */
  readonly asset: string
  /** Name of a second table. */
  readonly table?: string
}

export const pluginOf = (name: string) => `@${name}/one`
export const serviceOf = (name: string) => `${name}.one`

const fixtures = join(import.meta.dirname, '../fixtures')
const why = { en: 'As a stranger would ask for it' }

export async function installActor(host: HostProcess, actor: Actor, place: string): Promise<void> {
  const folder = join(place, actor.name)
  await copyFixture(actor, folder)
  await npmPublish(folder, `${host.url}/npm/`, OPERATOR_TOKEN)
  await host.client.request('POST', '/v1/plugins', { name: pluginOf(actor.name) })
}

/** What the fixture's sources are bundled into is the same for all who share them. */
async function copyFixture(actor: Actor, folder: string): Promise<void> {
  const source = actor.tier === 'trusted' ? 'insider' : 'intruder'
  await cp(join(fixtures, `${source}-plugin`), folder, { recursive: true })
  const bundle = join(folder, 'dist/plugin.js')
  const code = await readFile(bundle, 'utf8')
  await writeFile(bundle, code.replaceAll(serviceOf(source), serviceOf(actor.name)))
  // Both tiers keep the same table.
  for (const path of ['migrations', 'schemas']) {
    await cp(join(fixtures, 'intruder-plugin', path), join(folder, path), { recursive: true })
  }
  if (actor.table !== undefined) {
    const step = join(folder, 'migrations/0002-table')
    await writeFile(`${step}.expand.sql`, `create table ${actor.table} (tenant text not null, n int, primary key (tenant, n));`)
    await writeFile(`${step}.expand.down.sql`, `drop table ${actor.table};`)
  }
  await mkdir(join(folder, 'assets'), { recursive: true })
  await writeFile(join(folder, 'assets/canary.txt'), actor.asset)
  const contract = JSON.parse(
    await readFile(join(folder, `contracts/${source}.one.json`), 'utf8'),
  ) as object
  const id = serviceOf(actor.name)
  await writeFile(join(folder, `contracts/${id}.json`), JSON.stringify({ ...contract, id }))
  const packageJson = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as object
  const changed = {
    ...packageJson,
    name: pluginOf(actor.name),
    files: ['dist', 'contracts', 'migrations', 'schemas', 'assets'],
    scripts: {},
    signalbox: manifestOf(actor, Reflect.get(packageJson, 'signalbox')),
  }
  await writeFile(join(folder, 'package.json'), JSON.stringify(changed))
}

/** Once a process: the sources do not change while it runs. */
export async function packFixtures(): Promise<void> {
  packed ??= Promise.all(['intruder', 'insider'].map((name) => packPlugin(join(fixtures, `${name}-plugin`))))
  await packed
}

let packed: Promise<unknown> | undefined

/** Every capability that there is, for things of its own. */
function manifestOf(actor: Actor, base: object): object {
  const { name, origins, publishes = [], hears = [], calls = [], external = [] } = actor
  const schema = 'schemas/any.json'
  const own = `${name}.told`
  return {
    ...base,
    displayName: { en: `Attempts of ${name}` },
    capabilities: {
      'db:own': [{ quotaMb: 5, why }],
      'db:inspect': [{ why }],
      'event:publish': [own, ...publishes].map((type) => ({ type, why })),
      'event:subscribe': [own, ...hears].map((type) => ({ type, optional: type !== own, why })),
      'http:fetch': [{ origins, methods: ['GET', 'POST'], why }],
      'secret:use': [{ name: 'door-key', why }],
      'keys:sign': [{ usage: 'jwt', key: `${name}-key`, why }],
      'keys:verify': [{ why }],
      'blob:own': [{ quotaMb: 2, why }],
      'job:schedule': [{ per: 'tenant', why }],
      'notify:send': [{ channel: 'memo', why }],
      'identity:read': [{ fields: ['unit-name'], why }],
      'link:share': [{ operation: `${serviceOf(name)}/view`, ttl: '1h', why }],
      ...(calls.length === 0 ? {} : { 'service:call': calls.map((service) => ({ service, why })) }),
    },
    config: 'schemas/config.json',
    secrets: [{ name: 'door-key', label: { en: 'Key' } }],
    migrations: 'migrations',
    provides: {
      services: [{ id: serviceOf(name), contract: `contracts/${serviceOf(name)}.json` }],
      events: [
        { type: own, schema },
        ...external.map((type) => ({ type, schema, external: true })),
      ],
      jobs: [{ id: 'work' }],
      extensionPoints: [`${name}.one/method/v1`, `${name}.one/private/v1`].map((id) => ({ id, schema })),
      contributes: actor.contributes ?? [],
    },
  }
}

/** All that a manifest of these asks for, by name. */
export const askedCapabilities = [
  'blob:own',
  'db:inspect',
  'db:own',
  'event:publish',
  'event:subscribe',
  'http:fetch',
  'identity:read',
  'job:schedule',
  'keys:sign',
  'keys:verify',
  'link:share',
  'notify:send',
  'secret:use',
] as const
