import { maxAnswerBytes, parseTarget } from '@signalbox/sdk/host-calls/fetch-grant'
import { type FetchRequest, httpFetchRule, shown } from '@signalbox/sdk/host-calls/fetch-rules'
import { isSafe } from '@signalbox/sdk/host-calls/redirect-rules'
import { coreErrors } from '../../errors.ts'
import type { Grant } from '../../rollout/routing/snapshot.ts'
import { EchoMask } from '../../secrets/echo-mask.ts'
import {
  misplacedSecret,
  type PlacedSecret,
  placedSecrets,
  putSecrets,
  type RequestParts,
} from '../../secrets/placeholders.ts'
import { secretGrant } from '../../secrets/secret-grant.ts'
import type { SecretName } from '../../secrets/secret-store.ts'
import type { CallScope } from '../call-scope.ts'
import type { GrantedCall, HostCall } from '../host-call.ts'
import { type HeaderPair, isHeader, sentHeaders } from './fetch-headers.ts'
import type { InboundAnswer, OutboundRequest } from './fetcher.ts'
import type { Flights } from './flights.ts'
import { tracedFetch } from './traced-fetch.ts'

/** Nobody waits longer for one request, however long the call may. */
const MAX_MS = 30_000

/** The least that a lane takes as the answer of a host call, in characters (sandbox: messageLength). */
const LEAST_ROOM = 256 * 1024

/** Of that, for everything but the body. */
const HEAD_ROOM = 16 * 1024

/** What servers take at most, most of them half of it. */
const MAX_HEADERS_LENGTH = 32 * 1024

export interface FetchPorts {
  readonly fetch: (request: OutboundRequest) => Promise<InboundAnswer>
  readonly secret: (name: SecretName) => Promise<string | undefined>
  readonly flights: Flights
  readonly now: () => number
}

/** `fetch` of a guest: what a grant of `http:fetch` covers, with the secrets that one of `secret:use` gives. */
export function httpFetch(ports: FetchPorts): HostCall {
  return {
    ...httpFetchRule,
    leansOn: ({ request, grants }: GrantedCall<FetchRequest>) => {
      const url = targetOf(request.url)
      const placed = placedSecrets({ url, headers: sentHeaders(request.headers) })
      const used = placed.map(({ name }) => secretGrant(grants, name, url))
      return [...new Set(used)].filter((grant) => grant !== undefined)
    },
    audit: ({ request: { method, url } }: GrantedCall<FetchRequest>) => {
      if (isSafe(method)) return undefined
      const { origin, pathname } = targetOf(url)
      return { subject: origin, detail: { method, origin, path: shown(pathname) } }
    },
    run: async (call: GrantedCall<FetchRequest>) => {
      const { plugin } = call.scope.version
      const flight = ports.flights.begin(ownerOf(call.scope))
      if ('limit' in flight) {
        const parameters = { plugin, limit: flight.limit }
        throw coreErrors.create('FETCH_BUSY', parameters, { retryAfterS: 1 })
      }
      try {
        const request = await outbound(ports, call)
        return shownAnswer(await tracedFetch(call.scope, request, ports.fetch))
      } finally {
        flight.end()
      }
    },
    moved: ({ body: sent }: FetchRequest, { body: received }: { readonly body: string }) => ({
      sent: Buffer.byteLength(sent ?? '', 'base64'),
      received: Buffer.byteLength(received, 'base64'),
    }),
  }
}

async function outbound(
  ports: FetchPorts,
  { scope, request, grant, grants, signal }: GrantedCall<FetchRequest>,
): Promise<OutboundRequest> {
  const { method, redirect } = request
  const parts = partsOf(request)
  requireSendable(method, parts, scope, grants)
  const placed = placedSecrets(parts)
  const values = await secretValues(ports, scope, grants, placed, parts.url)
  const { url, headers, withSecret } = putSecrets(parts, values)
  requireHeaders(headers)
  const timeoutMs = Math.min(Math.ceil(scope.deadline - ports.now()), MAX_MS)
  if (timeoutMs <= 0) throw coreErrors.create('FETCH_TIMEOUT', { origin: url.origin })
  return {
    plugin: scope.version.plugin,
    owner: ownerOf(scope),
    grant,
    method,
    url,
    headers,
    body: parts.body,
    redirect,
    withSecret,
    mask: new EchoMask(placed, values),
    maxBytes: Math.min(maxAnswerBytes(grant), answerRoom(scope)),
    timeoutMs,
    signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
  }
}

function ownerOf({ tenant, version }: CallScope): string {
  return `${tenant} ${version.plugin}`
}

/** What the lane takes is text: three bytes are four characters of base64. */
function answerRoom({ version: { limits } }: CallScope): number {
  const room = Math.max(LEAST_ROOM, limits.payloadKb * 1024) - HEAD_ROOM
  return Math.floor((room * 3) / 4)
}

function partsOf({ url, headers, body }: FetchRequest): RequestParts {
  return {
    url: targetOf(url),
    headers: sentHeaders(headers),
    body: body === null ? undefined : Buffer.from(body, 'base64'),
  }
}

/** @throws CORE_INPUT_INVALID, CORE_FETCH_HEADER_INVALID, CORE_SECRET_MISPLACED */
function requireSendable(
  method: string,
  parts: RequestParts,
  { version: { plugin } }: CallScope,
  grants: readonly Grant[],
): void {
  if (parts.body !== undefined && isSafe(method)) {
    const detail = `a request by ${method} has no body`
    throw coreErrors.create('INPUT_INVALID', {}, { faults: [{ pointer: '/body', detail }] })
  }
  requireHeaders(parts.headers)
  const misplaced = misplacedSecret(parts)
  if (misplaced === undefined) return
  const { name, place } = misplaced
  // A body may hold such a text for reasons of its own; the name of the plugin's secret is none.
  if (place === 'body' && !mayUse(grants, name)) return
  throw coreErrors.create('SECRET_MISPLACED', { plugin, secret: shown(name), place })
}

function requireHeaders(headers: readonly HeaderPair[]): void {
  const wrong = headers.find((pair) => !isHeader(pair))
  if (wrong !== undefined) {
    const reason = 'it holds what HTTP does not allow'
    throw coreErrors.create('FETCH_HEADER_INVALID', {
      header: JSON.stringify(shown(wrong[0])),
      reason,
    })
  }
  const length = headers.reduce((sum, [name, value]) => sum + name.length + value.length + 4, 0)
  if (length <= MAX_HEADERS_LENGTH) return
  const reason = `all of them are ${length} characters`
  throw coreErrors.create('FETCH_HEADER_INVALID', { header: headers[0]?.[0] ?? '', reason })
}

function mayUse(grants: readonly Grant[], name: string): boolean {
  return grants.some(
    ({ capability, parameters }) => capability === 'secret:use' && parameters.name === name,
  )
}

/** @throws CORE_SECRET_NOT_GRANTED, CORE_SECRET_NOT_SET */
async function secretValues(
  ports: FetchPorts,
  { tenant, version: { plugin } }: CallScope,
  grants: readonly Grant[],
  placed: readonly PlacedSecret[],
  url: URL,
): Promise<ReadonlyMap<string, string>> {
  const values = new Map<string, string>()
  for (const name of new Set(placed.map((secret) => secret.name))) {
    const secret = shown(name)
    if (secretGrant(grants, name, url) === undefined) {
      throw coreErrors.create('SECRET_NOT_GRANTED', { plugin, secret, origin: url.origin })
    }
    const value = await ports.secret({ tenant, plugin, name })
    if (value === undefined) throw coreErrors.create('SECRET_NOT_SET', { tenant, plugin, secret })
    values.set(name, value)
  }
  return values
}

function shownAnswer({ body, ...answer }: InboundAnswer) {
  return { ...answer, body: body.toString('base64') }
}

/** Of a request that a grant covers: its address can be parsed. */
function targetOf(text: string): URL {
  const url = parseTarget(text)
  if (url === undefined) throw new Error('a grant covered what is no address')
  return url
}
