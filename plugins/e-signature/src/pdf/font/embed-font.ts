import { Refusal } from '@signalbox/sdk'
import { deflate } from 'pako'
import type { Increment } from '../../signing/increment.ts'
import type { PlanFont } from '../../signing/signing-plan.ts'
import { latin1 } from '../bytes.ts'
import { dictionarySyntax, numberSyntax } from '../syntax.ts'
import { type OpenFont, openFont } from './open-font.ts'
import { subsetFont } from './subset-font.ts'

/** Entries of a map of characters in one block (Adobe Technical Note 5411: a block has 100 at most). */
const MAP_BLOCK = 100

/**
 * Writes the characters of `texts` as a Type 0 font (ISO 32000-2, 9.7) whose codes are its glyphs, with the map back to
 * Unicode, so that the text can be found and copied.
 * @throws GLYPH_MISSING
 */
export function embedFont(
  increment: Increment,
  file: Uint8Array,
  texts: Iterable<string>,
): PlanFont {
  const font = openFont(file)
  const characters = [...new Set([...texts].flatMap((text) => [...text.normalize('NFC')]))]
    .filter((character) => !isLineBreak(character))
    .sort()
  const missing = characters.filter((character) => font.glyphOf(codeOf(character)) === 0)
  requireNone(missing, 'The font', 'write them otherwise, or draw them as an image')
  const wanted = characters.map((character) => font.glyphOf(codeOf(character)))
  const { bytes, numberOf } = subsetFont(font, wanted)
  const glyphs: Record<string, readonly [number, number]> = {}
  for (const [index, character] of characters.entries()) {
    const glyph = wanted[index] as number
    glyphs[character] = [numberOf.get(glyph) as number, font.advanceOf(glyph)]
  }
  const name = `/${tagOf(bytes)}+NotoSansSC-Regular`
  const measured = addDescriptor(increment, font, bytes, name)
  const object = addCompositeFont(increment, glyphs, measured.descriptor, name)
  return { object, glyphs, ascent: measured.ascent, descent: measured.descent }
}

/** The subset's program with its measures (ISO 32000-2, 9.8). */
function addDescriptor(
  increment: Increment,
  font: OpenFont,
  bytes: Uint8Array,
  name: string,
): { readonly descriptor: number; readonly ascent: number; readonly descent: number } {
  const program = deflate(bytes)
  const sizes = { Filter: '/FlateDecode', Length1: String(bytes.length) }
  const fontFile = increment.addStream(sizes, program)
  const scale = (value: number) => Math.round((value * 1000) / font.unitsPerEm)
  const hhea = font.table('hhea')
  const [ascent, descent] = [scale(hhea.getInt16(4)), scale(hhea.getInt16(6))]
  const head = font.table('head')
  const box = [36, 38, 40, 42].map((at) => numberSyntax(scale(head.getInt16(at))))
  const descriptor = increment.add(
    dictionarySyntax({
      Type: '/FontDescriptor',
      FontName: name,
      Flags: '4',
      FontBBox: `[${box.join(' ')}]`,
      ItalicAngle: '0',
      Ascent: String(ascent),
      Descent: String(descent),
      CapHeight: '733',
      StemV: '80',
      FontFile2: `${fontFile} 0 R`,
    }),
  )
  return { descriptor, ascent, descent }
}

function addCompositeFont(
  increment: Increment,
  glyphs: PlanFont['glyphs'],
  descriptor: number,
  name: string,
): number {
  const widths = Object.values(glyphs).map(([glyph, advance]) => `${glyph}[${advance}]`)
  const descendant = increment.add(
    dictionarySyntax({
      Type: '/Font',
      Subtype: '/CIDFontType2',
      BaseFont: name,
      CIDSystemInfo: '<</Registry (Adobe)/Ordering (Identity)/Supplement 0>>',
      FontDescriptor: `${descriptor} 0 R`,
      CIDToGIDMap: '/Identity',
      DW: '1000',
      W: `[${widths.join(' ')}]`,
    }),
  )
  const map = deflate(latin1(unicodeMap(glyphs)))
  const toUnicode = increment.addStream({ Filter: '/FlateDecode' }, map)
  return increment.add(
    dictionarySyntax({
      Type: '/Font',
      Subtype: '/Type0',
      BaseFont: name,
      Encoding: '/Identity-H',
      DescendantFonts: `[${descendant} 0 R]`,
      ToUnicode: `${toUnicode} 0 R`,
    }),
  )
}

/** @throws GLYPH_MISSING */
export function requireGlyphs(font: PlanFont, text: string): void {
  const missing = [...new Set(text.normalize('NFC'))].filter(
    (c) => !isLineBreak(c) && !has(font, c),
  )
  requireNone(
    missing,
    "The document's font",
    'give the font along, or name the text when the document is prepared',
  )
}

export function hasGlyphs(font: PlanFont, text: string): boolean {
  return [...text.normalize('NFC')].every((c) => isLineBreak(c) || has(font, c))
}

function has(font: PlanFont, character: string): boolean {
  return Object.hasOwn(font.glyphs, character)
}

function isLineBreak(character: string): boolean {
  return character === '\n' || character === '\r'
}

function requireNone(missing: readonly string[], whose: string, cure: string): void {
  if (missing.length === 0) return
  const named = missing.slice(0, 10).map((character) => {
    return `${character} (U+${codeOf(character).toString(16).toUpperCase().padStart(4, '0')})`
  })
  throw new Refusal('GLYPH_MISSING', `${whose} lacks ${named.join(', ')}: ${cure}.`)
}

function codeOf(character: string): number {
  return character.codePointAt(0) as number
}

/** Six letters that differ between subsets (ISO 32000-2, 9.9.2): of the program's bytes, so that the same give the same. */
function tagOf(program: Uint8Array): string {
  // FNV-1a, 32 bits.
  let hash = 0x811c9dc5
  for (const byte of program) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0
  let tag = ''
  for (let letter = 0; letter < 6; letter++) {
    tag += String.fromCharCode(65 + (hash % 26))
    hash = Math.floor(hash / 26)
  }
  return tag
}

/** A ToUnicode CMap (ISO 32000-2, 9.10.3). Of characters with one glyph the first stands. */
function unicodeMap(glyphs: PlanFont['glyphs']): string {
  const byGlyph = new Map<number, string>()
  for (const [character, [glyph]] of Object.entries(glyphs)) {
    if (!byGlyph.has(glyph)) byGlyph.set(glyph, character)
  }
  const lines = [...byGlyph].map(([glyph, character]) => {
    let code = ''
    for (let at = 0; at < character.length; at++) code += hex4(character.charCodeAt(at))
    return `<${hex4(glyph)}> <${code}>`
  })
  const blocks: string[] = []
  for (let at = 0; at < lines.length; at += MAP_BLOCK) {
    const block = lines.slice(at, at + MAP_BLOCK)
    blocks.push(`${block.length} beginbfchar\n${block.join('\n')}\nendbfchar\n`)
  }
  return `/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo <</Registry (Adobe)/Ordering (UCS)/Supplement 0>> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <ffff>
endcodespacerange
${blocks.join('')}endcmap
CMapName currentdict /CMap defineresource pop
end
end
`
}

function hex4(value: number): string {
  return value.toString(16).padStart(4, '0')
}
