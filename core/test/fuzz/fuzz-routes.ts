import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { columnFromValues, writeArrow } from '@signalbox/sandbox'
import { publishBody } from '../../../marketplace/test/support/plugin-package.ts'
import { fc } from '../../../sdk/test/seeded-check.ts'
import { PASSWORD } from '../support/people.ts'
import { document, table } from '../support/route-table.ts'
import { arbitraryOf, type Schema } from '../support/schema-arbitrary.ts'

/** A route with one request that somebody could make, and what its schemas allow. */
export interface FuzzRoute {
  /** `GET /v1/apps`, as the host describes it. */
  readonly route: string
  readonly at: string
  /** Text and bytes are sent as they are. */
  readonly body?: object | string | Buffer
  readonly type?: string
  readonly query: readonly { readonly name: string; readonly schema: Schema }[]
  /** Of its body. */
  readonly schema?: Schema
  /** Bodies that its schema allows. */
  readonly sound: readonly unknown[]
}

interface Described {
  readonly parameters?: readonly { name: string; in: string; schema?: Schema }[]
  readonly requestBody?: { content?: Readonly<Record<string, { schema?: Schema }>> }
}

/** Every route: those that the host describes, pages that it does not, and operations of a contract. @param seed of the bodies */
export async function fuzzRoutes(seed: number): Promise<readonly FuzzRoute[]> {
  const described = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, route]) =>
      routeOf(`${method.toUpperCase()} ${path}`, route as Described, seed),
    ),
  )
  return [
    ...described.filter(({ route }) => !route.startsWith('HEAD')),
    ...undescribed.map(bare),
    ...otherTypes(described),
    ...(await operations(seed)),
  ]
}

function routeOf(route: string, described: Described, seed: number): FuzzRoute {
  const path = route.slice(route.indexOf(' ') + 1)
  const row = { ...npmRows[route], ...table[route], ...ownRows[route] }
  const schema = Object.values(described.requestBody?.content ?? {})[0]?.schema
  const query = (described.parameters ?? [])
    .filter((parameter) => parameter.in === 'query')
    .map(({ name, schema = {} }) => ({ name, schema }))
  return {
    route,
    query,
    sound: soundBodies(schema, seed),
    at: row.at ?? path.replaceAll(/\{(\w+)\}/g, (_, name) => npmNames[name] ?? 'x'),
    ...(schema === undefined ? {} : { schema }),
    ...(row.body === undefined ? {} : { body: row.body }),
    ...(row.type === undefined ? {} : { type: row.type }),
  }
}

const OF_EACH = 30

/** @returns some bodies that a schema allows; none where it says what cannot be made up */
function soundBodies(schema: Schema | undefined, seed: number): readonly unknown[] {
  if (schema === undefined) return []
  try {
    return fc.sample(arbitraryOf(schema), { numRuns: OF_EACH, seed })
  } catch {
    return []
  }
}

/** Names that routes of npm's face are filled with. */
const npmNames: Readonly<Record<string, string>> = { name: '@probe%2Fone', user: 'initrode' }

const published = { name: '@fuzz/one', version: '1.0.0' }

/** npm's face has no schemas: what npm itself would send. */
const npmRows: Readonly<Record<string, Partial<FuzzRoute>>> = {
  'PUT /npm/{name}': { at: '/npm/@fuzz%2Fone', body: publishBody(published) },
  'PUT /npm/{scope}/{name}': { at: '/npm/@fuzz/one', body: publishBody(published) },
  'PUT /npm/-/package/{name}/dist-tags/{tag}': {
    at: '/npm/-/package/@probe%2Fone/dist-tags/next',
    body: '"1.0.0"',
  },
  'PUT /npm/-/package/{scope}/{name}/dist-tags/{tag}': {
    at: '/npm/-/package/@probe/one/dist-tags/next',
    body: '"1.0.0"',
  },
  'PUT /npm/-/user/{user}': {
    at: '/npm/-/user/org.couchdb.user:initrode',
    body: { name: 'initrode', password: 'pub_nobody' },
  },
  'GET /npm/{name}/-/{file}': { at: '/npm/@probe%2Fone/-/one-1.0.0.tgz' },
  'GET /npm/{scope}/{name}': { at: '/npm/@probe/one' },
  'GET /npm/-/package/{scope}/{name}/dist-tags': { at: '/npm/-/package/@probe/one/dist-tags' },
  'DELETE /npm/-/package/{name}/dist-tags/{tag}': {
    at: '/npm/-/package/@probe%2Fone/dist-tags/next',
  },
  'DELETE /npm/-/package/{scope}/{name}/dist-tags/{tag}': {
    at: '/npm/-/package/@probe/one/dist-tags/next',
  },
  'GET /npm/{scope}/{name}/-/{file}': { at: '/npm/@probe/one/-/one-1.0.0.tgz' },
  'POST /npm/-/npm/v1/security/advisories/bulk': { body: { '@probe/one': ['1.0.0'] } },
}

/** Where the table has a request that is refused, as all are who make it. */
const ownRows: Readonly<Record<string, Partial<FuzzRoute>>> = {
  'POST /v1/sign-in': { body: { tenant: 'acme', login: 'ann', password: PASSWORD } },
  'POST /v1/subscriptions': {
    body: { tenant: 'acme', app: 'kept', service: 'probe.one', major: 1, plan: 'fuzz' },
  },
  'POST /v1/sign-in/reset': { body: { tenant: 'acme', login: 'ann' } },
}

/** Pages and their parts are no API, and what a browser asks before a call is answered by every route of a service. */
const undescribed: readonly string[] = [
  'GET /catalog/probe.one',
  'GET /catalog/page/service.js',
  'GET /rollouts/rol_0000000000000000',
  'GET /rollouts/page/rollout.js',
  'OPTIONS /api/probe.one/v1/echo',
  'OPTIONS /api/events.publisher/v1/stream',
  'OPTIONS /v1/events/stream',
  'GET /',
  'GET /favicon.ico',
]

function bare(route: string): FuzzRoute {
  return { route, at: route.slice(route.indexOf(' ') + 1), query: [], sound: [] }
}

/** The same route with a body of another type. */
function otherTypes(routes: readonly FuzzRoute[]): readonly FuzzRoute[] {
  const arrow = writeArrow(
    [columnFromValues('f64', [3, 4, 5], 'price'), columnFromValues('f64', [2, 1, 0], 'cost')],
    ['price', 'cost'],
  )
  const others: Readonly<Record<string, Pick<FuzzRoute, 'body' | 'type'>>> = {
    'POST /v1/udfs/{plugin}/{udf}:batch': {
      type: 'application/vnd.apache.arrow.stream',
      body: Buffer.from(arrow),
    },
    'POST /v1/events': {
      type: 'application/cloudevents-batch+json',
      body: JSON.stringify([table['POST /v1/events']?.body, table['POST /v1/events']?.body]),
    },
  }
  return routes.flatMap((route) => {
    const other = others[route.route]
    return other === undefined ? [] : [{ ...route, ...other, sound: [] }]
  })
}

/** Operations that answer whatever they are asked; others of the probe misbehave on purpose. */
async function operations(seed: number): Promise<readonly FuzzRoute[]> {
  const file = join(import.meta.dirname, '../fixtures/probe-plugin/contracts/probe.one.json')
  const contract = JSON.parse(await readFile(file, 'utf8')) as {
    readonly operations: Readonly<Record<string, { readonly input: Schema }>>
  }
  return ['echo', 'addNote', 'whoami', 'callEcho'].flatMap((operation) => {
    const { input = {} } = contract.operations[operation] ?? {}
    const at = `/api/probe.one/v1/${operation}?text=x`
    const query = Object.entries(input.properties ?? {}).map(([name, schema]) => ({ name, schema }))
    const shape = { query, schema: input, sound: soundBodies(input, seed), body: { text: 'x' } }
    return ['GET', 'POST'].map((method) => ({
      route: `${method} /api/probe.one/v1/${operation}`,
      at,
      ...shape,
    }))
  })
}
