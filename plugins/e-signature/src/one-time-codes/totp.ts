import { hmac } from '@noble/hashes/hmac.js'
import { sha1 } from '@noble/hashes/legacy.js'
import { sha256, sha512 } from '@noble/hashes/sha2.js'
import { toBase32 } from './base32.ts'

/** Codes by time (RFC 6238, over RFC 4226). HMAC by SHA-1 is what apps know, and no collision breaks it. */
export interface TotpKey {
  readonly secret: Uint8Array
  readonly hash?: 'sha1' | 'sha256' | 'sha512'
  readonly digits?: number
  readonly stepS?: number
}

const hashes = { sha1, sha256, sha512 } as const

/** @param at milliseconds since the epoch */
export function totp(key: TotpKey, at: number): string {
  return codeOf(key, stepAt(key, at))
}

export interface TotpCheck {
  /** Milliseconds since the epoch. */
  readonly at: number
  /** Steps to either side, for clocks that differ and people who type slowly (RFC 6238 §5.2: one is recommended). */
  readonly window?: number
  /** Of the last code that was taken: a code counts once (§5.2). */
  readonly lastStep?: number
}

/** @returns the step whose code it is, to be kept; undefined where it is none that counts */
export function verifyTotp(
  key: TotpKey,
  code: string,
  { at, window = 1, lastStep = -1 }: TotpCheck,
): number | undefined {
  const now = stepAt(key, at)
  let found: number | undefined
  for (let step = Math.max(0, now - window); step <= now + window; step++) {
    if (isSameCode(codeOf(key, step), code) && step > lastStep) found ??= step
  }
  return found
}

function stepAt({ stepS = 30 }: TotpKey, at: number): number {
  return Math.floor(at / 1000 / stepS)
}

/** RFC 4226 §5.3: four bytes from where the last half byte says, without the sign. */
function codeOf({ secret, hash = 'sha1', digits = 6 }: TotpKey, step: number): string {
  const counter = new Uint8Array(8)
  new DataView(counter.buffer).setBigUint64(0, BigInt(step))
  const mac = hmac(hashes[hash], secret, counter)
  const offset = (mac.at(-1) ?? 0) & 0x0f
  const number = new DataView(mac.buffer, mac.byteOffset).getUint32(offset) & 0x7fff_ffff
  return String(number % 10 ** digits).padStart(digits, '0')
}

/** In a time that does not tell how much of it was right. */
function isSameCode(expected: string, given: string): boolean {
  if (expected.length !== given.length) return false
  let difference = 0
  for (let index = 0; index < expected.length; index++) {
    difference |= expected.charCodeAt(index) ^ given.charCodeAt(index)
  }
  return difference === 0
}

/** What an app reads from a picture, by Google Authenticator's Key Uri Format. */
export function totpUri(key: TotpKey, issuer: string, account: string): string {
  const { hash = 'sha1', digits = 6, stepS = 30 } = key
  const name = [issuer, account].map(encodeURIComponent).join(':')
  const values = {
    secret: toBase32(key.secret),
    issuer,
    algorithm: hash.toUpperCase(),
    digits,
    period: stepS,
  }
  const query = Object.entries(values).map(([it, value]) => `${it}=${encodeURIComponent(value)}`)
  return `otpauth://totp/${name}?${query.join('&')}`
}
