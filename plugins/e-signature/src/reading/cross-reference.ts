import type { Cursor } from './cursor.ts'
import { readingLimits } from './limits.ts'
import { isKind, nameOf, type PdfDict, type PdfValue } from './pdf-values.ts'
import { ReadingFault } from './reading-fault.ts'
import { readNumber } from './scalar-tokens.ts'
import { skipBlanks } from './signs.ts'
import { type Allowance, streamData } from './stream-data.ts'
import { isCount, readIndirect, readKeyword, readValue } from './value-reader.ts'

/** Where an object stands. */
export type Place =
  | { readonly at: number; readonly generation: number }
  | { readonly within: number; readonly index: number }
  | 'free'

/** One cross-reference section with its trailer; of a hybrid file the stream beside the table is already laid over it. */
export interface Section {
  readonly offset: number
  /** Behind the trailer, or behind the object of the stream. */
  readonly end: number
  readonly kind: 'table' | 'stream' | 'hybrid'
  readonly places: ReadonlyMap<number, Place>
  readonly trailer: PdfDict
  readonly previous: number | undefined
  /** Numbers that the section lists twice. */
  readonly twice: readonly number[]
}

interface File {
  readonly bytes: Uint8Array
  readonly allowance: Allowance
}

export function readSection(file: File, offset: number): Section {
  const cursor: Cursor = { bytes: file.bytes, end: file.bytes.length, at: offset, inFile: true }
  if (!isCount(offset) || offset >= file.bytes.length) throw misplaced(offset)
  skipBlanks(cursor)
  const start = cursor.at
  if (readKeyword(cursor) === 'xref') return readTable(file, cursor, offset)
  cursor.at = start
  return readStreamSection(file, cursor, offset)
}

function readTable(file: File, cursor: Cursor, offset: number): Section {
  const places = new Map<number, Place>()
  const twice: number[] = []
  for (;;) {
    skipBlanks(cursor)
    const first = readNumber(cursor)
    if (first === undefined) break
    skipBlanks(cursor)
    readSubsection(cursor, first, readNumber(cursor), places, twice)
  }
  if (readKeyword(cursor) !== 'trailer') throw misplaced(offset)
  const trailer = readValue(cursor)
  if (!isKind(trailer, 'dict')) throw misplaced(offset)
  const beside = trailer.entries.get('XRefStm')
  if (beside !== undefined) overlay(file, beside, places)
  const kind = beside === undefined ? 'table' : 'hybrid'
  return { offset, end: cursor.at, kind, places, trailer, previous: previousOf(trailer), twice }
}

/** ISO 32000-2, 7.5.8.4: a reader that knows streams looks there for what the table calls free or does not list. */
function overlay(file: File, offset: PdfValue, places: Map<number, Place>): void {
  if (!isCount(offset)) throw misplaced(-1)
  const cursor: Cursor = { bytes: file.bytes, end: file.bytes.length, at: offset, inFile: true }
  const section = readStreamSection(file, cursor, offset)
  for (const [number, place] of section.places) {
    const known = places.get(number)
    if (known === undefined || known === 'free') places.set(number, place)
  }
}

function readSubsection(
  cursor: Cursor,
  first: number,
  count: number | undefined,
  places: Map<number, Place>,
  twice: number[],
): void {
  if (!isCount(first) || !isCount(count) || first + count > readingLimits.objects) {
    throw new ReadingFault('PDF_XREF_BROKEN', 'A cross-reference table has no sound count.')
  }
  let start = first
  for (let i = 0; i < count; i++) {
    skipBlanks(cursor)
    const at = readNumber(cursor)
    skipBlanks(cursor)
    const generation = readNumber(cursor)
    const word = readKeyword(cursor)
    if (!isCount(at) || !isCount(generation) || (word !== 'n' && word !== 'f')) {
      throw new ReadingFault('PDF_XREF_BROKEN', 'A cross-reference table has a broken line.')
    }
    // Writers that count from one where the head of the free list stands: all readers shift it.
    if (i === 0 && first === 1 && word === 'f' && generation === 65535 && at === 0) start = 0
    const number = start + i
    if (places.has(number)) twice.push(number)
    places.set(number, word === 'f' || at === 0 ? 'free' : { at, generation })
  }
}

function readStreamSection(file: File, cursor: Cursor, offset: number): Section {
  const object = readIndirect(cursor, () => null)
  const { value } = object
  if (!isKind(value, 'stream') || nameOf(value.dict.entries.get('Type')) !== 'XRef') {
    throw misplaced(offset)
  }
  const trailer = value.dict
  const data = streamData(file.bytes, value, (one) => one ?? null, file.allowance)
  const places = new Map<number, Place>()
  const twice = readEntries(data, trailer, places)
  const previous = previousOf(trailer)
  return { offset, end: object.end, kind: 'stream', places, trailer, previous, twice }
}

/** ISO 32000-2, 7.5.8.3. */
function readEntries(data: Uint8Array, trailer: PdfDict, places: Map<number, Place>): number[] {
  const widths = numbersOf(trailer.entries.get('W'))
  const [w0 = 0, w1 = 0, w2 = 0] = widths
  const width = w0 + w1 + w2
  if (widths.length < 3 || Math.max(w0, w1, w2) > 8 || width < 1) throw misplaced(-1)
  const twice: number[] = []
  let at = 0
  for (const number of listedNumbers(trailer)) {
    if (at + width > data.length) break
    const type = w0 === 0 ? 1 : bigEndian(data, at, w0)
    const second = bigEndian(data, at + w0, w1)
    const third = bigEndian(data, at + w0 + w1, w2)
    at += width
    if (places.has(number)) twice.push(number)
    else places.set(number, placeOf(type, second, third))
  }
  return twice
}

function* listedNumbers(trailer: PdfDict): Generator<number> {
  const size = trailer.entries.get('Size')
  const index = trailer.entries.has('Index')
    ? numbersOf(trailer.entries.get('Index'))
    : [0, isCount(size) ? size : 0]
  for (let part = 0; part + 1 < index.length; part += 2) {
    const first = index[part] as number
    const count = index[part + 1] as number
    if (first + count > readingLimits.objects) throw misplaced(-1)
    for (let number = first; number < first + count; number++) yield number
  }
}

function placeOf(type: number, second: number, third: number): Place {
  if (type === 1) return { at: second, generation: third }
  return type === 2 ? { within: second, index: third } : 'free'
}

function bigEndian(data: Uint8Array, at: number, width: number): number {
  let value = 0
  for (let i = 0; i < width; i++) value = value * 256 + (data[at + i] as number)
  return value
}

function numbersOf(value: PdfValue | undefined): number[] {
  return isKind(value, 'array') ? value.items.filter(isCount) : []
}

function previousOf(trailer: PdfDict): number | undefined {
  const previous = trailer.entries.get('Prev')
  if (previous === undefined || previous === null) return undefined
  if (!isCount(previous)) throw misplaced(-1)
  return previous
}

function misplaced(offset: number): ReadingFault {
  return new ReadingFault(
    'PDF_XREF_BROKEN',
    offset < 0
      ? 'A cross-reference section is broken.'
      : `No cross-reference section stands at ${offset}.`,
  )
}
