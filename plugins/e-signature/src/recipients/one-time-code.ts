import type { Context } from '@signalbox/sdk'

/** A code as it is kept: what it is cannot be read from it without trying a million of them, and five are let through. */
export interface KeptCode {
  readonly channel: 'mail' | 'sms'
  readonly salt: string
  readonly hash: string
  readonly sentAt: string
  readonly expiresAt: string
  /** Wrong ones since the last right one or the last lock. */
  readonly attempts: number
  /** How many were sent since `countedFrom`. */
  readonly sends: number
  readonly countedFrom: string
  readonly lockedUntil?: string
}

/** NIST SP 800-63B §5.1.3.2: six digits at least, valid for ten minutes at most, and a bound of attempts. */
const CODE_DIGITS = 6
export const CODE_TTL_MS = 300_000
export const MAX_ATTEMPTS = 5
export const LOCK_MS = 15 * 60_000
/** Each costs the tenant a message, and whoever gets it patience. */
const MAX_SENDS = 5
const SENDS_PER_MS = 3_600_000
const BETWEEN_SENDS_MS = 30_000

export interface CodeScene {
  /** Milliseconds since the epoch. */
  readonly now: number
  /** What the code is bound to: one for a recipient is none for another. */
  readonly context: string
  readonly hash: Context['hash']
}

/**
 * Six digits, each as likely, from bytes that cannot be guessed: numbers beyond the last whole million are drawn again.
 * @param draw a whole number from 0 to 2^32 - 1
 */
export function drawCode(draw: () => number): string {
  const range = 10 ** CODE_DIGITS
  const bound = 2 ** 32 - (2 ** 32 % range)
  for (;;) {
    const drawn = draw()
    if (drawn < bound) return String(drawn % range).padStart(CODE_DIGITS, '0')
  }
}

export type SendVerdict =
  | { readonly may: true; readonly sends: number; readonly countedFrom: string }
  | {
      readonly may: false
      readonly why: 'locked' | 'too-soon' | 'too-many'
      readonly until: string
    }

export function maySend(kept: KeptCode | undefined, now: number): SendVerdict {
  const fresh = { may: true, sends: 1, countedFrom: instant(now) } as const
  if (kept === undefined) return fresh
  if (isLocked(kept, now)) return { may: false, why: 'locked', until: kept.lockedUntil as string }
  const next = Date.parse(kept.sentAt) + BETWEEN_SENDS_MS
  if (now < next) return { may: false, why: 'too-soon', until: instant(next) }
  const counted = Date.parse(kept.countedFrom) + SENDS_PER_MS
  if (now >= counted) return fresh
  if (kept.sends >= MAX_SENDS) return { may: false, why: 'too-many', until: instant(counted) }
  return { may: true, sends: kept.sends + 1, countedFrom: kept.countedFrom }
}

/** @param attempts wrong ones before: a new code does not give new tries */
export function keepCode(
  code: string,
  sent: Pick<KeptCode, 'channel' | 'salt' | 'sends' | 'countedFrom' | 'attempts'>,
  scene: CodeScene,
): KeptCode {
  return {
    ...sent,
    hash: digest(sent.salt, code, scene),
    sentAt: instant(scene.now),
    expiresAt: instant(scene.now + CODE_TTL_MS),
  }
}

export interface CodeVerdict {
  readonly outcome: 'right' | 'wrong' | 'expired' | 'locked'
  /** As it is kept from now on; absent: a right one is spent. */
  readonly kept?: KeptCode
  /** This try was the one that locked. */
  readonly hasLocked: boolean
}

/** A right code is right once; a wrong one counts, and the fifth locks, whatever comes after. */
export function tryCode(kept: KeptCode, code: string, scene: CodeScene): CodeVerdict {
  const { now } = scene
  if (isLocked(kept, now)) return { outcome: 'locked', kept, hasLocked: false }
  if (now >= Date.parse(kept.expiresAt)) return { outcome: 'expired', kept, hasLocked: false }
  if (isEqual(digest(kept.salt, code, scene), kept.hash))
    return { outcome: 'right', hasLocked: false }
  const attempts = kept.attempts + 1
  if (attempts < MAX_ATTEMPTS) {
    return { outcome: 'wrong', kept: { ...kept, attempts }, hasLocked: false }
  }
  const lockedUntil = instant(now + LOCK_MS)
  // The code ends with it: whoever waits asks for another.
  const ended = { ...kept, attempts: 0, lockedUntil, expiresAt: instant(now) }
  return { outcome: 'wrong', kept: ended, hasLocked: true }
}

function isLocked({ lockedUntil }: KeptCode, now: number): boolean {
  return lockedUntil !== undefined && now < Date.parse(lockedUntil)
}

function digest(salt: string, code: string, { context, hash }: CodeScene): string {
  return hash('SHA-256', `${salt} ${context} ${code}`)
}

/** In a time that does not tell where they differ. */
function isEqual(left: string, right: string): boolean {
  let different = left.length ^ right.length
  for (let index = 0; index < left.length; index += 1) {
    different |= left.charCodeAt(index) ^ right.charCodeAt(index)
  }
  return different === 0
}

function instant(ms: number): string {
  return new Date(ms).toISOString()
}
