import type { BatchPrimordials } from './batch-primordials.ts'

export const utf8Limits = {
  /** The Encoding Standard's word for what is no character. */
  replacement: 0xfffd,
  /** An argument list that any stack holds. */
  units: 4000,
} as const

/**
 * UTF-8 as the Encoding Standard has it, for an isolate that has no TextDecoder: what is no UTF-8, and a surrogate
 * without its other half, becomes U+FFFD.
 */
export class Utf8 {
  readonly #p: BatchPrimordials
  /** What `#readPoint` and `#pointOf` found: the code point, and how many bytes or units it takes. */
  #point = 0
  #taken = 0

  constructor(p: BatchPrimordials) {
    this.#p = p
  }

  read(bytes: Uint8Array, from: number, to: number): string {
    const units: number[] = []
    let text = ''
    let at = from
    while (at < to) {
      const byte = bytes[at] as number
      if (byte < 0x80) {
        units[units.length] = byte
        at++
      } else {
        this.#readPoint(bytes, at, to)
        at += this.#taken
        pushPoint(units, this.#point)
      }
      if (units.length >= utf8Limits.units) {
        text += this.#p.textOf(units)
        units.length = 0
      }
    }
    return text + this.#p.textOf(units)
  }

  #readPoint(bytes: Uint8Array, at: number, to: number): void {
    const lead = bytes[at] as number
    this.#point = utf8Limits.replacement
    this.#taken = 1
    if (lead < 0xc2 || lead > 0xf4) return
    const more = lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3
    let point = lead & (0x3f >> more)
    for (let n = 1; n <= more; n++) {
      const byte = at + n < to ? (bytes[at + n] as number) : 0
      if ((byte & 0xc0) !== 0x80 || (n === 1 && isOverlong(lead, byte))) {
        // As many bytes as could have begun a character stand for one replacement.
        this.#taken = n
        return
      }
      point = (point << 6) | (byte & 0x3f)
    }
    this.#point = point
    this.#taken = more + 1
  }

  /** @returns where the text ends in `bytes`, or -1 when there is not enough room for it. */
  write(text: string, bytes: Uint8Array, at: number): number {
    const { unitAt } = this.#p
    const room = bytes.length
    let end = at
    for (let n = 0; n < text.length; n++) {
      const unit = unitAt(text, n)
      if (unit < 0x80) {
        if (end >= room) return -1
        bytes[end++] = unit
      } else {
        if (end + 4 > room) return -1
        this.#pointOf(text, n, unit)
        n += this.#taken - 1
        end = writePoint(this.#point, bytes, end)
      }
    }
    return end
  }

  #pointOf(text: string, index: number, unit: number): void {
    this.#taken = 1
    this.#point = unit
    if (unit < 0xd800 || unit > 0xdfff) return
    const next = unit < 0xdc00 && index + 1 < text.length ? this.#p.unitAt(text, index + 1) : 0
    if (next < 0xdc00 || next > 0xdfff) {
      this.#point = utf8Limits.replacement
      return
    }
    this.#point = ((unit - 0xd7c0) << 10) + (next & 0x3ff)
    this.#taken = 2
  }
}

/** Whether these two bytes begin a longer form than needed, a surrogate, or more than Unicode has. */
export function isOverlong(lead: number, next: number): boolean {
  if (lead === 0xe0) return next < 0xa0
  if (lead === 0xed) return next > 0x9f
  if (lead === 0xf0) return next < 0x90
  return lead === 0xf4 && next > 0x8f
}

export function pushPoint(units: number[], point: number): void {
  if (point < 0x10000) {
    units[units.length] = point
    return
  }
  units[units.length] = 0xd7c0 + (point >> 10)
  units[units.length] = 0xdc00 + (point & 0x3ff)
}

export function writePoint(point: number, bytes: Uint8Array, at: number): number {
  let end = at
  if (point < 0x800) {
    bytes[end++] = 0xc0 | (point >> 6)
  } else {
    if (point < 0x10000) {
      bytes[end++] = 0xe0 | (point >> 12)
    } else {
      bytes[end++] = 0xf0 | (point >> 18)
      bytes[end++] = 0x80 | ((point >> 12) & 0x3f)
    }
    bytes[end++] = 0x80 | ((point >> 6) & 0x3f)
  }
  bytes[end++] = 0x80 | (point & 0x3f)
  return end
}
