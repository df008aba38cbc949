import { hasUser, isPlainHost } from '@signalbox/sdk/host-calls/origin-pattern'
import { type AddressKind, specialKind } from './address-rules.ts'
import { type IpAddress, type IpRange, ipOfHost, isInRange, parseRange } from './ip-address.ts'

/** What the operator named beside the public network: an origin, a host on any port, or addresses. */
export type AllowedPlace =
  | { readonly kind: 'origin'; readonly origin: string }
  | { readonly kind: 'host'; readonly hostname: string }
  | { readonly kind: 'addresses'; readonly range: IpRange }

/** Not even where a name that the operator trusts points there: they are named as addresses, or not reached. */
const neverByName: ReadonlySet<AddressKind> = new Set([
  'metadata',
  'link-local',
  'multicast',
  'reserved',
  'translated',
])

/**
 * `SIGNALBOX_FETCH_ALLOW`: origins, hosts and CIDR ranges, with commas between.
 * @returns the first entry that is none of them as `wrong`
 */
export function parsePlaces(
  text: string,
): { readonly places: readonly AllowedPlace[] } | { readonly wrong: string } {
  const places: AllowedPlace[] = []
  for (const entry of text.split(',').map((part) => part.trim())) {
    if (entry === '') continue
    const place = placeOf(entry)
    if (place === undefined) return { wrong: entry }
    places.push(place)
  }
  return { places }
}

function placeOf(entry: string): AllowedPlace | undefined {
  const range = parseRange(entry)
  if (range !== undefined) return { kind: 'addresses', range }
  if (/^https?:\/\/[^/\\?#@*\s]+\/?$/.test(entry)) {
    const url = URL.canParse(entry) ? new URL(entry) : undefined
    if (url === undefined || hasUser(url) || !isPlainHost(url)) return undefined
    return { kind: 'origin', origin: url.origin }
  }
  // A host alone, or an IPv6 address in brackets; a port belongs to an origin.
  if (!/^([^/\\?#@*\s:[\]]+|\[[0-9a-fA-F:.]+\])$/.test(entry)) return undefined
  const url = URL.canParse(`http://${entry}`) ? new URL(`http://${entry}`) : undefined
  if (url === undefined || !isPlainHost(url)) return undefined
  return { kind: 'host', hostname: url.hostname }
}

/** Whether the operator named the place that a URL leads to: only then may it be asked without TLS. */
export function isNamed(places: readonly AllowedPlace[], url: URL): boolean {
  const ip = ipOfHost(url.hostname)
  return places.some(
    (place) =>
      isNamedAs(place, url) ||
      (place.kind === 'addresses' && ip !== undefined && isInRange(ip, place.range)),
  )
}

/**
 * Whether a connection for this URL may go to this address.
 * @returns why not, or undefined
 */
export function addressRefusal(
  places: readonly AllowedPlace[],
  url: URL,
  ip: IpAddress,
): AddressKind | undefined {
  const kind = specialKind(ip)
  if (kind === undefined) return undefined
  if (places.some((place) => place.kind === 'addresses' && isInRange(ip, place.range))) {
    return undefined
  }
  if (!places.some((place) => isNamedAs(place, url))) return kind
  const isLiteral = ipOfHost(url.hostname) !== undefined
  return isLiteral || !neverByName.has(kind) ? undefined : kind
}

function isNamedAs(place: AllowedPlace, url: URL): boolean {
  if (place.kind === 'origin') return place.origin === url.origin
  return place.kind === 'host' && place.hostname === url.hostname
}
