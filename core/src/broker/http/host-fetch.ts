import { EchoMask } from '@signalbox/sdk/host-calls/echo-mask'
import { parseTarget } from '@signalbox/sdk/host-calls/fetch-grant'
import type { Fetcher } from './fetcher.ts'

export interface HostRequest {
  /** Connections are kept for it alone. */
  readonly owner: string
  readonly url: string
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
  /** Of the whole answer; left out: 256 KiB. */
  readonly maxBytes?: number
  /** Left out: eight seconds. */
  readonly timeoutMs?: number
  /** Ends it before. */
  readonly signal?: AbortSignal
}

export type HostFetch = (request: HostRequest) => Promise<Response>

/** Of a provider's answer; the largest key sets have some 20 KB. */
const MAX_BYTES = 256 * 1024

const TIMEOUT_MS = 8000

const noMask = new EchoMask([], new Map())

/**
 * What the host itself asks at an address that a tenant named: under the same guard as plugins, so no address
 * of the inner network unless the operator has named it. A redirection is an answer and is not followed.
 * @throws the codes of fetch-errors.ts, and TypeError for what is no address
 */
export function hostFetch(fetcher: Pick<Fetcher, 'fetch'>): HostFetch {
  return async ({ owner, url, method, headers, body, maxBytes = MAX_BYTES, ...more }) => {
    const { timeoutMs = TIMEOUT_MS } = more
    const late = AbortSignal.timeout(timeoutMs)
    const target = parseTarget(url)
    if (target === undefined) throw new TypeError('this address cannot be asked')
    const answer = await fetcher.fetch({
      method,
      url: target,
      headers: Object.entries(headers),
      body: body === undefined ? undefined : Buffer.from(body),
      plugin: 'signalbox',
      owner: `host ${owner}`,
      // Judged only where a redirection leads, and none is followed.
      grant: { id: 'host', capability: 'http:fetch', parameters: {} },
      redirect: 'manual',
      withSecret: new Set(),
      mask: noMask,
      maxBytes,
      timeoutMs,
      signal: more.signal === undefined ? late : AbortSignal.any([more.signal, late]),
    })
    const hasBody = ![204, 205, 304].includes(answer.status)
    return new Response(hasBody ? new Uint8Array(answer.body) : null, {
      status: answer.status,
      headers: answer.headers.map(([name, value]): [string, string] => [name, value]),
    })
  }
}
