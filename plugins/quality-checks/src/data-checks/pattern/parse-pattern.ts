import { Refusal } from '@signalbox/sdk'

/** First and last code point, both in it. */
export type Range = readonly [number, number]

export type PatternNode =
  | { readonly is: 'set'; readonly ranges: readonly Range[]; readonly negated: boolean }
  | { readonly is: 'start' }
  | { readonly is: 'end' }
  | { readonly is: 'sequence'; readonly of: readonly PatternNode[] }
  | { readonly is: 'choice'; readonly of: readonly PatternNode[] }
  /** `most` is undefined where there is no bound. */
  | {
      readonly is: 'repeat'
      readonly of: PatternNode
      readonly least: number
      readonly most: number | undefined
    }

const MAX_LENGTH = 500
const MAX_DEPTH = 20
/** PostgreSQL's own bound (DUP_MAX). */
const MAX_REPEAT = 255
const LAST = 0x10ffff

const CLASSES: Readonly<Record<string, readonly Range[]>> = {
  d: [[0x30, 0x39]],
  w: [
    [0x30, 0x39],
    [0x41, 0x5a],
    [0x5f, 0x5f],
    [0x61, 0x7a],
  ],
  s: [
    [0x09, 0x0a],
    [0x0c, 0x0d],
    [0x20, 0x20],
  ],
}

const CONTROLS: Readonly<Record<string, number>> = { t: 0x09, n: 0x0a, r: 0x0d, f: 0x0c }

/**
 * The part of regular expressions that a finite automaton matches in linear time, as RE2 takes it (Cox 2007, "Regular
 * Expression Matching Can Be Simple And Fast"): literals, classes, `.` (all but a line feed), groups, alternation,
 * `* + ? {m,n}` (at most 255), `^` and `$` (the ends of the whole text); \d \w \s are ASCII. Look-around,
 * back-references, word boundaries and Unicode properties are refused, not passed over.
 * @throws PATTERN_UNSUPPORTED, PATTERN_TOO_COSTLY
 */
export function parsePattern(pattern: string): PatternNode {
  const reader = new Reader(pattern)
  if (reader.characters.length > MAX_LENGTH)
    throw new Refusal('PATTERN_TOO_COSTLY', `Shorten the pattern to ${MAX_LENGTH} characters.`)
  const node = choice(reader, 0)
  if (!reader.isAtEnd) throw unsupported(reader, 'a closing parenthesis without its opening one')
  return node
}

class Reader {
  readonly characters: readonly string[]
  at = 0

  constructor(pattern: string) {
    this.characters = [...pattern]
  }

  get isAtEnd(): boolean {
    return this.at >= this.characters.length
  }

  get next(): string | undefined {
    return this.characters[this.at]
  }

  take(): string {
    const character = this.characters[this.at]
    if (character === undefined) throw unsupported(this, 'an end where something must follow')
    this.at++
    return character
  }

  takes(text: string): boolean {
    if (
      !this.characters
        .slice(this.at, this.at + text.length)
        .join('')
        .startsWith(text)
    )
      return false
    this.at += text.length
    return true
  }
}

function unsupported({ at }: Reader, what: string): Refusal {
  return new Refusal(
    'PATTERN_UNSUPPORTED',
    `The pattern has ${what} at character ${at + 1}; write it without.`,
  )
}

function choice(reader: Reader, depth: number): PatternNode {
  if (depth > MAX_DEPTH)
    throw new Refusal('PATTERN_TOO_COSTLY', `Nest groups of the pattern at most ${MAX_DEPTH} deep.`)
  const branches = [sequence(reader, depth)]
  while (reader.takes('|')) branches.push(sequence(reader, depth))
  return branches.length === 1 ? (branches[0] as PatternNode) : { is: 'choice', of: branches }
}

function sequence(reader: Reader, depth: number): PatternNode {
  const parts: PatternNode[] = []
  while (!reader.isAtEnd && reader.next !== '|' && reader.next !== ')') {
    parts.push(repeated(reader, atom(reader, depth)))
  }
  return parts.length === 1 ? (parts[0] as PatternNode) : { is: 'sequence', of: parts }
}

function repeated(reader: Reader, of: PatternNode): PatternNode {
  const bounds = boundsOf(reader)
  if (!bounds) return of
  if (of.is === 'start' || of.is === 'end') throw unsupported(reader, 'a repeated anchor')
  // Lazy or not, what matches is the same; only where it ends differs, and nobody asks.
  reader.takes('?')
  if (boundsOf(reader)) throw unsupported(reader, 'a repetition of a repetition')
  return { is: 'repeat', of, ...bounds }
}

function boundsOf(reader: Reader): { least: number; most: number | undefined } | undefined {
  if (reader.takes('*')) return { least: 0, most: undefined }
  if (reader.takes('+')) return { least: 1, most: undefined }
  if (reader.takes('?')) return { least: 0, most: 1 }
  if (reader.next !== '{') return undefined
  const text = reader.characters.slice(reader.at, reader.at + 10).join('')
  const found = /^\{(\d{1,3})(,(\d{0,3}))?\}/.exec(text)
  if (!found) throw unsupported(reader, 'a brace that is no repetition')
  const least = Number(found[1])
  const most = found[2] === undefined ? least : found[3] === '' ? undefined : Number(found[3])
  if (least > (most ?? least) || Math.max(least, most ?? 0) > MAX_REPEAT)
    throw new Refusal(
      'PATTERN_TOO_COSTLY',
      `Repeat at most ${MAX_REPEAT} times, the smaller bound first.`,
    )
  reader.at += found[0].length
  return { least, most }
}

function atom(reader: Reader, depth: number): PatternNode {
  const character = reader.take()
  switch (character) {
    case '^':
      return { is: 'start' }
    case '$':
      return { is: 'end' }
    case '.':
      return { is: 'set', ranges: [[0x0a, 0x0a]], negated: true }
    case '[':
      return bracket(reader)
    case '(':
      return group(reader, depth)
    case '\\':
      return escaped(reader)
    case '*':
    case '+':
    case '?':
    case '{':
      throw unsupported(reader, 'a repetition of nothing')
    default:
      return literal(reader, character)
  }
}

function literal(reader: Reader, character: string): PatternNode {
  const code = known(reader, character.codePointAt(0) as number)
  return { is: 'set', ranges: [[code, code]], negated: false }
}

/** No text that is kept has a NUL or half a surrogate pair, and PostgreSQL takes none in a pattern. */
function known(reader: Reader, code: number): number {
  if (code === 0 || (code >= 0xd800 && code <= 0xdfff))
    throw unsupported(reader, 'a character that no text has')
  return code
}

function group(reader: Reader, depth: number): PatternNode {
  if (reader.next === '?' && !reader.takes('?:'))
    throw unsupported(reader, 'a look-around, a flag or a named group')
  const inner = choice(reader, depth + 1)
  if (!reader.takes(')')) throw unsupported(reader, 'a group that is not closed')
  return inner
}

function escaped(reader: Reader): PatternNode {
  const character = reader.take()
  const ranges = CLASSES[character.toLowerCase()]
  if (ranges) return { is: 'set', ranges, negated: character !== character.toLowerCase() }
  const code = escapedCode(reader, character)
  return { is: 'set', ranges: [[code, code]], negated: false }
}

function escapedCode(reader: Reader, character: string): number {
  const control = CONTROLS[character]
  if (control !== undefined) return control
  const digits = { x: 2, u: 4 }[character]
  if (digits !== undefined) {
    const hex = reader.characters.slice(reader.at, reader.at + digits).join('')
    if (!/^[\da-fA-F]+$/.test(hex) || hex.length < digits)
      throw unsupported(reader, 'an escape that is not whole')
    reader.at += digits
    return known(reader, Number.parseInt(hex, 16))
  }
  if (/[\dA-Za-z]/.test(character)) throw unsupported(reader, `the escape \\${character}`)
  return character.codePointAt(0) as number
}

function bracket(reader: Reader): PatternNode {
  const negated = reader.takes('^')
  const ranges: Range[] = []
  for (let isFirst = true; isFirst || reader.next !== ']'; isFirst = false) {
    if (isFirst && reader.next === ']') throw unsupported(reader, 'an empty class')
    const item = bracketItem(reader)
    if (typeof item !== 'number') {
      ranges.push(...item)
      continue
    }
    const isRange = reader.next === '-' && reader.characters[reader.at + 1] !== ']'
    if (!isRange) {
      ranges.push([item, item])
      continue
    }
    reader.take()
    const last = bracketItem(reader)
    if (typeof last !== 'number' || last < item)
      throw unsupported(reader, 'a range that runs backwards')
    ranges.push([item, last])
  }
  reader.take()
  return { is: 'set', ranges, negated }
}

function bracketItem(reader: Reader): number | readonly Range[] {
  const character = reader.take()
  if (character === '[' && /[:.=]/.test(reader.next ?? ''))
    throw unsupported(reader, 'a named class')
  if (character !== '\\') return known(reader, character.codePointAt(0) as number)
  const taken = reader.take()
  const ranges = CLASSES[taken.toLowerCase()]
  if (!ranges) return escapedCode(reader, taken)
  return taken === taken.toLowerCase() ? ranges : complement(ranges)
}

function complement(ranges: readonly Range[]): Range[] {
  const gaps: Range[] = []
  let from = 1
  for (const [first, last] of ranges) {
    if (first > from) gaps.push([from, first - 1])
    from = last + 1
  }
  gaps.push([from, LAST])
  return gaps
}
