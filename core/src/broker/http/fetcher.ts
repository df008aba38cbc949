import type { Readable } from 'node:stream'
import { CodedError } from '@signalbox/sdk/errors'
import type { EchoMask } from '@signalbox/sdk/host-calls/echo-mask'
import { type Hop, nextHop } from '@signalbox/sdk/host-calls/next-hop'
import { isRedirection } from '@signalbox/sdk/host-calls/redirect-rules'
import { type HeaderPair, latin, shownHeaders } from '@signalbox/sdk/host-calls/request-headers'
import type { Dispatcher } from 'undici'
import { coreErrors } from '../../errors.ts'
import type { Grant } from '../../rollout/routing/snapshot.ts'
import type { ConnectionPools } from './connection-pools.ts'
import { failureOf, isUnconnected } from './fetch-failure.ts'
import { isNamed } from './operator-list.ts'
import { type AddressPorts, reachableAddresses } from './reachable-addresses.ts'
import {
  ACCEPTED_ENCODINGS,
  AnswerEncodingUnknown,
  AnswerTooLarge,
  readAnswer,
} from './read-answer.ts'

/** Addresses of a name that are tried, one after the other, until one takes the connection. */
const MAX_ADDRESSES = 3

/** Of a redirection's own body, which nobody reads: beyond it the connection is given up. */
const MAX_DUMPED = 16 * 1024

interface Ports extends AddressPorts {
  readonly pools: ConnectionPools
}

export interface OutboundRequest extends Hop {
  readonly plugin: string
  /** The plugin and the tenant: connections are theirs alone. */
  readonly owner: string
  /** Every hop is judged by it. */
  readonly grant: Grant
  readonly redirect: 'follow' | 'error' | 'manual'
  /** Headers that hold a secret. */
  readonly withSecret: ReadonlySet<string>
  readonly mask: EchoMask
  readonly maxBytes: number
  readonly timeoutMs: number
  /** Ends the request, its connection included: the call's own end, or the time cap. */
  readonly signal: AbortSignal
}

export interface InboundAnswer {
  readonly status: number
  readonly statusText: string
  readonly headers: readonly HeaderPair[]
  readonly body: Buffer
  readonly url: string
  readonly redirected: boolean
}

/** Sends requests of guests: each hop judged, each address checked, each connection to what was checked. */
export class Fetcher {
  readonly #ports: Ports

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /** @throws the codes of fetch-errors.ts, nothing else */
  async fetch(request: OutboundRequest): Promise<InboundAnswer> {
    let hop: Hop = request
    for (let followed = 0; ; followed++) {
      const step = await this.#step(hop, request, followed).catch((error: unknown) => {
        throw codedFailure(error, hop, request)
      })
      if ('answer' in step) return step.answer
      hop = step.next
    }
  }

  async #step(
    hop: Hop,
    request: OutboundRequest,
    followed: number,
  ): Promise<{ readonly answer: InboundAnswer } | { readonly next: Hop }> {
    const { places } = this.#ports
    if (hop.url.protocol === 'http:' && !isNamed(places, hop.url)) {
      throw coreErrors.create('FETCH_PLAIN_REFUSED', { origin: hop.url.origin })
    }
    const { response, release } = await this.#ask(hop, request)
    try {
      const raw = response.headers as unknown as readonly string[]
      const location = isRedirection(response.statusCode) ? headerOf(raw, 'location') : undefined
      if (location !== undefined && request.redirect !== 'manual') {
        const next = nextHop(hop, request, { status: response.statusCode, location, followed })
        await response.body.dump({ limit: MAX_DUMPED, signal: request.signal })
        return { next }
      }
      return { answer: await answerOf(response, hop, request, followed > 0) }
    } catch (error) {
      // Left in the middle: nobody may be given this connection.
      response.body.on('error', () => undefined).destroy()
      throw error
    } finally {
      release()
    }
  }

  /** Over the first address that takes the connection. */
  async #ask(
    hop: Hop,
    request: OutboundRequest,
  ): Promise<{ readonly response: Dispatcher.ResponseData; readonly release: () => void }> {
    const addresses = await reachableAddresses(this.#ports, hop.url, request.signal)
    const { origin } = hop.url
    let last: unknown = coreErrors.create('FETCH_FAILED', { origin, reason: 'dns' })
    for (const address of addresses.slice(0, MAX_ADDRESSES)) {
      const taken = this.#ports.pools.take(request.owner, origin, address)
      if (taken === undefined) {
        const limit = 'the connections of this host are used up'
        throw coreErrors.create('FETCH_BUSY', { plugin: request.plugin, limit }, { retryAfterS: 1 })
      }
      try {
        const response = await taken.pool.request(dispatchOf(hop, request))
        return { response, release: taken.release }
      } catch (error) {
        taken.release()
        if (!isUnconnected(error) || request.signal.aborted) throw error
        last = error
      }
    }
    throw last
  }
}

function dispatchOf(hop: Hop, request: OutboundRequest): Dispatcher.RequestOptions {
  const { method, url, headers, body } = hop
  const own = ['accept-encoding', ACCEPTED_ENCODINGS]
  if (!headers.some(([name]) => name === 'user-agent')) own.push('user-agent', 'signalbox')
  return {
    method,
    path: `${url.pathname}${url.search}`,
    headers: [...headers.flat(), ...own],
    body: body ?? null,
    signal: request.signal,
    headersTimeout: request.timeoutMs,
    bodyTimeout: request.timeoutMs,
    responseHeaders: 'raw',
  }
}

async function answerOf(
  { statusCode, statusText, headers, body }: Dispatcher.ResponseData,
  { method, url }: Hop,
  { mask, maxBytes }: OutboundRequest,
  redirected: boolean,
): Promise<InboundAnswer> {
  const raw = headers as unknown as readonly string[]
  const hasBody = method !== 'HEAD' && statusCode !== 204 && statusCode !== 304
  const encoding = hasBody ? headerOf(raw, 'content-encoding') : undefined
  const { bytes, wasUnpacked } = await readAnswer(body as Readable, encoding, maxBytes)
  const masked = mask.bytes(bytes)
  const shown = shownHeaders(raw, wasUnpacked || masked !== bytes)
  return {
    status: statusCode,
    statusText: mask.text(latin(statusText ?? '')),
    headers: shown.map(([name, value]) => [mask.text(name), mask.text(value)] as const),
    body: masked,
    url: mask.text(url.href),
    redirected,
  }
}

function codedFailure(error: unknown, { url }: Hop, { signal, maxBytes }: OutboundRequest) {
  if (error instanceof CodedError) return error
  const { origin } = url
  if (error instanceof AnswerTooLarge) {
    return coreErrors.create('FETCH_TOO_LARGE', { origin, limitKb: Math.floor(maxBytes / 1024) })
  }
  if (error instanceof AnswerEncodingUnknown) {
    return coreErrors.create('FETCH_FAILED', { origin, reason: 'encoding' })
  }
  const failure = failureOf(error)
  // No cause: the texts of a connection's errors name addresses, and what was sent.
  return signal.aborted || failure.kind === 'timeout'
    ? coreErrors.create('FETCH_TIMEOUT', { origin })
    : coreErrors.create('FETCH_FAILED', { origin, reason: failure.reason })
}

function headerOf(raw: readonly string[], wanted: string): string | undefined {
  for (let at = 0; at + 1 < raw.length; at += 2) {
    if ((raw[at] as string).toLowerCase() === wanted) return raw[at + 1]
  }
  return undefined
}
