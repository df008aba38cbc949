const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const PADDING = '='.charCodeAt(0)
const NONE = 0xff

const digits = Uint8Array.from(ALPHABET, (one) => one.charCodeAt(0))
const values = new Uint8Array(256).fill(NONE)
for (const [value, digit] of digits.entries()) values[digit] = value

/**
 * RFC 4648 §4, digit by digit: a document has millions of them, too many for a pattern with groups, and for a character a call.
 * Undefined: it is not base64.
 */
export function decodeBase64(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0) return undefined
  const padding = paddingOf(text)
  const bytes = new Uint8Array((text.length / 4) * 3 - padding)
  let to = 0
  for (let at = 0; at < text.length; at += 4) {
    const isLast = at + 4 === text.length
    let group = 0
    for (let index = 0; index < 4; index++) {
      const isPadding = isLast && index >= 4 - padding
      const code = text.charCodeAt(at + index)
      const value = isPadding ? 0 : (values[code] ?? NONE)
      if (value === NONE) return undefined
      group = (group << 6) | value
    }
    // Beyond the end nothing is written.
    bytes[to] = group >>> 16
    bytes[to + 1] = (group >>> 8) & 0xff
    bytes[to + 2] = group & 0xff
    to += 3
  }
  return bytes
}

function paddingOf(text: string): 0 | 1 | 2 {
  if (text.charCodeAt(text.length - 1) !== PADDING) return 0
  return text.charCodeAt(text.length - 2) === PADDING ? 2 : 1
}

/** So many bytes a piece of text, a multiple of three: the arguments of one call are few enough. */
const PIECE = 6144

export function encodeBase64(bytes: Uint8Array): string {
  const pieces: string[] = []
  for (let at = 0; at < bytes.length; at += PIECE) {
    pieces.push(encodedPiece(bytes.subarray(at, at + PIECE)))
  }
  return pieces.join('')
}

function encodedPiece(bytes: Uint8Array): string {
  const codes = new Uint8Array(Math.ceil(bytes.length / 3) * 4)
  let to = 0
  for (let at = 0; at < bytes.length; at += 3) {
    const group = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0)
    for (let shift = 18; shift >= 0; shift -= 6) codes[to++] = digits[(group >>> shift) & 63] ?? 0
  }
  const missing = (3 - (bytes.length % 3)) % 3
  codes.fill(PADDING, codes.length - missing)
  return String.fromCharCode(...codes)
}
