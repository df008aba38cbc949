/** UTF-8 of a text; half a surrogate pair becomes U+FFFD. https://encoding.spec.whatwg.org/#utf-8-encoder */
export function encodeUtf8(text: string): Uint8Array<ArrayBuffer> {
  // A unit outside of pairs is at most three bytes, and a pair of them four.
  const bytes = new Uint8Array(text.length * 3)
  return bytes.slice(0, encodeInto(text, bytes).written)
}

/** Writes as many whole characters as there is room for. `read` counts UTF-16 units. */
export function encodeInto(text: string, bytes: Uint8Array): { read: number; written: number } {
  let read = 0
  let written = 0
  while (read < text.length) {
    const point = text.codePointAt(read) as number
    const size = sizeOf(point)
    if (written + size > bytes.length) break
    if (size === 1) bytes[written] = point
    else write(bytes, written, size, point >= 0xd800 && point <= 0xdfff ? 0xfffd : point)
    written += size
    read += size === 4 ? 2 : 1
  }
  return { read, written }
}

function sizeOf(point: number): number {
  if (point < 0x80) return 1
  if (point < 0x800) return 2
  return point < 0x10000 ? 3 : 4
}

function write(bytes: Uint8Array, at: number, size: number, point: number): void {
  let rest = point
  for (let last = at + size - 1; last > at; last--) {
    bytes[last] = 0x80 | (rest & 63)
    rest >>= 6
  }
  // The marks of the first byte: 110, 1110 and 11110 for two, three and four bytes.
  bytes[at] = ((0xf00 >> size) & 0xff) | rest
}

/** Of a text that comes in pieces. https://encoding.spec.whatwg.org/#utf-8-decoder */
export class Utf8Decoder {
  readonly #isFatal: boolean
  #needed = 0
  #seen = 0
  #point = 0
  #lower = 0x80
  #upper = 0xbf

  constructor(isFatal: boolean) {
    this.#isFatal = isFatal
  }

  /** @throws TypeError for bytes that are no UTF-8, when it is to be fatal. */
  decode(bytes: Uint8Array, isLast: boolean): string {
    let text = ''
    let units: number[] = []
    for (let index = 0; index < bytes.length; index++) {
      const byte = bytes[index] as number
      if (this.#needed === 0 && byte < 0x80) units.push(byte)
      else if (!this.#take(byte, units)) index--
      // Few enough for the arguments of one function.
      if (units.length >= 4096) {
        text += String.fromCharCode(...units)
        units = []
      }
    }
    if (isLast && this.#needed > 0) {
      this.#reset()
      this.#fault(units)
    }
    return text + String.fromCharCode(...units)
  }

  /** @returns false when the byte ends a broken sequence, and is to be looked at again as the first of another. */
  #take(byte: number, units: number[]): boolean {
    if (this.#needed === 0) {
      this.#begin(byte, units)
      return true
    }
    if (byte < this.#lower || byte > this.#upper) {
      this.#reset()
      this.#fault(units)
      return false
    }
    this.#lower = 0x80
    this.#upper = 0xbf
    this.#point = (this.#point << 6) | (byte & 63)
    if (++this.#seen < this.#needed) return true
    const point = this.#point
    this.#reset()
    if (point < 0x10000) units.push(point)
    else units.push(0xd7c0 + (point >> 10), 0xdc00 + (point & 0x3ff))
    return true
  }

  /** Bounds of the second byte keep out overlong forms, surrogates, and what is beyond U+10FFFF. */
  #begin(byte: number, units: number[]): void {
    if (byte >= 0xc2 && byte <= 0xdf) {
      this.#needed = 1
      this.#point = byte & 0x1f
    } else if (byte >= 0xe0 && byte <= 0xef) {
      if (byte === 0xe0) this.#lower = 0xa0
      if (byte === 0xed) this.#upper = 0x9f
      this.#needed = 2
      this.#point = byte & 0xf
    } else if (byte >= 0xf0 && byte <= 0xf4) {
      if (byte === 0xf0) this.#lower = 0x90
      if (byte === 0xf4) this.#upper = 0x8f
      this.#needed = 3
      this.#point = byte & 7
    } else this.#fault(units)
  }

  #fault(units: number[]): void {
    if (this.#isFatal) throw new TypeError('The encoded data was not valid for encoding utf-8')
    units.push(0xfffd)
  }

  #reset(): void {
    this.#needed = 0
    this.#seen = 0
    this.#point = 0
    this.#lower = 0x80
    this.#upper = 0xbf
  }
}
