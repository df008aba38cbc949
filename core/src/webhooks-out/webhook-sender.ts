import type { Readable } from 'node:stream'
import { CodedError } from '@signalbox/sdk/errors'
import { parseTarget } from '@signalbox/sdk/host-calls/fetch-grant'
import type { Dispatcher } from 'undici'
import type { ConnectionPools } from '../broker/http/connection-pools.ts'
import { failureOf, isUnconnected } from '../broker/http/fetch-failure.ts'
import { isNamed } from '../broker/http/operator-list.ts'
import { type AddressPorts, reachableAddresses } from '../broker/http/reachable-addresses.ts'
import type { AttemptOutcome } from './attempt-verdict.ts'
import { MAX_READ_BYTES, responseExcerpt } from './response-excerpt.ts'

/** A receiver that takes longer should take the event first and work on it afterwards. */
const SEND_TIMEOUT_MS = 15_000

/** Addresses of a name that are tried, one after the other, until one takes the connection. */
const MAX_ADDRESSES = 3

interface Ports extends AddressPorts {
  /** Of webhooks alone. */
  readonly pools: ConnectionPools
  readonly timeoutMs?: number
}

export interface WebhookRequest {
  readonly endpoint: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/**
 * Sends one request, to an address that was checked and to no other: a name that leads elsewhere by the time of the
 * connection leads nowhere. Redirections are answers like others, and never followed. Never rejects.
 */
export class WebhookSender {
  readonly #ports: Ports

  constructor(ports: Ports) {
    this.#ports = ports
  }

  async send(request: WebhookRequest): Promise<AttemptOutcome> {
    const began = performance.now()
    const took = () => Math.round(performance.now() - began)
    const timeout = new AbortController()
    const timer = setTimeout(() => timeout.abort(), this.#ports.timeoutMs ?? SEND_TIMEOUT_MS)
    try {
      return { ...(await this.#ask(request, timeout.signal)), ms: took() }
    } catch (error) {
      const reason = timeout.signal.aborted ? 'timeout' : reasonOf(error)
      return { kind: 'failed', reason, ms: took() }
    } finally {
      clearTimeout(timer)
    }
  }

  async #ask(request: WebhookRequest, signal: AbortSignal) {
    const { places, pools } = this.#ports
    // What the operator allowed when it was made may have been taken back since.
    const url = parseTarget(request.url)
    if (url === undefined) return failed('address: none')
    if (url.protocol !== 'https:' && !isNamed(places, url)) return failed('plain')
    const addresses = await reachableAddresses(this.#ports, url, signal)
    let last: unknown
    for (const address of addresses.slice(0, MAX_ADDRESSES)) {
      const taken = pools.take(request.endpoint, url.origin, address)
      if (taken === undefined) return failed('busy')
      try {
        return await answerOf(await taken.pool.request(optionsOf(url, request, signal)))
      } catch (error) {
        if (!isUnconnected(error) || signal.aborted) throw error
        last = error
      } finally {
        taken.release()
      }
    }
    if (last === undefined) return failed('dns')
    throw last
  }
}

const failed = (reason: string) => ({ kind: 'failed', reason }) as const

function optionsOf(
  { pathname, search }: URL,
  { headers, body }: WebhookRequest,
  signal: AbortSignal,
): Dispatcher.RequestOptions {
  return {
    method: 'POST',
    path: `${pathname}${search}`,
    headers: {
      'content-type': 'application/cloudevents+json; charset=utf-8',
      'user-agent': 'signalbox',
      // Nothing of it is unpacked: a few bytes could become gigabytes.
      'accept-encoding': 'identity',
      ...headers,
    },
    body,
    signal,
  }
}

async function answerOf({ statusCode, headers, body }: Dispatcher.ResponseData) {
  const start = await beginningOf(body as Readable)
  const isPlain = headers['content-encoding'] === undefined
  return {
    kind: 'answered',
    status: statusCode,
    retryAfter: textOf(headers['retry-after']),
    excerpt: isPlain ? responseExcerpt(start, textOf(headers['content-type'])) : '',
  } as const
}

/** At most so much is read; what says more loses its connection. The status counts, however the rest of it goes. */
async function beginningOf(body: Readable): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  try {
    for await (const chunk of body) {
      chunks.push(chunk as Buffer)
      length += (chunk as Buffer).length
      if (length > MAX_READ_BYTES) break
    }
  } catch {
    // Cut off, or too slow.
  }
  return Buffer.concat(chunks)
}

function textOf(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header
}

/** A class, as in fetch-failure.ts: nothing of the host's network is told. */
function reasonOf(error: unknown): string {
  if (error instanceof CodedError)
    return `address: ${String(error.parameters?.['kind'] ?? 'refused')}`
  const failure = failureOf(error)
  return failure.kind === 'timeout' ? 'timeout' : failure.reason
}
