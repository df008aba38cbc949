import { DOMException } from './dom-exception.ts'

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** Value of each character by its code, 255 for one that means nothing. */
const values = new Uint8Array(128).fill(255)
for (let index = 0; index < 64; index++) values[alphabet.charCodeAt(index)] = index

/** RFC 4648, with padding. */
export function base64Of(bytes: Uint8Array): string {
  let text = ''
  const whole = bytes.length - (bytes.length % 3)
  for (let index = 0; index < whole; index += 3) {
    const three =
      ((bytes[index] as number) << 16) |
      ((bytes[index + 1] as number) << 8) |
      (bytes[index + 2] as number)
    text +=
      (alphabet[three >> 18] as string) +
      (alphabet[(three >> 12) & 63] as string) +
      (alphabet[(three >> 6) & 63] as string) +
      (alphabet[three & 63] as string)
  }
  if (whole === bytes.length) return text
  const one = bytes[whole] as number
  const two = bytes[whole + 1]
  text += alphabet[one >> 2] as string
  text += alphabet[((one & 3) << 4) | ((two ?? 0) >> 4)] as string
  return text + (two === undefined ? '==' : `${alphabet[(two & 15) << 2]}=`)
}

/**
 * The "forgiving" decoding of the Web: white space may be anywhere, padding may be absent.
 * https://infra.spec.whatwg.org/#forgiving-base64-decode
 * @returns undefined for a text that is no base64.
 */
export function bytesOfBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  let digits = /[\t\n\f\r ]/.test(text) ? text.replace(/[\t\n\f\r ]/g, '') : text
  if (digits.length % 4 === 0) digits = digits.replace(/==?$/, '')
  if (digits.length % 4 === 1) return undefined
  const bytes = new Uint8Array(Math.floor((digits.length * 3) / 4))
  let bits = 0
  let left = 0
  let at = 0
  for (let index = 0; index < digits.length; index++) {
    const value = values[digits.charCodeAt(index)] ?? 255
    if (value === 255) return undefined
    bits = (bits << 6) | value
    left += 6
    if (left >= 8) {
      left -= 8
      bytes[at++] = bits >> left
    }
  }
  return bytes
}

/** https://html.spec.whatwg.org/#dom-btoa @throws InvalidCharacterError beyond U+00FF. */
export function btoa(text: string): string {
  const given = `${text}`
  const bytes = new Uint8Array(given.length)
  for (let index = 0; index < given.length; index++) {
    const unit = given.charCodeAt(index)
    if (unit > 255) throw invalid('btoa takes characters up to U+00FF only')
    bytes[index] = unit
  }
  return base64Of(bytes)
}

/** https://html.spec.whatwg.org/#dom-atob @throws InvalidCharacterError for a text that is no base64. */
export function atob(text: string): string {
  const bytes = bytesOfBase64(`${text}`)
  if (bytes === undefined) throw invalid('The text is not correctly encoded in base64')
  let binary = ''
  // Few enough at once for the arguments of one function.
  for (let index = 0; index < bytes.length; index += 4096) {
    binary += String.fromCharCode(...bytes.subarray(index, index + 4096))
  }
  return binary
}

function invalid(message: string): DOMException {
  return new DOMException(message, 'InvalidCharacterError')
}
