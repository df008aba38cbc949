/** `ctx.secrets`: what stands for a secret where the host puts it in (host-calls/placeholders.ts reads it). */
export const guestSecrets = {
  ref(name: unknown): string {
    if (typeof name === 'string') return `{{secret:${name}}}`
    throw new TypeError('ctx.secrets.ref takes the name of a secret')
  },
  basic(user: unknown, name: unknown): string {
    if (typeof user !== 'string' || typeof name !== 'string') {
      throw new TypeError('ctx.secrets.basic takes a user and the name of a secret')
    }
    if (user.includes(':')) throw new TypeError('A user of Basic authentication has no colon')
    return `Basic {{basic:${percentEncoded(new TextEncoder().encode(user))}:${name}}}`
  },
}

/** Of all but letters and digits: whatever the user is, it fits into a header. */
function percentEncoded(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => {
    const character = String.fromCharCode(byte)
    if (/[0-9A-Za-z]/.test(character)) return character
    return `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  }).join('')
}
