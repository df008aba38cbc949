import { Refusal } from '@signalbox/sdk'
import { inflate } from 'pako'

/** A font of TrueType outlines, opened: `table` gives each of its tables when it is needed. */
export interface OpenFont {
  table(tag: string): DataView
  /** The glyph of a code point; 0 where there is none. */
  glyphOf(codePoint: number): number
  /** Advance of a glyph in 1/1000 of the font size. */
  advanceOf(glyph: number): number
  readonly unitsPerEm: number
  readonly glyphs: number
  /** Where a glyph stands in `glyf`, of which there are `glyphs` + 1. */
  offsetOf(glyph: number): number
}

interface Entry {
  readonly offset: number
  readonly length: number
  /** In the file; less than `length` where it is compressed. */
  readonly stored: number
}

const opened = new WeakMap<Uint8Array, OpenFont>()

/**
 * Reads WOFF 1.0 (W3C recommendation of 2012) or sfnt (ISO/IEC 14496-22) with `glyf` outlines. The same bytes are
 * opened once.
 * @throws FONT_UNUSABLE
 */
export function openFont(file: Uint8Array): OpenFont {
  const known = opened.get(file)
  if (known !== undefined) return known
  try {
    const font = read(file)
    opened.set(file, font)
    return font
  } catch (error) {
    if (error instanceof Refusal) throw error
    throw unusable('cannot be read')
  }
}

function read(file: Uint8Array): OpenFont {
  const entries = directoryOf(new DataView(file.buffer, file.byteOffset, file.byteLength))
  const tables = new Map<string, DataView>()
  const table = (tag: string): DataView => {
    const known = tables.get(tag)
    if (known !== undefined) return known
    const entry = entries.get(tag)
    if (entry === undefined) throw unusable(`has no table "${tag}"`)
    const stored = file.subarray(entry.offset, entry.offset + entry.stored)
    const bytes = entry.stored < entry.length ? inflate(stored) : stored
    if (bytes.length !== entry.length) throw unusable(`has a table "${tag}" that is cut off`)
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    tables.set(tag, view)
    return view
  }
  const head = table('head')
  const unitsPerEm = head.getUint16(18)
  const isLong = head.getInt16(50) === 1
  const glyphs = table('maxp').getUint16(4)
  const advances = table('hhea').getUint16(34)
  return {
    table,
    unitsPerEm,
    glyphs,
    glyphOf: characterMap(table('cmap')),
    advanceOf: (glyph) => {
      const at = 4 * Math.min(glyph, advances - 1)
      return Math.round((table('hmtx').getUint16(at) * 1000) / unitsPerEm)
    },
    offsetOf: (glyph) =>
      isLong ? table('loca').getUint32(4 * glyph) : 2 * table('loca').getUint16(2 * glyph),
  }
}

function directoryOf(view: DataView): Map<string, Entry> {
  const kind = view.getUint32(0)
  const isWoff = kind === 0x774f4646
  const flavour = isWoff ? view.getUint32(4) : kind
  if (flavour !== 0x00010000) throw unusable('has no TrueType outlines')
  const count = view.getUint16(isWoff ? 12 : 4)
  const entries = new Map<string, Entry>()
  for (let at = 0; at < count; at++) {
    const entry = isWoff ? 44 + 20 * at : 12 + 16 * at
    const tag = String.fromCharCode(...[0, 1, 2, 3].map((byte) => view.getUint8(entry + byte)))
    const offset = view.getUint32(entry + (isWoff ? 4 : 8))
    const length = view.getUint32(entry + 12)
    entries.set(tag, { offset, length, stored: isWoff ? view.getUint32(entry + 8) : length })
  }
  return entries
}

/** Format 4 of the character map: the basic plane, in segments (ISO/IEC 14496-22, 5.2.1.3.3). */
function characterMap(cmap: DataView): (codePoint: number) => number {
  const at = segmentsAt(cmap)
  const count = cmap.getUint16(at + 6) / 2
  const starts = at + 16 + 2 * count
  return (codePoint) => {
    if (codePoint > 0xffff) return 0
    let [low, high] = [0, count - 1]
    while (low < high) {
      const middle = (low + high) >> 1
      if (cmap.getUint16(at + 14 + 2 * middle) < codePoint) low = middle + 1
      else high = middle
    }
    const first = cmap.getUint16(starts + 2 * low)
    if (codePoint < first || codePoint > cmap.getUint16(at + 14 + 2 * low)) return 0
    const delta = cmap.getUint16(starts + 2 * count + 2 * low)
    const rangeAt = starts + 4 * count + 2 * low
    const range = cmap.getUint16(rangeAt)
    if (range === 0) return (codePoint + delta) & 0xffff
    const glyph = cmap.getUint16(rangeAt + range + 2 * (codePoint - first))
    return glyph === 0 ? 0 : (glyph + delta) & 0xffff
  }
}

function segmentsAt(cmap: DataView): number {
  for (let at = 0; at < cmap.getUint16(2); at++) {
    const offset = cmap.getUint32(8 + 8 * at)
    if (cmap.getUint16(offset) === 4) return offset
  }
  throw unusable('has no character map of format 4')
}

function unusable(what: string): Refusal {
  return new Refusal('FONT_UNUSABLE', `The font ${what}: give a TrueType font as WOFF or sfnt.`)
}
