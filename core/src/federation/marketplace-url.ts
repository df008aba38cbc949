import { parseTarget } from '@signalbox/sdk/host-calls/fetch-grant'
import { ipOfHost } from '../broker/http/ip-address.ts'
import { type AllowedPlace, addressRefusal, isNamed } from '../broker/http/operator-list.ts'
import { coreErrors } from '../errors.ts'

/**
 * The base of a registry, as it is kept and compared: no query, no slash at the end. What its name leads to is judged at
 * each connection.
 * @throws CORE_MARKETPLACE_URL_REFUSED
 */
export function marketplaceUrl(text: string, places: readonly AllowedPlace[]): string {
  const refuse = (reason: string) => coreErrors.create('MARKETPLACE_URL_REFUSED', { reason })
  const url = parseTarget(text)
  if (url === undefined) throw refuse('it is no http address')
  if (url.search !== '') throw refuse('it has a query')
  if (url.protocol !== 'https:' && !isNamed(places, url)) throw refuse('it is without TLS')
  const ip = ipOfHost(url.hostname)
  const kind = ip === undefined ? undefined : addressRefusal(places, url, ip)
  if (kind !== undefined) throw refuse(kind)
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`
}
