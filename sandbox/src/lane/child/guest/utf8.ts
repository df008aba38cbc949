import type { Primordials } from './primordials.ts'

/** A text in UTF-8; half a surrogate pair becomes U+FFFD, as everywhere on the Web. */
export function utf8Bytes(p: Primordials, text: string): Uint8Array {
  // A unit outside of pairs is at most three bytes, and a pair of them four.
  const bytes = new p.Uint8Array(text.length * 3)
  let end = 0
  for (let index = 0; index < text.length; index++) {
    const code = codePoint(index)
    if (code > 0xffff) index++
    put(code)
  }
  return p.head(bytes, end)

  function codePoint(index: number): number {
    const unit = p.unitAt(text, index)
    if (unit < 0xd800 || unit > 0xdfff) return unit
    // Beyond the end stands NaN, which is in no range.
    const next = unit < 0xdc00 ? p.unitAt(text, index + 1) : 0
    const isPair = next >= 0xdc00 && next <= 0xdfff
    return isPair ? (unit - 0xd800) * 1024 + next - 0xdc00 + 0x10000 : 0xfffd
  }

  function put(code: number): void {
    if (code < 0x80) {
      bytes[end++] = code
      return
    }
    if (code < 0x800) bytes[end++] = 0xc0 | (code >> 6)
    else {
      if (code < 0x10000) bytes[end++] = 0xe0 | (code >> 12)
      else {
        bytes[end++] = 0xf0 | (code >> 18)
        bytes[end++] = 0x80 | ((code >> 12) & 63)
      }
      bytes[end++] = 0x80 | ((code >> 6) & 63)
    }
    bytes[end++] = 0x80 | (code & 63)
  }
}
