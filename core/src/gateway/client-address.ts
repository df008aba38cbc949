import { BlockList, isIP, isIPv6 } from 'node:net'

/**
 * Who a limit by address counts: an IPv4 address, or the /64 of an IPv6 one, which is what a single customer is given
 * (RFC 6177) and can choose from as it likes. An IPv4 address in IPv6 clothes is that IPv4 address.
 */
export function limitedAddress(address: string): string {
  const plain = unmapped(address)
  if (!isIPv6(plain)) return plain
  // The serialisation of WHATWG compresses zeros in one way, so that one network has one name.
  const host = new URL(`http://[${plain.split('%', 1)[0]}]/`).hostname.slice(1, -1)
  const [head = '', tail] = host.split('::')
  const front = head === '' ? [] : head.split(':')
  const back = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = Array<string>(Math.max(0, 8 - front.length - back.length)).fill('0')
  const groups = tail === undefined ? front : [...front, ...zeros, ...back]
  return `${groups.slice(0, 4).join(':')}::/64`
}

function unmapped(address: string): string {
  const match = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)
  return match?.[1] ?? address
}

/** Proxies whose word on their clients is taken: see SIGNALBOX_TRUSTED_PROXIES. */
export type TrustedProxies = (address: string) => boolean

/**
 * @param text addresses and ranges such as `10.0.0.0/8, 192.0.2.7, fd00::/8`, by commas or blanks
 * @returns the entry that is neither, where there is one
 */
export function parseTrustedProxies(
  text: string,
): { readonly trusts: TrustedProxies } | { readonly wrong: string } {
  const list = new BlockList()
  for (const entry of text.split(/[\s,]+/).filter((word) => word !== '')) {
    if (!addRange(list, entry)) return { wrong: entry }
  }
  return {
    trusts: (address) => {
      const plain = unmapped(address)
      const family = isIP(plain)
      return family !== 0 && list.check(plain, family === 6 ? 'ipv6' : 'ipv4')
    },
  }
}

function addRange(list: BlockList, entry: string): boolean {
  const [address = '', prefix, ...more] = entry.split('/')
  const family = isIP(address)
  if (family === 0 || more.length > 0 || address.includes('%')) return false
  const bits = family === 6 ? 128 : 32
  const length =
    prefix === undefined ? bits : /^\d{1,3}$/.test(prefix) ? Number(prefix) : Number.NaN
  // A range of everybody would let anybody name any address.
  if (!(length >= 1 && length <= bits)) return false
  list.addSubnet(address, length, family === 6 ? 'ipv6' : 'ipv4')
  return true
}
