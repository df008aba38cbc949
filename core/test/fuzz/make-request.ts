import type { SeededRandom } from '../../bench/seeded-random.ts'
import type { Schema } from '../support/schema-arbitrary.ts'
import { type Forged, forgedAuthorization } from './forged-secrets.ts'
import type { FuzzRoute } from './fuzz-routes.ts'
import type { Asker } from './fuzz-world.ts'
import { atBound, spoiltBytes, spoiltText } from './hostile-json.ts'
import {
  hostileBodies,
  hostilePaths,
  hostileTexts,
  hostileTypes,
  mutated,
  oneOf,
} from './hostile-values.ts'

export interface FuzzRequest {
  readonly route: string
  readonly who: string
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  readonly body: Buffer | undefined
}

/** What requests are made of beside their route. */
export interface Ingredients {
  readonly forged: Forged
  /** Cursors that answers gave, to whomever. */
  readonly cursors: readonly string[]
}

/** One request, fixed by the random numbers: valid in most places and hostile in one or two. */
export function makeRequest(
  random: SeededRandom,
  route: FuzzRoute,
  asker: Asker,
  { forged, cursors }: Ingredients,
): FuzzRequest {
  const at = ownPath(random, route.at, asker)
  const [path = '', query = ''] = at.split('?', 2)
  const body = bodyOf(random, route, asker)
  return {
    route: route.route,
    who: asker.who,
    method: methodOf(random, route.route),
    path: `${pathOf(random, path)}${queryOf(random, query, route, cursors)}`,
    headers: headersOf(random, { route, asker, forged, hasBody: body !== undefined }),
    body,
  }
}

/** Mostly of his own tenant, so that he comes further than the door; else of acme, as the table has it; or of both at once. */
function ownPath(random: SeededRandom, text: string, { tenant }: Asker): string {
  if (tenant === undefined || !random.chance(0.7)) return text
  const confused = random.chance(0.1) ? 0.5 : 1
  const own = tenant === 'acme' ? 'globex' : tenant
  if (tenant === 'acme' && confused === 1) return text
  return text.replaceAll('acme', (name) => (random.chance(confused) ? own : name))
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
  (path) => path.replace('/v1/', '/v1/..;/v1/'),
  (path) => path.replace('/v1/', '/v1/%252e%252e/v1/'),
  (path) => path.replace('/v1/', '/v1/%c0%ae%c0%ae/v1/'),
  (path) => path.replace('/v1/', '/x/..%5cv1/'),
  (path) => path.replaceAll('/', '%c0%af'),
  (path) => path.replaceAll('/', '\\'),
  (path) => path.replace(/[a-z]/, (letter) => `%${letter.charCodeAt(0).toString(16)}`),
]

function pathOf(random: SeededRandom, path: string): string {
  if (random.chance(0.04)) return sendable(oneOf(random, tricks)(path))
  if (!random.chance(0.22)) return path
  const segments = path.split('/')
  const at = 1 + random.below(segments.length - 1)
  if (random.chance(0.15)) {
    // As it is: these are bytes and escapes already.
    segments[at] = `${random.chance(0.5) ? (segments[at] ?? '') : ''}${oneOf(random, hostilePaths)}`
    return segments.join('/')
  }
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

function queryOf(
  random: SeededRandom,
  query: string,
  { query: known }: FuzzRoute,
  cursors: readonly string[],
): string {
  const pairs = query === '' ? [] : query.split('&')
  if (!random.chance(0.35)) return query === '' ? '' : `?${query}`
  const count = 1 + random.below(3)
  for (let pair = 0; pair < count; pair++) {
    const named = known.length > 0 && random.chance(0.85) ? oneOf(random, known) : undefined
    const name = named?.name ?? oneOf(random, strayNames)
    const written = random.chance(0.05) ? oneOf(random, odd)(name) : name
    pairs.push(`${written}=${queryValue(random, name, named?.schema, cursors)}`)
  }
  if (random.chance(0.1)) pairs.push(...pairs)
  return `?${pairs.join('&')}`
}

const strayNames = ['tenant', 'limit', 'cursor', 'after', '__proto__', 'constructor', 'a[b]', '']

/** One name in the ways in which readers of queries take it for another, or for a list or an object. */
const odd: readonly ((name: string) => string)[] = [
  (name) => `${name}[]`,
  (name) => `${name}[$ne]`,
  (name) => `${name}[__proto__][a]`,
  (name) => `${name}.a`,
  (name) => `${name}%00`,
  (name) => `%20${name}`,
  (name) => name.toUpperCase(),
  (name) => name.replace(/^./, (letter) => `%${letter.charCodeAt(0).toString(16)}`),
]

function queryValue(
  random: SeededRandom,
  name: string,
  schema: Schema | undefined,
  cursors: readonly string[],
): string {
  if (name === 'tenant' && random.chance(0.5)) return oneOf(random, ['acme', 'globex', 'bystander'])
  const isPage = name === 'cursor' || name === 'after'
  if (!isPage || cursors.length === 0 || random.chance(0.4)) return textOf(random, schema)
  const cursor = oneOf(random, cursors)
  if (random.chance(0.3)) return encodeURIComponent(cursor)
  const at = random.below(cursor.length)
  const text = oneOf(random, ["'", '%', '~', '\0', ' or 1=1 --', '9'.repeat(30), '', '_', '"', '{'])
  const until = random.chance(0.5) ? at : at + 1
  return encodeURIComponent(`${cursor.slice(0, at)}${text}${cursor.slice(until)}`.toWellFormed())
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
  const takesNone = /^(GET|OPTIONS)/.test(route.route) || (body === undefined && sound.length === 0)
  if (takesNone && !random.chance(0.03)) return undefined
  const draw = random.next()
  if (draw < 0.08) return Buffer.from(oneOf(random, hostileBodies) as string)
  if (Buffer.isBuffer(body)) return draw < 0.3 ? body : spoiltBytes(random, body)
  const source = sound.length > 0 && draw < 0.5 ? oneOf(random, sound) : (body ?? {})
  if (typeof source === 'string') return textBody(random, source)
  const text = JSON.stringify(changed(random, source, route.schema)) ?? ''
  const own = ownPath(random, text, asker)
  return Buffer.from(random.chance(0.12) ? spoiltText(random, own) : own)
}

function changed(random: SeededRandom, source: unknown, schema: Schema | undefined): unknown {
  if (random.chance(0.3)) return source
  const isBound = schema !== undefined && random.chance(0.35)
  const once = isBound ? atBound(random, schema, source) : mutated(random, source)
  return random.chance(0.2) ? mutated(random, once) : once
}

/** A form, CSV or whatever else is text. */
function textBody(random: SeededRandom, source: string): Buffer {
  if (random.chance(0.3)) return Buffer.from(source)
  if (random.chance(0.4)) return spoiltBytes(random, Buffer.from(source))
  const at = random.below(source.length + 1)
  const text = oneOf(random, hostileTexts)
  const put = random.chance(0.5) ? encodeURIComponent(text.toWellFormed()) : text
  return Buffer.from(`${source.slice(0, at)}${put}${source.slice(at)}`)
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
  ['x-tenant', ['acme', 'globex']],
  ['x-signalbox-tenant', ['acme', 'globex']],
  ['x-forwarded-user', ['operator', 'admin']],
  ['forwarded', ['for=127.0.0.1;host=evil.example;proto=https', 'for="[::1', ';;;']],
  ['x-rewrite-url', ['/v1/tenants']],
  ['if-modified-since', ['Thu, 99 Zzz 9999 99:99:99 GMT']],
  ['signature', ['sig1=:AA==:']],
  ['cookie', ['__Host-signalbox=x; __Host-signalbox=y', '__proto__=1', 'a'.repeat(5000)]],
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
