import type { Primordials } from './primordials.ts'

/** RFC 4648, with padding. */
export function base64Of(p: Primordials, bytes: Uint8Array): string {
  const { length } = bytes
  const codes = new p.Uint8Array(((length + 2 - ((length + 2) % 3)) / 3) * 4)
  let at = 0
  for (let index = 0; index < length; index += 3) {
    const three =
      ((bytes[index] as number) << 16) | ((bytes[index + 1] ?? 0) << 8) | (bytes[index + 2] ?? 0)
    codes[at++] = digit(three >> 18)
    codes[at++] = digit((three >> 12) & 63)
    codes[at++] = index + 1 < length ? digit((three >> 6) & 63) : 61
    codes[at++] = index + 2 < length ? digit(three & 63) : 61
  }
  let text = ''
  // Few enough at once for the arguments of one function.
  for (let from = 0; from < at; from += 8192)
    text += p.bytes.textOf(p.bytes.part(codes, from, from + 8192))
  return text

  function digit(value: number): number {
    if (value < 52) return value < 26 ? value + 65 : value + 71
    return value < 62 ? value - 4 : value === 62 ? 43 : 47
  }
}

/** Of what the host wrote, therefore without a check: another text gives other bytes, and never an error. */
export function bytesOfBase64(p: Primordials, text: string): Uint8Array {
  const { length } = text
  const padding = p.unitAt(text, length - 1) !== 61 ? 0 : p.unitAt(text, length - 2) !== 61 ? 1 : 2
  const bytes = new p.Uint8Array(length < 4 ? 0 : (length / 4) * 3 - padding)
  let at = 0
  for (let index = 0; index < length; index += 4) {
    const three =
      (value(index) << 18) | (value(index + 1) << 12) | (value(index + 2) << 6) | value(index + 3)
    bytes[at++] = three >> 16
    bytes[at++] = three >> 8
    // What padding makes here is beyond the end, where nothing is kept.
    bytes[at++] = three
  }
  return bytes

  function value(index: number): number {
    const unit = p.unitAt(text, index)
    if (unit >= 97) return unit - 71
    if (unit >= 65) return unit - 65
    return unit >= 48 ? unit + 4 : unit === 43 ? 62 : 63
  }
}
