import { joined } from '../bytes.ts'
import type { OpenFont } from './open-font.ts'

/** Flags of a part of a composite glyph (ISO/IEC 14496-22, 5.3.3.1). */
const ARGUMENTS_ARE_WORDS = 0x0001
const HAS_SCALE = 0x0008
const HAS_MORE = 0x0020
const HAS_TWO_SCALES = 0x0040
const HAS_MATRIX = 0x0080

/** Tables that go along as they are: the interpreter of hints reads them. */
const KEPT = ['cvt ', 'fpgm', 'prep'] as const

export interface FontSubset {
  readonly bytes: Uint8Array
  /** The new number of each glyph asked for, and of those that they are made of. */
  readonly numberOf: ReadonlyMap<number, number>
}

/** The font with glyph 0 and the glyphs asked for alone, numbered anew in their order. */
export function subsetFont(font: OpenFont, wanted: Iterable<number>): FontSubset {
  const order = [0, ...new Set([...wanted].filter((glyph) => glyph !== 0))]
  const numberOf = new Map(order.map((glyph, index) => [glyph, index]))
  // What a composite is made of joins at the end, and may be composite itself.
  for (let at = 0; at < order.length; at++) {
    for (const { glyph } of partsOf(outline(font, order[at] as number))) {
      if (numberOf.has(glyph)) continue
      numberOf.set(glyph, order.length)
      order.push(glyph)
    }
  }
  const outlines = order.map((glyph) => renumbered(outline(font, glyph), numberOf))
  const tables: Record<string, Uint8Array> = {
    glyf: joined(outlines),
    head: patched(font.table('head'), (head) => {
      head.setUint32(8, 0)
      head.setInt16(50, 1)
    }),
    hhea: patched(font.table('hhea'), (hhea) => hhea.setUint16(34, order.length)),
    hmtx: metrics(font, order),
    loca: locations(outlines),
    maxp: patched(font.table('maxp'), (maxp) => maxp.setUint16(4, order.length)),
  }
  for (const tag of KEPT) {
    const table = optional(font, tag)
    if (table !== undefined) tables[tag] = table
  }
  return { bytes: sfnt(tables), numberOf }
}

function outline(font: OpenFont, glyph: number): Uint8Array {
  const glyf = font.table('glyf')
  const [from, to] = [font.offsetOf(glyph), font.offsetOf(glyph + 1)]
  return new Uint8Array(glyf.buffer, glyf.byteOffset + from, to - from)
}

interface Part {
  readonly glyph: number
  /** Where its number stands in the outline. */
  readonly at: number
}

function partsOf(bytes: Uint8Array): Part[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length === 0 || view.getInt16(0) >= 0) return []
  const parts: Part[] = []
  let at = 10
  for (let flags = HAS_MORE; (flags & HAS_MORE) !== 0; ) {
    flags = view.getUint16(at)
    parts.push({ glyph: view.getUint16(at + 2), at: at + 2 })
    at += (flags & ARGUMENTS_ARE_WORDS) !== 0 ? 8 : 6
    if ((flags & HAS_SCALE) !== 0) at += 2
    else if ((flags & HAS_TWO_SCALES) !== 0) at += 4
    else if ((flags & HAS_MATRIX) !== 0) at += 8
  }
  return parts
}

/** Padded to four bytes, as long locations want it. */
function renumbered(bytes: Uint8Array, numberOf: ReadonlyMap<number, number>): Uint8Array {
  const copy = new Uint8Array((bytes.length + 3) & ~3)
  copy.set(bytes)
  const view = new DataView(copy.buffer)
  for (const { glyph, at } of partsOf(bytes)) view.setUint16(at, numberOf.get(glyph) as number)
  return copy
}

function patched(table: DataView, change: (copy: DataView) => void): Uint8Array {
  const copy = new Uint8Array(table.byteLength)
  copy.set(new Uint8Array(table.buffer, table.byteOffset, table.byteLength))
  change(new DataView(copy.buffer))
  return copy
}

function metrics(font: OpenFont, order: readonly number[]): Uint8Array {
  const hmtx = font.table('hmtx')
  const advances = font.table('hhea').getUint16(34)
  const view = new DataView(new ArrayBuffer(4 * order.length))
  for (const [index, glyph] of order.entries()) {
    view.setUint16(4 * index, hmtx.getUint16(4 * Math.min(glyph, advances - 1)))
    const bearing = glyph < advances ? 4 * glyph + 2 : 4 * advances + 2 * (glyph - advances)
    view.setInt16(4 * index + 2, hmtx.getInt16(bearing))
  }
  return new Uint8Array(view.buffer)
}

function locations(outlines: readonly Uint8Array[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 * (outlines.length + 1)))
  let at = 0
  for (const [index, { length }] of outlines.entries()) {
    at += length
    view.setUint32(4 * (index + 1), at)
  }
  return new Uint8Array(view.buffer)
}

function optional(font: OpenFont, tag: string): Uint8Array | undefined {
  try {
    const { buffer, byteOffset, byteLength } = font.table(tag)
    return new Uint8Array(buffer, byteOffset, byteLength)
  } catch {
    return undefined
  }
}

/** Tables in the order of their tags, with checksums (ISO/IEC 14496-22, 4.3). */
function sfnt(tables: Readonly<Record<string, Uint8Array>>): Uint8Array {
  const tags = Object.keys(tables).sort()
  const power = 2 ** Math.floor(Math.log2(tags.length))
  const header = new DataView(new ArrayBuffer(12 + 16 * tags.length))
  header.setUint32(0, 0x00010000)
  header.setUint16(4, tags.length)
  header.setUint16(6, 16 * power)
  header.setUint16(8, Math.log2(power))
  header.setUint16(10, 16 * (tags.length - power))
  const parts: Uint8Array[] = [new Uint8Array(header.buffer)]
  let at = header.byteLength
  for (const [index, tag] of tags.entries()) {
    const table = tables[tag] as Uint8Array
    const padded = new Uint8Array((table.length + 3) & ~3)
    padded.set(table)
    const entry = 12 + 16 * index
    for (let byte = 0; byte < 4; byte++) header.setUint8(entry + byte, tag.charCodeAt(byte))
    header.setUint32(entry + 4, checksum(padded))
    header.setUint32(entry + 8, at)
    header.setUint32(entry + 12, table.length)
    parts.push(padded)
    at += padded.length
  }
  const file = joined(parts)
  const head = 12 + 16 * tags.indexOf('head')
  const view = new DataView(file.buffer)
  view.setUint32(view.getUint32(head + 8) + 8, (0xb1b0afba - checksum(file)) >>> 0)
  return file
}

/** The sum of its words, modulo 2^32. */
function checksum(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let sum = 0
  for (let at = 0; at < bytes.length; at += 4) sum = (sum + view.getUint32(at)) >>> 0
  return sum
}
