import type { PlanFont } from '../../signing/signing-plan.ts'
import { numberSyntax } from '../syntax.ts'

export interface LaidText {
  readonly lines: readonly string[]
  readonly size: number
  /** From one baseline to the next, in points. */
  readonly leading: number
}

export interface TextBox {
  readonly width: number
  readonly height: number
  readonly fontSize: number
  /** Smaller it is not written: nobody reads it. */
  readonly leastSize: number
}

/** Lines of Chinese are set a little wider than those of Latin text: this is between both. */
const LEADING = 1.3

/** Marks that do not begin a line (GB/T 15834, W3C clreq). */
const NOT_FIRST = '，。、；：！？）》」』】〉”’,.;:!?)]}%'
/** Marks that do not end a line. */
const NOT_LAST = '（《「『【〈“‘([{¥$'

/** In points. */
function widthOf(font: PlanFont, text: string, size: number): number {
  let units = 0
  for (const character of text.normalize('NFC')) units += font.glyphs[character]?.[1] ?? 0
  return (units * size) / 1000
}

/** The text in lines, at the largest size up to that asked for that fits. Null: it does not fit at the least size. */
export function fitText(font: PlanFont, text: string, box: TextBox): LaidText | null {
  for (let size = box.fontSize; size >= box.leastSize; size -= 0.5) {
    const lines = text.split(/\r?\n/).flatMap((line) => wrapped(font, line, size, box.width))
    const leading = size * LEADING
    const height = leading * (lines.length - 1) + size * 1.2
    const isNarrow = lines.every((line) => widthOf(font, line, size) <= box.width + 0.01)
    if (isNarrow && height <= box.height + 0.01) return { lines, size, leading }
  }
  return null
}

/** Breaks after spaces and beside Chinese characters, where the marks allow it; a word that is too long stays whole. */
function wrapped(font: PlanFont, line: string, size: number, width: number): string[] {
  const lines: string[] = []
  let current = ''
  for (const piece of piecesOf(line.normalize('NFC'))) {
    if (current !== '' && widthOf(font, (current + piece).trimEnd(), size) > width) {
      lines.push(current.trimEnd())
      current = piece.trimStart()
    } else current += piece
  }
  return [...lines, current.trimEnd()]
}

/** As above, but a word that is too long is broken where the width ends: for texts that must be shown whatever they are. */
export function wrapAnything(font: PlanFont, text: string, size: number, width: number): string[] {
  return text
    .split(/\r?\n/)
    .flatMap((line) =>
      wrapped(font, line, size, width).flatMap((part) => brokenAt(font, part, size, width)),
    )
}

function brokenAt(font: PlanFont, line: string, size: number, width: number): string[] {
  const lines = ['']
  for (const character of line) {
    const last = lines.length - 1
    if (widthOf(font, lines[last] + character, size) > width && lines[last] !== '')
      lines.push(character)
    else lines[last] += character
  }
  return lines
}

function piecesOf(line: string): string[] {
  const pieces: string[] = []
  for (const character of line) {
    const last = pieces.at(-1)
    if (last === undefined || isBreak(last.at(-1) as string, character)) pieces.push(character)
    else pieces[pieces.length - 1] = last + character
  }
  return pieces
}

function isBreak(before: string, after: string): boolean {
  if (after === ' ' || NOT_FIRST.includes(after) || NOT_LAST.includes(before)) return false
  return before === ' ' || isWide(before) || isWide(after)
}

/** Chinese characters and their marks, from the radicals on. */
function isWide(character: string): boolean {
  return (character.codePointAt(0) as number) >= 0x2e80
}

/** Operators that write the lines; `top` is where the first begins. The font's name in the resources is F. */
export function textOperators(
  font: PlanFont,
  text: LaidText,
  at: { readonly x: number; readonly top: number; readonly width: number },
  align: 'left' | 'centre' | 'right',
): string {
  const operators = [`BT /F ${numberSyntax(text.size)} Tf`]
  for (const [index, line] of text.lines.entries()) {
    const free = at.width - widthOf(font, line, text.size)
    const x = at.x + (align === 'left' ? 0 : align === 'right' ? free : free / 2)
    // The body of a character of Noto reaches 0.88 above its baseline, and 0.12 below.
    const y = at.top - text.size * 0.98 - index * text.leading
    operators.push(`1 0 0 1 ${numberSyntax(x)} ${numberSyntax(y)} Tm ${glyphCodes(font, line)} Tj`)
  }
  return `${operators.join('\n')}\nET\n`
}

function glyphCodes(font: PlanFont, text: string): string {
  let codes = ''
  for (const character of text.normalize('NFC')) {
    const glyph = font.glyphs[character]?.[0] ?? 0
    codes += glyph.toString(16).padStart(4, '0')
  }
  return `<${codes}>`
}

/** In the middle of its box, from top to bottom. */
export function topOf(text: LaidText, bottom: number, height: number): number {
  const used = text.leading * (text.lines.length - 1) + text.size * 1.2
  return bottom + height - (height - used) / 2
}
