import { lookup, Resolver } from 'node:dns/promises'

/** All addresses of a name, as texts. */
export type ResolveHost = (hostname: string, signal: AbortSignal) => Promise<readonly string[]>

/** Three tries of a server that is silent, and the call still has time for its request. */
const TRY_MS = 1500
const TRIES = 3

/**
 * Asks the name servers without a thread: a name whose server is silent, and the plugin chose it, must not hold
 * one of the four that all files of the host share. Aliases are followed by the name server.
 */
export const resolvePublic: ResolveHost = async (hostname, signal) => {
  const resolver = new Resolver({ timeout: TRY_MS, tries: TRIES })
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

/** As the machine itself resolves, hosts file included: for hosts that the operator named. */
export const resolveLocal: ResolveHost = async (hostname) => {
  const found = await lookup(hostname, { all: true, order: 'ipv4first' }).catch(() => [])
  return found.map(({ address }) => address)
}
