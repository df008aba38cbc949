/** Of an answer that is read at all. */
export const MAX_READ_BYTES = 4096
/** Of it, what is kept: the first lines of a stack say what broke. */
const MAX_SHOWN = 500

/** As tokens, keys, signatures and digests are written: long words without a space. */
const SECRET_LIKE = /[A-Za-z0-9+/_=.-]{24,}/g
const ADDRESS_LIKE = /[^\s@<>"']{1,64}@[^\s@<>"']{1,255}/g

/**
 * The beginning of what a receiver answered, for the admin who asks why it was not taken. Receivers echo what they were
 * sent: whatever looks like a secret or a person's address is blotted out, and nothing can steer a terminal.
 */
export function responseExcerpt(body: Buffer, contentType: string | undefined): string {
  if (!/^(text\/|application\/([a-z.+-]*\+)?json)/i.test(contentType?.trim() ?? '')) return ''
  const text = new TextDecoder('utf-8', { fatal: false })
    .decode(body.subarray(0, MAX_READ_BYTES))
    // What is cut off in the middle of a character, and what no text column could hold.
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
    .replace(/[\u0000-\u001f\u007f-\u009f\ufffd\u202a-\u202e\u2066-\u2069]+/g, ' ')
    .replace(ADDRESS_LIKE, '[…]')
    .replace(SECRET_LIKE, '[…]')
    .trim()
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text
}
