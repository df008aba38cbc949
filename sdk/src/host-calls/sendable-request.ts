import type { Grant } from './call-rule.ts'
import { EchoMask } from './echo-mask.ts'
import { parseTarget } from './fetch-grant.ts'
import { type FetchRequest, shown } from './fetch-rules.ts'
import { hostRefusals } from './host-refusals.ts'
import {
  misplacedSecret,
  type PlacedSecret,
  placedSecrets,
  putSecrets,
  type RequestParts,
} from './placeholders.ts'
import { isSafe } from './redirect-rules.ts'
import { type HeaderPair, isHeader, sentHeaders } from './request-headers.ts'
import { secretGrant } from './secret-grant.ts'

/** What servers take at most, most of them half of it. */
const MAX_HEADERS_LENGTH = 32 * 1024

interface Sender {
  readonly tenant: string
  readonly plugin: string
  readonly grants: readonly Grant[]
  /** @returns undefined where the tenant has set none */
  readonly secret: (name: string) => string | undefined | Promise<string | undefined>
}

/** A request with its secrets in it, and what takes them out of the answer. */
export interface SendableRequest {
  readonly url: URL
  readonly headers: readonly HeaderPair[]
  readonly body: Buffer | undefined
  /** Names of headers that hold a secret now. */
  readonly withSecret: ReadonlySet<string>
  readonly mask: EchoMask
}

/**
 * What goes out of a request that a grant of `http:fetch` covers.
 * @throws CORE_INPUT_INVALID, CORE_FETCH_HEADER_INVALID, CORE_SECRET_MISPLACED, CORE_SECRET_NOT_GRANTED,
 * CORE_SECRET_NOT_SET
 */
export async function sendableRequest(
  request: FetchRequest,
  sender: Sender,
): Promise<SendableRequest> {
  const parts = partsOf(request)
  requireSendable(request.method, parts, sender)
  const placed = placedSecrets(parts)
  const values = await secretValues(sender, placed, parts.url)
  const filled = putSecrets(parts, values)
  requireHeaders(filled.headers)
  return { ...filled, body: parts.body, mask: new EchoMask(placed, values) }
}

/** Of a request that a grant covers: its address can be parsed. */
export function targetOf(text: string): URL {
  const url = parseTarget(text)
  if (url === undefined) throw new Error('a grant covered what is no address')
  return url
}

function partsOf({ url, headers, body }: FetchRequest): RequestParts {
  return {
    url: targetOf(url),
    headers: sentHeaders(headers),
    body: body === null ? undefined : Buffer.from(body, 'base64'),
  }
}

function requireSendable(method: string, parts: RequestParts, { plugin, grants }: Sender): void {
  if (parts.body !== undefined && isSafe(method)) {
    const detail = `a request by ${method} has no body`
    throw hostRefusals.create('INPUT_INVALID', {}, { faults: [{ pointer: '/body', detail }] })
  }
  requireHeaders(parts.headers)
  const misplaced = misplacedSecret(parts)
  if (misplaced === undefined) return
  const { name, place } = misplaced
  // A body may hold such a text for reasons of its own; the name of the plugin's secret is none.
  if (place === 'body' && !mayUse(grants, name)) return
  throw hostRefusals.create('SECRET_MISPLACED', { plugin, secret: shown(name), place })
}

function requireHeaders(headers: readonly HeaderPair[]): void {
  const wrong = headers.find((pair) => !isHeader(pair))
  if (wrong !== undefined) {
    const reason = 'it holds what HTTP does not allow'
    throw hostRefusals.create('FETCH_HEADER_INVALID', {
      header: JSON.stringify(shown(wrong[0])),
      reason,
    })
  }
  const length = headers.reduce((sum, [name, value]) => sum + name.length + value.length + 4, 0)
  if (length <= MAX_HEADERS_LENGTH) return
  const reason = `all of them are ${length} characters`
  throw hostRefusals.create('FETCH_HEADER_INVALID', { header: headers[0]?.[0] ?? '', reason })
}

function mayUse(grants: readonly Grant[], name: string): boolean {
  return grants.some(
    ({ capability, parameters }) => capability === 'secret:use' && parameters['name'] === name,
  )
}

async function secretValues(
  { tenant, plugin, grants, secret: openSecret }: Sender,
  placed: readonly PlacedSecret[],
  url: URL,
): Promise<ReadonlyMap<string, string>> {
  const values = new Map<string, string>()
  for (const name of new Set(placed.map((secret) => secret.name))) {
    const secret = shown(name)
    if (secretGrant(grants, name, url) === undefined) {
      throw hostRefusals.create('SECRET_NOT_GRANTED', { plugin, secret, origin: url.origin })
    }
    const value = await openSecret(name)
    if (value === undefined) throw hostRefusals.create('SECRET_NOT_SET', { tenant, plugin, secret })
    values.set(name, value)
  }
  return values
}
