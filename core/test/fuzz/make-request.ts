import { fc } from '../../../sdk/test/seeded-check.ts'
import type { SeededRandom } from '../../bench/seeded-random.ts'
import { arbitraryOf, type Schema } from '../support/schema-arbitrary.ts'
import { type Forged, forgedAuthorization } from './forged-secrets.ts'
import type { Asker } from './fuzz-world.ts'
import { hostileBodies, hostileTexts, hostileTypes, mutated, oneOf } from './hostile-values.ts'

/** A route with one request that somebody could make, and what its schemas allow. */
export interface FuzzRoute {
  /** `GET /v1/apps`, as the host describes it. */
  readonly route: string
  readonly at: string
  readonly body?: object | string
  readonly type?: string
  readonly query: readonly { readonly name: string; readonly schema: Schema }[]
  /** Bodies that its schema allows. */
  readonly sound: readonly unknown[]
}

export interface FuzzRequest {
  readonly route: string
  readonly who: string
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  readonly body: Buffer | undefined
}

const OF_EACH = 30

/** @returns some bodies that a schema allows; none where it says what cannot be made up */
export function soundBodies(schema: Schema | undefined): readonly unknown[] {
  if (schema === undefined) return []
  try {
    return fc.sample(arbitraryOf(schema), OF_EACH)
  } catch {
    return []
  }
}

/** One request, fixed by the random numbers: valid in most places and hostile in one or two. */
export function makeRequest(
  random: SeededRandom,
  route: FuzzRoute,
  asker: Asker,
  forged: Forged,
): FuzzRequest {
  const at = ownPath(random, route.at, asker)
  const [path = '', query = ''] = at.split('?', 2)
  const body = bodyOf(random, route, asker)
  return {
    route: route.route,
    who: asker.who,
    method: methodOf(random, route.route),
    path: `${pathOf(random, path)}${queryOf(random, query, route)}`,
    headers: headersOf(random, { route, asker, forged, hasBody: body !== undefined }),
    body,
  }
}

/** Mostly of his own tenant, so that he comes further than the door; else of acme, as the table has it. */
function ownPath(random: SeededRandom, text: string, { tenant }: Asker): string {
  const isOwn = tenant !== undefined && tenant !== 'acme' && random.chance(0.6)
  return isOwn ? text.replaceAll('acme', tenant) : text
}

function methodOf(random: SeededRandom, route: string): string {
  if (random.chance(0.02)) {
    return oneOf(random, ['HEAD', 'OPTIONS', 'PATCH', 'DELETE', 'PUT', 'POST', 'TRACE'])
  }
  return route.split(' ', 1)[0] ?? 'GET'
}

const tricks: readonly ((path: string) => string)[] = [
  (path) => path.replace('/', '//'),
  (path) => `${path}/`,
  (path) => `${path}/..`,
  (path) => path.replace('/v1/', '/v1/../v1/'),
  (path) => path.replace('/v1/', '/v1/%2e%2e/v1/'),
  (path) => path.replaceAll('/', '%2f'),
  (path) => path.replace(/\/([^/]*)$/, '%2F$1'),
  (path) => `${path};a=b`,
  (path) => `${path}%00`,
  (path) => path.toUpperCase(),
  (path) => `/.${path}`,
  (path) => path.replace(/:[^/]*$/, ':'),
  (path) => `${path}:${'x'.repeat(700)}`,
  (path) => `http://other.example${path}`,
  (path) => `${path}#fragment`,
]

function pathOf(random: SeededRandom, path: string): string {
  if (random.chance(0.04)) return sendable(oneOf(random, tricks)(path))
  if (!random.chance(0.22)) return path
  const segments = path.split('/')
  const at = 1 + random.below(segments.length - 1)
  const text = oneOf(random, hostileTexts)
  segments[at] = random.chance(0.7) ? encodeURIComponent(text.toWellFormed()) : sendable(text)
  return segments.join('/')
}

/** What Node's client lets into a request line, as bytes; the others are in raw-requests.ts. */
function sendable(text: string): string {
  return Buffer.from(text.slice(0, 9000))
    .toString('latin1')
    .replaceAll(/[^\x21-\xff]/g, '%20')
    .replace(/^(?!\/|http)/, '/')
}

function queryOf(random: SeededRandom, query: string, { query: known }: FuzzRoute): string {
  const pairs = query === '' ? [] : query.split('&')
  if (!random.chance(0.35)) return query === '' ? '' : `?${query}`
  const count = 1 + random.below(3)
  for (let pair = 0; pair < count; pair++) {
    const named = known.length > 0 && random.chance(0.85) ? oneOf(random, known) : undefined
    const name =
      named?.name ?? oneOf(random, ['tenant', 'limit', 'cursor', '__proto__', 'a[b]', ''])
    pairs.push(`${name}=${textOf(random, named?.schema)}`)
  }
  if (random.chance(0.1)) pairs.push(...pairs)
  return `?${pairs.join('&')}`
}

function textOf(random: SeededRandom, schema: Schema | undefined): string {
  if (schema?.enum !== undefined && random.chance(0.5)) {
    return encodeURIComponent(String(oneOf(random, schema.enum)))
  }
  if (schema?.type === 'integer' && random.chance(0.5)) {
    const { minimum = 0, maximum = 1000 } = schema
    return String(oneOf(random, [minimum, maximum, minimum - 1, maximum + 1, 2 ** 53]))
  }
  const text = oneOf(random, hostileTexts).slice(0, 3000)
  return random.chance(0.9) ? encodeURIComponent(text.toWellFormed()) : sendable(text).slice(1)
}

function bodyOf(random: SeededRandom, route: FuzzRoute, asker: Asker): Buffer | undefined {
  const { body, sound } = route
  const takesNone = route.route.startsWith('GET') || (body === undefined && sound.length === 0)
  if (takesNone && !random.chance(0.03)) return undefined
  const draw = random.next()
  if (draw < 0.08) return Buffer.from(oneOf(random, hostileBodies) as string)
  const source = sound.length > 0 && draw < 0.5 ? oneOf(random, sound) : (body ?? {})
  if (typeof source === 'string') {
    const text = draw < 0.3 ? source : `${source}${oneOf(random, hostileTexts)}`
    return Buffer.from(text)
  }
  const chosen = random.chance(0.7) ? mutated(random, source) : source
  const text = JSON.stringify(chosen) ?? ''
  return Buffer.from(ownPath(random, text, asker))
}

const extras: readonly (readonly [string, readonly string[]])[] = [
  ['accept-language', ['zh-CN', '*;q=0', 'x'.repeat(2000), '../../en']],
  ['traceparent', ['00-0-0-0', `00-${'0'.repeat(32)}-${'0'.repeat(16)}-00`, 'x'.repeat(900)]],
  ['idempotency-key', ['"k"', '', '"', 'x'.repeat(4000), "' or 1=1"]],
  ['if-none-match', ['*', '"', 'W/"x", '.repeat(300)]],
  ['if-match', ['*', '"0"']],
  ['range', ['bytes=0-', 'bytes=-1', 'bytes=9-1', 'bytes=0-0,1-1', 'bytes=99999999999999999999-']],
  ['accept-encoding', ['zstd;q=x', 'gzip;q=1e9', 'br, '.repeat(500)]],
  ['content-encoding', ['gzip', 'br', 'identity, gzip']],
  ['last-event-id', ['-1', 'x', '9'.repeat(60), "' or 1=1"]],
  ['x-forwarded-host', ['evil.example', 'a"b', 'x'.repeat(500)]],
  ['x-forwarded-proto', ['javascript', 'https, http']],
  ['x-http-method-override', ['DELETE']],
  ['x-original-url', ['/v1/tenants']],
  ['origin', ['null', 'https://evil.example']],
  ['x-api-key', ['x', 'sk_'.repeat(400)]],
  ['x-csrf-token', ['', 'x']],
  ['host', ['evil.example', '[::1', 'a:99999', '']],
  ['content-digest', ['sha-256=:x:', 'md5=:AA==:']],
  ['accept', ['text/event-stream', 'text/html', '*/*;q=0']],
  ['prefer', ['wait=99999999']],
]

function headersOf(
  random: SeededRandom,
  {
    route,
    asker,
    forged,
    hasBody,
  }: {
    readonly route: FuzzRoute
    readonly asker: Asker
    readonly forged: Forged
    readonly hasBody: boolean
  },
): FuzzRequest['headers'] {
  const headers: Record<string, string | readonly string[]> = { ...asker.headers() }
  if (hasBody) headers['content-type'] = route.type ?? 'application/json'
  if (hasBody && random.chance(0.06)) headers['content-type'] = oneOf(random, hostileTypes)
  if (random.chance(0.06)) headers['authorization'] = forgedAuthorization(random, forged)
  if (random.chance(0.15)) {
    const [name, values] = oneOf(random, extras)
    headers[name] = oneOf(random, values)
  }
  // An address of its own for each: else wrong secrets of one close the door to all.
  const address = [random.below(256), random.below(256), random.below(256)].join('.')
  headers['x-forwarded-for'] = `203.${address}`
  return headers
}
