import { lookup, Resolver } from 'node:dns/promises'

/** All addresses of a name, as texts. */
export type ResolveHost = (hostname: string, signal: AbortSignal) => Promise<readonly string[]>

/** Three tries of a server that is silent, and the call still has time for its request. */
const TRY_MS = 1500
const TRIES = 3

/** Of the machine's own configuration, read at each look-up: it may change under a running host. */
export const resolvePublic: ResolveHost = resolveAt(undefined)

/**
 * Asks the name servers without a thread: a name whose server is silent, and the plugin chose it, must not hold
 * one of the four that all files of the host share. Aliases are followed by the name server.
 * @param server address and port; undefined: those of the machine
 */
export function resolveAt(server: string | undefined): ResolveHost {
  return async (hostname, signal) => {
    const resolver = new Resolver({ timeout: TRY_MS, tries: TRIES })
    if (server !== undefined) resolver.setServers([server])
    const cancel = () => resolver.cancel()
    signal.addEventListener('abort', cancel, { once: true })
    try {
      const found = await Promise.allSettled([
        resolver.resolve4(hostname),
        resolver.resolve6(hostname),
      ])
      // IPv4 first: where there is no way for IPv6, as in most containers, the first try succeeds.
      return found.flatMap((one) => (one.status === 'fulfilled' ? one.value : []))
    } finally {
      signal.removeEventListener('abort', cancel)
    }
  }
}

/** As the machine itself resolves, hosts file included: for hosts that the operator named. */
export const resolveLocal: ResolveHost = async (hostname) => {
  const found = await lookup(hostname, { all: true, order: 'ipv4first' }).catch(() => [])
  return found.map(({ address }) => address)
}
