import { EchoMask } from '@signalbox/sdk/host-calls/echo-mask'
import type { Test } from 'tap'
import { ConnectionPools } from '../../src/broker/http/connection-pools.ts'
import { Fetcher, type OutboundRequest } from '../../src/broker/http/fetcher.ts'
import { parsePlaces } from '../../src/broker/http/operator-list.ts'
import type { ResolveHost } from '../../src/broker/http/resolve-host.ts'

interface Setup {
  readonly allow?: string
  readonly resolve?: ResolveHost
  readonly ca?: string
}

/** A fetcher with name servers of the test, and with real connections. */
export function fetcherFor(t: Test, { allow = '', resolve = nobody, ca }: Setup) {
  const read = parsePlaces(allow)
  if ('wrong' in read) throw new Error(read.wrong)
  const pools = new ConnectionPools({
    now: () => performance.now(),
    ...(ca === undefined ? {} : { ca }),
  })
  t.teardown(() => pools.stop())
  const { places } = read
  return new Fetcher({ places, resolvePublic: resolve, resolveLocal: resolve, pools })
}

const nobody: ResolveHost = async () => []

const noSecrets = { withSecret: new Set<string>(), mask: new EchoMask([], new Map()) }

export function requestFor(
  url: string,
  origins: readonly string[],
  changes: Partial<OutboundRequest> = {},
): OutboundRequest {
  const timeoutMs = 10_000
  return {
    plugin: '@acme/one',
    owner: 'acme @acme/one',
    grant: {
      id: 'grt_1',
      capability: 'http:fetch',
      parameters: { origins, methods: ['GET', 'HEAD', 'POST', 'PUT'] },
    },
    method: 'GET',
    url: new URL(url),
    headers: [],
    body: undefined,
    redirect: 'follow',
    ...noSecrets,
    maxBytes: 100_000,
    timeoutMs,
    signal: AbortSignal.timeout(timeoutMs),
    ...changes,
  }
}
