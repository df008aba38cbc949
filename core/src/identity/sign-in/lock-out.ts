import { createHash } from 'node:crypto'
import { isIPv6 } from 'node:net'

/** What is remembered of wrong attempts under one key. Times in milliseconds since the epoch. */
export interface Failures {
  readonly failures: number
  readonly lastAt: number
  readonly blockedUntil: number
}

/** An account is guessed at one by one, an address by a list of accounts; behind one address a company may sign in. */
const free = { account: 5, address: 30 } as const

export type LockKind = keyof typeof free

/** So long does the longest pause last: it grows to this and no further, and nobody is kept out for ever. */
export const MAX_PAUSE_MS = 15 * 60_000

/** After a day without a wrong attempt all are forgotten. */
export const FORGET_MS = 24 * 60 * 60_000

/** The pause after so many wrong attempts: none for the first, then 1 s, doubled each time. */
function pauseMs(kind: LockKind, failures: number): number {
  const over = failures - free[kind]
  return over <= 0 ? 0 : Math.min(MAX_PAUSE_MS, 1000 * 2 ** Math.min(over - 1, 30))
}

/**
 * An attempt is counted as wrong before it is looked at, so that a thousand at once are not all looked at; a right one
 * takes it back. While a pause lasts nothing is counted: whoever goes on guessing makes it no longer.
 */
export function attempt(
  kind: LockKind,
  known: Failures | undefined,
  now: number,
):
  | { readonly kind: 'let'; readonly next: Failures }
  | { readonly kind: 'wait'; readonly ms: number } {
  if (known !== undefined && known.blockedUntil > now) {
    return { kind: 'wait', ms: known.blockedUntil - now }
  }
  const before = known === undefined || now - known.lastAt > FORGET_MS ? 0 : known.failures
  const failures = before + 1
  return {
    kind: 'let',
    next: { failures, lastAt: now, blockedUntil: now + pauseMs(kind, failures) },
  }
}

/**
 * What attempts are counted under; asking for links does not count as guessing. From a place where the user has signed in before they count apart from those of
 * strangers, so that a stranger keeps nobody from his own desk (OWASP's device cookies, by address).
 */
export function lockKeys(
  account: string,
  address: string,
  isKnownPlace: boolean,
  what = 'sign-in',
): readonly { readonly kind: LockKind; readonly key: Buffer }[] {
  const place = placeOf(address)
  const own = isKnownPlace ? `account ${account} at ${place}` : `account ${account}`
  const ofAccount = { kind: 'account', key: digest(own) } as const
  // Nor does a neighbour behind the same address.
  if (isKnownPlace) return [ofAccount]
  const keys = [ofAccount, { kind: 'address', key: digest(`address ${place} ${what}`) } as const]
  // One order for all: two attempts never wait for each other's rows.
  return [...keys].sort((a, b) => a.key.compare(b.key))
}

export function placeKey(address: string): Buffer {
  return digest(`place ${placeOf(address)}`)
}

/** Of IPv6 a subscriber has a whole /64 (RFC 6177), and one machine as many addresses in it as it likes. */
function placeOf(address: string): string {
  if (!isIPv6(address)) return address
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)
  if (mapped?.[1] !== undefined) return mapped[1]
  const [head = '', tail = ''] = address.split('::')
  const front = head === '' ? [] : head.split(':')
  const back = tail === '' ? [] : tail.split(':')
  const gap = new Array<string>(Math.max(0, 8 - front.length - back.length)).fill('0')
  const groups = address.includes('::') ? [...front, ...gap, ...back] : front
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
