import { coreErrors } from '../../errors.ts'
import { ipOfHost, parseIp } from './ip-address.ts'
import { type AllowedPlace, addressRefusal, isNamed } from './operator-list.ts'
import type { ResolveHost } from './resolve-host.ts'

export interface AddressPorts {
  readonly places: readonly AllowedPlace[]
  readonly resolvePublic: ResolveHost
  readonly resolveLocal: ResolveHost
}

/**
 * The addresses that a connection for this URL may go to; none where the name has none. All of them are checked: a
 * name that leads both outside and inside is not one to follow by halves.
 * @throws CORE_FETCH_ADDRESS_REFUSED
 */
export async function reachableAddresses(
  { places, resolvePublic, resolveLocal }: AddressPorts,
  url: URL,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { hostname, origin } = url
  const isLiteral = ipOfHost(hostname) !== undefined
  const resolve = isNamed(places, url) ? resolveLocal : resolvePublic
  const addresses = isLiteral
    ? [hostname.replace(/^\[(.*)\]$/, '$1')]
    : await untilAborted(resolve(hostname, signal), signal)
  for (const address of addresses) {
    const ip = parseIp(address)
    const kind = ip === undefined ? 'reserved' : addressRefusal(places, url, ip)
    if (kind !== undefined) throw coreErrors.create('FETCH_ADDRESS_REFUSED', { origin, kind })
  }
  return addresses
}

/** The machine's own look-up cannot be stopped; nobody waits for it longer than for the request. */
function untilAborted<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason as Error)
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}
