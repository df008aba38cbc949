import { BlockList, isIPv4 } from 'node:net'
import type { PackageName } from '../packages/package-name.ts'

/** What a token may do less than its publisher. Null: no limit of that kind. */
export interface TokenLimits {
  readonly isReadOnly: boolean
  /** IPv4 networks, such as 10.0.0.0/8, that it may be used from. */
  readonly cidrs: readonly string[] | null
  readonly packages: readonly string[] | null
  readonly scopes: readonly string[] | null
}

export const noLimits: TokenLimits = {
  isReadOnly: false,
  cidrs: null,
  packages: null,
  scopes: null,
}

export function isNarrowed(limits: TokenLimits): boolean {
  return limits.isReadOnly || limits.cidrs !== null || isForSome(limits)
}

/** Whether it is for some packages only, and so for nothing that is not a package. */
export function isForSome({ packages, scopes }: TokenLimits): boolean {
  return packages !== null || scopes !== null
}

/** A package is covered by its name or by its scope: the two lists add up. */
export function covers(limits: TokenLimits, name: PackageName): boolean {
  if (!isForSome(limits)) return true
  if (limits.packages?.includes(name.full) === true) return true
  return name.scope !== undefined && limits.scopes?.includes(name.scope) === true
}

/** @param address of the client; an IPv4 address in IPv6 clothes is that IPv4 address */
export function isFrom(cidrs: TokenLimits['cidrs'], address: string): boolean {
  if (cidrs === null) return true
  const plain = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address
  if (!isIPv4(plain)) return false
  const list = new BlockList()
  for (const cidr of cidrs) {
    const [network = '', bits] = cidr.split('/')
    list.addSubnet(network, Number(bits), 'ipv4')
  }
  return list.check(plain, 'ipv4')
}

/** Networks as npm takes them: IPv4 with its prefix length. */
export function isCidr(text: string): boolean {
  const [network = '', bits = '', ...rest] = text.split('/')
  return rest.length === 0 && isIPv4(network) && /^\d{1,2}$/.test(bits) && Number(bits) <= 32
}
