import { createHash, hash, timingSafeEqual } from 'node:crypto'

/**
 * An app's key: `dsk_<id>_<secret>`; the secret of an OAuth client: `dss_<id>_<secret>`. The id finds the credential, the
 * hash of the whole proves it; the secret is 256 random bits, so a plain SHA-256 is enough and costs a microsecond, not
 * a tenth of a second. Prefixes let scanners of repositories find what was committed.
 */
const prefixes = { key: 'dsk', secret: 'dss' } as const
const pattern = /^ds[ks]_([0-9a-z]{20})_([0-9A-Za-z_-]{43})$/

export interface ParsedKey {
  readonly id: string
  readonly hash: string
}

/** @param random 45 bytes: the id takes 13, the secret 32. */
export function makeApiKey(
  random: Buffer,
  kind: keyof typeof prefixes = 'key',
): { id: string; key: string; hash: Buffer } {
  const id = base32(random.subarray(0, 13)).slice(0, 20)
  const key = `${prefixes[kind]}_${id}_${random.subarray(13, 45).toString('base64url')}`
  return { id, key, hash: createHash('sha256').update(key).digest() }
}

/** @returns undefined for anything that is not shaped like a key. */
export function parseApiKey(text: string): ParsedKey | undefined {
  const match = pattern.exec(text)
  return match === null
    ? undefined
    : { id: match[1] as string, hash: hash('sha256', text, 'base64') }
}

/** Compares without telling by time how much was right. */
export function sameSecret(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b)
}

function base32(bytes: Buffer): string {
  const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'
  let text = ''
  let bits = 0
  let value = 0
  for (const byte of bytes) {
    value = ((value << 8) | byte) & 0xfff
    bits += 8
    while (bits >= 5) {
      bits -= 5
      text += alphabet[(value >> bits) & 31]
    }
  }
  return text
}
