import { isIPv4, isIPv6 } from 'node:net'

/** An address as a number: what is written in many ways is compared as one. */
export interface IpAddress {
  readonly family: 4 | 6
  readonly value: bigint
}

/** Addresses that begin with the same bits (CIDR, RFC 4632). */
export interface IpRange {
  readonly family: 4 | 6
  readonly base: bigint
  readonly bits: number
}

/** @returns undefined for what is no address, and for one with a zone, which names a card of this machine */
export function parseIp(text: string): IpAddress | undefined {
  if (isIPv4(text)) {
    const value = text.split('.').reduce((sum, part) => sum * 256n + BigInt(part), 0n)
    return { family: 4, value }
  }
  if (!isIPv6(text) || text.includes('%')) return undefined
  return { family: 6, value: valueOfV6(text) }
}

/** @returns undefined for what is no range; bits beyond the mask must be zero, as a slip would allow too much */
export function parseRange(text: string): IpRange | undefined {
  const [, address = '', mask = ''] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? []
  const ip = parseIp(address)
  const bits = Number(mask)
  if (ip === undefined || bits > widthOf(ip.family)) return undefined
  const range = { family: ip.family, base: ip.value, bits }
  return (ip.value & ((1n << BigInt(widthOf(ip.family) - bits)) - 1n)) === 0n ? range : undefined
}

export function isInRange({ family, value }: IpAddress, range: IpRange): boolean {
  const rest = BigInt(widthOf(range.family) - range.bits)
  return family === range.family && value >> rest === range.base >> rest
}

/** The address that a URL's host is, if it is one; brackets are the URL's. */
export function ipOfHost(hostname: string): IpAddress | undefined {
  return parseIp(hostname.replace(/^\[(.*)\]$/, '$1'))
}

function widthOf(family: 4 | 6): number {
  return family === 4 ? 32 : 128
}

function valueOfV6(text: string): bigint {
  // The URL parser writes every form the one way (RFC 5952), a dotted end included.
  const canonical = new URL(`http://[${text}]/`).hostname.slice(1, -1)
  const [head = '', tail] = canonical.split('::')
  const left = wordsOf(head)
  const right = wordsOf(tail ?? '')
  const zeroes = new Array<bigint>(8 - left.length - right.length).fill(0n)
  return [...left, ...zeroes, ...right].reduce((sum, word) => sum * 65536n + word, 0n)
}

function wordsOf(text: string): bigint[] {
  return text === '' ? [] : text.split(':').map((word) => BigInt(`0x${word}`))
}
