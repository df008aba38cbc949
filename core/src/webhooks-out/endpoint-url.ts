import { parseTarget } from '@signalbox/sdk/host-calls/fetch-grant'
import { ipOfHost } from '../broker/http/ip-address.ts'
import { type AllowedPlace, addressRefusal, isNamed } from '../broker/http/operator-list.ts'
import { coreErrors } from '../errors.ts'

/**
 * What can be said of an endpoint's address before anybody looks its name up; the rest is said at each connection. The
 * URL parser has read decimal, octal and hexadecimal addresses as what they are.
 * @throws CORE_WEBHOOK_URL_REFUSED
 */
export function endpointUrl(text: string, places: readonly AllowedPlace[]): URL {
  const refuse = (reason: string) => coreErrors.create('WEBHOOK_URL_REFUSED', { reason })
  const url = parseTarget(text)
  if (url === undefined) throw refuse('it is no http address')
  if (url.protocol !== 'https:' && !isNamed(places, url)) throw refuse('it is without TLS')
  const ip = ipOfHost(url.hostname)
  const kind = ip === undefined ? undefined : addressRefusal(places, url, ip)
  if (kind !== undefined) throw refuse(kind)
  return url
}
