import type { Cursor } from './cursor.ts'
import { readingLimits } from './limits.ts'
import {
  isKind,
  latin,
  type PdfArray,
  type PdfDict,
  type PdfRef,
  type PdfStream,
  type PdfValue,
} from './pdf-values.ts'
import { ReadingFault } from './reading-fault.ts'
import { readName, readNumber, readString } from './scalar-tokens.ts'
import { isRegular, isSpace, skipBlanks } from './signs.ts'

interface Open {
  readonly items: PdfValue[]
  readonly dict: boolean
}

const noValue: unique symbol = Symbol('no value')

/** One value, by a stack of its own rather than by recursion: no nesting ends the reader. */
export function readValue(cursor: Cursor): PdfValue {
  const open: Open[] = []
  for (let count = 0; ; count++) {
    if (count > readingLimits.values) {
      throw new ReadingFault('PDF_TOO_LARGE', 'An object has too many values.')
    }
    const value = step(cursor, open)
    if (value === noValue) continue
    const top = open.at(-1)
    if (top === undefined) return value
    top.items.push(value)
  }
}

function step(cursor: Cursor, open: Open[]): PdfValue | typeof noValue {
  const { bytes } = cursor
  skipBlanks(cursor)
  if (cursor.at >= cursor.end) throw broken(cursor)
  const sign = bytes[cursor.at]
  const next = cursor.at + 1 < cursor.end ? bytes[cursor.at + 1] : 0
  if (sign === 0x5b) return opened(cursor, open, 1, false)
  if (sign === 0x3c && next === 0x3c) return opened(cursor, open, 2, true)
  if (sign === 0x5d) return closed(cursor, open, 1, false)
  if (sign === 0x3e && next === 0x3e) return closed(cursor, open, 2, true)
  if (sign === 0x2f) return readName(cursor)
  if (sign === 0x28 || sign === 0x3c) return readString(cursor)
  return readWord(cursor, open.at(-1)?.items)
}

function opened(cursor: Cursor, open: Open[], width: number, dict: boolean): typeof noValue {
  if (open.length >= readingLimits.depth) {
    throw new ReadingFault('PDF_TOO_DEEP', 'Values are nested too deeply.')
  }
  cursor.at += width
  open.push({ items: [], dict })
  return noValue
}

function closed(cursor: Cursor, open: Open[], width: number, dict: boolean): PdfValue {
  const last = open.pop()
  if (last === undefined || last.dict !== dict) throw broken(cursor)
  cursor.at += width
  return dict ? asDict(cursor, last.items) : ({ kind: 'array', items: last.items } as PdfArray)
}

function asDict(cursor: Cursor, items: readonly PdfValue[]): PdfDict {
  const entries = new Map<string, PdfValue>()
  const twice: string[] = []
  if (items.length % 2 !== 0) throw broken(cursor)
  for (let at = 0; at < items.length; at += 2) {
    const key = items[at]
    if (!isKind(key, 'name')) throw broken(cursor)
    if (entries.has(key.name)) twice.push(key.name)
    entries.set(key.name, items[at + 1] as PdfValue)
  }
  return { kind: 'dict', entries, twice }
}

const words: ReadonlyMap<string, boolean | null> = new Map([
  ['true', true],
  ['false', false],
  ['null', null],
])

/** A number, a keyword, or the R that makes a reference of the two numbers before it. */
function readWord(cursor: Cursor, before: PdfValue[] | undefined): PdfValue {
  const number = readNumber(cursor)
  if (number !== undefined) return number
  const word = readKeyword(cursor)
  const known = words.get(word)
  if (known !== undefined) return known
  if (word === 'R' && before !== undefined && before.length >= 2) {
    const generation = before.pop()
    const object = before.pop()
    if (isCount(object) && isCount(generation)) {
      return { kind: 'ref', number: object, generation } as PdfRef
    }
  }
  throw broken(cursor)
}

export function isCount(value: PdfValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

export function readKeyword(cursor: Cursor): string {
  skipBlanks(cursor)
  const start = cursor.at
  while (cursor.at < cursor.end && cursor.at - start < 32 && isRegular(cursor.bytes[cursor.at])) {
    cursor.at++
  }
  return latin(cursor.bytes.subarray(start, cursor.at))
}

export interface IndirectObject {
  readonly number: number
  readonly generation: number
  readonly value: PdfValue
  /** Of the whole object in the file, with its endobj where it has one. */
  readonly start: number
  readonly end: number
}

/**
 * An indirect object: `12 0 obj … endobj`.
 * @param lengthOf follows the reference to a stream's length
 */
export function readIndirect(
  cursor: Cursor,
  lengthOf: (length: PdfRef) => PdfValue,
): IndirectObject {
  skipBlanks(cursor)
  const start = cursor.at
  const number = readNumber(cursor)
  skipBlanks(cursor)
  const generation = readNumber(cursor)
  if (!isCount(number) || !isCount(generation) || readKeyword(cursor) !== 'obj') {
    throw new ReadingFault('PDF_OBJECT_MISPLACED', `No object stands at ${start}.`)
  }
  const value = readValue(cursor)
  const after = cursor.at
  const word = readKeyword(cursor)
  if (word === 'stream' && isKind(value, 'dict')) {
    const stream = readStream(cursor, value, lengthOf)
    return { number, generation, value: stream, start, end: afterEndobj(cursor) }
  }
  cursor.at = after
  return { number, generation, value, start, end: afterEndobj(cursor) }
}

/** Writers forget endobj; what follows then is another object or a section. */
function afterEndobj(cursor: Cursor): number {
  const here = cursor.at
  if (readKeyword(cursor) !== 'endobj') cursor.at = here
  return cursor.at
}

function readStream(
  cursor: Cursor,
  dict: PdfDict,
  lengthOf: (length: PdfRef) => PdfValue,
): PdfStream {
  const { bytes } = cursor
  if (bytes[cursor.at] === 0x0d) cursor.at++
  if (bytes[cursor.at] === 0x0a) cursor.at++
  const start = cursor.at
  const given = dict.entries.get('Length')
  const length = isKind(given, 'ref') ? lengthOf(given) : given
  if (isCount(length) && start + length <= cursor.end) {
    cursor.at = start + length
    if (readKeyword(cursor) === 'endstream')
      return { kind: 'stream', dict, start, end: start + length }
  }
  // A wrong length is common and harmless where the end can be found: the first `endstream` is what all readers take.
  const end = indexOf(bytes, 'endstream', start, cursor.end)
  if (end < 0) throw broken(cursor)
  cursor.at = end + 9
  return { kind: 'stream', dict, start, end: trimmed(bytes, start, end) }
}

function trimmed(bytes: Uint8Array, start: number, end: number): number {
  let last = end
  if (last > start && bytes[last - 1] === 0x0a) last--
  if (last > start && bytes[last - 1] === 0x0d) last--
  return last
}

export function indexOf(bytes: Uint8Array, word: string, from: number, end: number): number {
  const first = word.charCodeAt(0)
  for (let at = bytes.indexOf(first, from); at >= 0 && at + word.length <= end; ) {
    if (matches(bytes, word, at)) return at
    at = bytes.indexOf(first, at + 1)
  }
  return -1
}

export function lastIndexOf(bytes: Uint8Array, word: string, from: number, least: number): number {
  for (let at = from - word.length; at >= least; at--) if (matches(bytes, word, at)) return at
  return -1
}

function matches(bytes: Uint8Array, word: string, at: number): boolean {
  for (let i = 0; i < word.length; i++) if (bytes[at + i] !== word.charCodeAt(i)) return false
  return true
}

export function onlyBlanks(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (!isSpace(bytes[at])) return false
  return true
}

function broken(cursor: Cursor): ReadingFault {
  return new ReadingFault('PDF_BROKEN', `What stands at ${cursor.at} is no value of a PDF.`)
}
