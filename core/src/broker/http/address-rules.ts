import { type IpAddress, type IpRange, isInRange, parseRange } from './ip-address.ts'

/** Why an address is not of the public network. */
export type AddressKind =
  | 'private'
  | 'loopback'
  | 'link-local'
  | 'metadata'
  | 'shared'
  | 'multicast'
  | 'reserved'
  | 'translated'

/**
 * What is not public, by the registries of special addresses (IANA, RFC 6890 and its updates), the first that
 * fits. `translated`: an IPv6 address that carries an IPv4 one, which nobody has looked at. `metadata`: where
 * clouds hand their machines' credentials out.
 */
const special: readonly (readonly [cidr: string, kind: AddressKind])[] = [
  ['169.254.169.254/32', 'metadata'],
  ['169.254.170.2/32', 'metadata'],
  ['168.63.129.16/32', 'metadata'],
  ['100.100.100.200/32', 'metadata'],
  ['192.0.0.192/32', 'metadata'],
  ['0.0.0.0/8', 'reserved'],
  ['10.0.0.0/8', 'private'],
  ['100.64.0.0/10', 'shared'],
  ['127.0.0.0/8', 'loopback'],
  ['169.254.0.0/16', 'link-local'],
  ['172.16.0.0/12', 'private'],
  ['192.0.0.0/24', 'reserved'],
  ['192.0.2.0/24', 'reserved'],
  ['192.88.99.0/24', 'translated'],
  ['192.168.0.0/16', 'private'],
  ['198.18.0.0/15', 'reserved'],
  ['198.51.100.0/24', 'reserved'],
  ['203.0.113.0/24', 'reserved'],
  ['224.0.0.0/4', 'multicast'],
  ['240.0.0.0/4', 'reserved'],
  ['fd00:ec2::254/128', 'metadata'],
  ['fd20:ce::254/128', 'metadata'],
  ['::1/128', 'loopback'],
  ['::ffff:0:0/96', 'translated'],
  ['::/96', 'reserved'],
  ['64:ff9b::/96', 'translated'],
  ['64:ff9b:1::/48', 'translated'],
  ['2001::/32', 'translated'],
  ['2001::/23', 'reserved'],
  ['2001:db8::/32', 'reserved'],
  ['2002::/16', 'translated'],
  ['3fff::/20', 'reserved'],
  ['fc00::/7', 'private'],
  ['fe80::/10', 'link-local'],
  ['fec0::/10', 'private'],
  ['ff00::/8', 'multicast'],
]

const ranges = special.map(([cidr, kind]) => ({ range: rangeOf(cidr), kind }))

/** All that is given out so far (RFC 4291 §2.4); the rest of IPv6 is reserved. */
const globalUnicast = rangeOf('2000::/3')

/** @returns undefined for an address of the public network */
export function specialKind(ip: IpAddress): AddressKind | undefined {
  const found = ranges.find(({ range }) => isInRange(ip, range))
  if (found !== undefined) return found.kind
  return ip.family === 6 && !isInRange(ip, globalUnicast) ? 'reserved' : undefined
}

function rangeOf(cidr: string): IpRange {
  const range = parseRange(cidr)
  if (range === undefined) throw new Error(`${cidr} is no range`)
  return range
}
