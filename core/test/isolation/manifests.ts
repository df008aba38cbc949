import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { packPlugin } from '@signalbox/sdk/pack'
import { publishBody } from '../../../marketplace/test/support/plugin-package.ts'
import { tarballOf } from '../../../marketplace/test/support/tarball.ts'
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

export async function installActor(host: HostProcess, actor: Actor): Promise<void> {
  const name = pluginOf(actor.name)
  const files = await filesOf(actor)
  const spec = { name, version: '1.0.0' }
  // As npm would, without starting it: four packages would take longer than all attempts.
  const response = await fetch(`${host.url}/npm/${encodeURIComponent(name)}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${OPERATOR_TOKEN}` },
    body: JSON.stringify(publishBody(spec, tarballOf(files))),
  })
  if (!response.ok) throw new Error(`${name} was not published: ${await response.text()}`)
  await host.client.request('POST', '/v1/plugins', { name })
}

/** What the fixture's sources are bundled into is the same for all who share them. */
async function filesOf(actor: Actor): Promise<Record<string, string>> {
  const source = actor.tier === 'trusted' ? 'insider' : 'intruder'
  const id = serviceOf(actor.name)
  const read = (path: string) => readFile(join(fixtures, `${source}-plugin`, path), 'utf8')
  const files: Record<string, string> = {
    'assets/canary.txt': actor.asset,
    'dist/plugin.js': (await read('dist/plugin.js')).replaceAll(serviceOf(source), id),
  }
  const contract = JSON.parse(await read(`contracts/${source}.one.json`)) as object
  files[`contracts/${id}.json`] = JSON.stringify({ ...contract, id })
  const packageJson = JSON.parse(await read('package.json')) as object
  files['package.json'] = JSON.stringify({
    ...packageJson,
    name: pluginOf(actor.name),
    signalbox: manifestOf(actor, Reflect.get(packageJson, 'signalbox') as object),
  })
  // Both tiers keep the same tables.
  const cwd = join(fixtures, 'intruder-plugin')
  for await (const path of glob(['migrations/*', 'schemas/*'], { cwd })) {
    files[path] = await readFile(join(cwd, path), 'utf8')
  }
  if (actor.table !== undefined) {
    const shape = '(tenant text not null, n int, primary key (tenant, n))'
    files['migrations/0002-table.expand.sql'] = `create table ${actor.table} ${shape};`
    files['migrations/0002-table.expand.down.sql'] = `drop table ${actor.table};`
  }
  return files
}

/** Once a process: the sources do not change while it runs. */
export async function packFixtures(): Promise<void> {
  packed ??= Promise.all(
    ['intruder', 'insider'].map((name) => packPlugin(join(fixtures, `${name}-plugin`))),
  )
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
      'http:receive': [{ path: 'gate', signature: 'standard-webhooks', why }],
      'secret:use': [{ name: 'door-key', why }],
      'keys:sign': [{ usage: 'jwt', key: `${name}-key`, why }],
      'keys:verify': [{ why }],
      'blob:own': [{ quotaMb: 2, why }],
      'job:schedule': [{ per: 'tenant', why }],
      'notify:send': [{ channel: 'memo', why }],
      'identity:read': [{ fields: ['unit-name'], why }],
      'rollout:use': [{ kind: 'paper', why }],
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
      extensionPoints: [`${name}.one/method/v1`, `${name}.one/private/v1`].map((id) => ({
        id,
        schema,
      })),
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
  'http:receive',
  'identity:read',
  'job:schedule',
  'keys:sign',
  'keys:verify',
  'link:share',
  'notify:send',
  'rollout:use',
  'secret:use',
] as const
