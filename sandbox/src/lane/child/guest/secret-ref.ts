import type { Primordials } from './primordials.ts'
import { utf8Bytes } from './utf8.ts'

/** What the host puts a secret in for; core/src/secrets/placeholders.ts reads it. */
export function secretRef(p: Primordials, name: unknown): string {
  if (typeof name === 'string') return `{{secret:${name}}}`
  throw new p.TypeError('ctx.secrets.ref takes the name of a secret')
}

/** @throws TypeError where the user is no text, or has a colon, which would end it (RFC 7617 §2) */
export function basicRef(p: Primordials, user: unknown, name: unknown): string {
  if (typeof user !== 'string' || typeof name !== 'string') {
    throw new p.TypeError('ctx.secrets.basic takes a user and the name of a secret')
  }
  if (p.find(user, ':', 0) >= 0) {
    throw new p.TypeError('A user of Basic authentication has no colon')
  }
  return `Basic {{basic:${percentEncoded(utf8Bytes(p, user))}:${name}}}`
}

/** Percent-encoding of all but letters and digits: whatever the user is, it fits into a header. */
export function percentEncoded(bytes: Uint8Array): string {
  const digits = '0123456789ABCDEF'
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
  let text = ''
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index] as number
    if (byte >= 48 && byte <= 57) text += digits[byte - 48]
    else if (byte >= 65 && byte <= 90) text += letters[byte - 65]
    else if (byte >= 97 && byte <= 122) text += letters[byte - 71]
    else text += `%${digits[byte >> 4]}${digits[byte & 15]}`
  }
  return text
}
