import { type Place, readSection, type Section } from './cross-reference.ts'
import type { Cursor } from './cursor.ts'
import { readingLimits } from './limits.ts'
import { isKind, nameOf, type PdfRef, type PdfValue } from './pdf-values.ts'
import { ReadingFault } from './reading-fault.ts'
import { lastRevisionEnd } from './revision-ends.ts'
import type { Allowance } from './stream-data.ts'
import { streamData } from './stream-data.ts'
import { type IndirectObject, isCount, readIndirect, readValue } from './value-reader.ts'

/**
 * The bytes of a file, with what was read of them: the same places mean the same in all revisions, but for what hangs on a
 * stream's length that stands elsewhere.
 */
export interface PdfFile {
  readonly bytes: Uint8Array
  readonly allowance: Allowance
  readonly sections: Map<number, Section>
  readonly objects: Map<number, IndirectObject>
  readonly packed: Map<number, readonly PackedObject[]>
}

interface PackedObject {
  readonly number: number
  readonly value: PdfValue
}

/** The document as a reader of the first `end` bytes has it. */
export interface PdfState {
  readonly file: PdfFile
  readonly end: number
  /** The newest first. */
  readonly sections: readonly Section[]
  readonly places: ReadonlyMap<number, Place>
}

export function openFile(bytes: Uint8Array): PdfFile {
  return {
    bytes,
    allowance: { left: readingLimits.inflatedInAll },
    sections: new Map(),
    objects: new Map(),
    packed: new Map(),
  }
}

export function stateAt(file: PdfFile, end: number): PdfState {
  const last = lastRevisionEnd(file.bytes, end)
  if (last === undefined) {
    throw new ReadingFault('PDF_END_MISSING', 'No startxref with %%EOF ends the file.')
  }
  const sections = chainFrom(file, last.section, end)
  const places = new Map<number, Place>()
  for (const section of sections.toReversed()) {
    for (const [number, place] of section.places) places.set(number, place)
  }
  return { file, end, sections, places }
}

/** All sections by /Prev; a chain that comes back to itself or does not end is refused. */
function chainFrom(file: PdfFile, newest: number, end: number): Section[] {
  const chain: Section[] = []
  const seen = new Set<number>()
  for (let at: number | undefined = newest; at !== undefined; ) {
    if (seen.has(at) || chain.length >= readingLimits.sections) {
      throw new ReadingFault(
        'PDF_XREF_LOOP',
        'The cross-reference sections lead back to themselves.',
      )
    }
    seen.add(at)
    const section: Section = sectionAt(file, at)
    if (section.end > end) {
      throw new ReadingFault('PDF_XREF_BROKEN', `The section at ${at} stands beyond the revision.`)
    }
    chain.push(section)
    at = section.previous
  }
  return chain
}

/** Whether a cross-reference section stands at an offset, and ends before `end`. */
export function isSection(file: PdfFile, offset: number, end: number): boolean {
  try {
    return sectionAt(file, offset).end <= end
  } catch (error) {
    if (error instanceof ReadingFault) return false
    throw error
  }
}

function sectionAt(file: PdfFile, offset: number): Section {
  const known = file.sections.get(offset)
  if (known !== undefined) return known
  const section = readSection(file, offset)
  file.sections.set(offset, section)
  return section
}

/** The value of an object, null where there is none (ISO 32000-2, 7.3.10). */
export function objectOf(state: PdfState, number: number): PdfValue {
  const place = state.places.get(number)
  if (place === undefined || place === 'free') return null
  if ('within' in place) return packedObject(state, place.within, place.index, number)
  return indirectAt(state, place, number).value
}

/** Of an object that stands in the file by itself. */
export function indirectOf(state: PdfState, number: number): IndirectObject | undefined {
  const place = state.places.get(number)
  if (place === undefined || place === 'free' || 'within' in place) return undefined
  return indirectAt(state, place, number)
}

/** A value with references followed; chains of references are cut. */
export function follow(state: PdfState, value: PdfValue | undefined): PdfValue {
  let one = value ?? null
  for (let hops = 0; hops < 16 && isKind(one, 'ref'); hops++) one = objectOf(state, one.number)
  return isKind(one, 'ref') ? null : one
}

export function dataOf(state: PdfState, stream: Extract<PdfValue, { kind: 'stream' }>): Uint8Array {
  return streamData(state.file.bytes, stream, (one) => follow(state, one), state.file.allowance)
}

function indirectAt(
  state: PdfState,
  place: { readonly at: number; readonly generation: number },
  number: number,
): IndirectObject {
  const { file } = state
  const known = file.objects.get(place.at)
  const object = known ?? readAt(state, place.at)
  if (
    object.number !== number ||
    object.generation !== place.generation ||
    object.end > state.end
  ) {
    throw new ReadingFault(
      'PDF_OBJECT_MISPLACED',
      `Object ${number} does not stand where it is listed.`,
    )
  }
  return object
}

function readAt(state: PdfState, at: number): IndirectObject {
  const { file } = state
  const cursor: Cursor = { bytes: file.bytes, end: file.bytes.length, at, inFile: true }
  let kept = true
  const object = readIndirect(cursor, (length) => {
    kept = false
    return lengthOf(state, length)
  })
  if (kept) file.objects.set(at, object)
  return object
}

/** A length stands in an object of its own, a number and nothing else: looked up without reading streams again. */
function lengthOf(state: PdfState, length: PdfRef): PdfValue {
  const place = state.places.get(length.number)
  if (place === undefined || place === 'free' || 'within' in place) return null
  const { bytes } = state.file
  const cursor: Cursor = {
    bytes,
    end: Math.min(bytes.length, place.at + 64),
    at: place.at,
    inFile: true,
  }
  try {
    const object = readIndirect(cursor, () => null)
    return object.number === length.number && isCount(object.value) ? object.value : null
  } catch {
    return null
  }
}

function packedObject(state: PdfState, within: number, index: number, number: number): PdfValue {
  const place = state.places.get(within)
  if (place === undefined || place === 'free' || 'within' in place) {
    throw new ReadingFault('PDF_OBJECT_MISPLACED', `The stream of object ${number} is not there.`)
  }
  let objects = state.file.packed.get(place.at)
  if (objects === undefined) {
    objects = unpack(state, indirectAt(state, place, within).value)
    state.file.packed.set(place.at, objects)
  }
  const found = objects[index]
  if (found?.number === number) return found.value
  throw new ReadingFault(
    'PDF_OBJECT_MISPLACED',
    `Object ${number} does not stand where it is listed.`,
  )
}

/** ISO 32000-2, 7.5.7. */
function unpack(state: PdfState, stream: PdfValue): readonly PackedObject[] {
  if (!isKind(stream, 'stream') || nameOf(stream.dict.entries.get('Type')) !== 'ObjStm') {
    throw new ReadingFault('PDF_OBJECT_MISPLACED', 'What should be a stream of objects is none.')
  }
  const count = follow(state, stream.dict.entries.get('N'))
  const first = follow(state, stream.dict.entries.get('First'))
  const bytes = dataOf(state, stream)
  if (!isCount(count) || !isCount(first) || count > readingLimits.objects || first > bytes.length) {
    throw new ReadingFault('PDF_BROKEN', 'A stream of objects has no sound count.')
  }
  const head: Cursor = { bytes, end: first, at: 0, inFile: false }
  const objects: PackedObject[] = []
  for (let i = 0; i < count; i++) {
    const number = readValue(head)
    const offset = readValue(head)
    if (!isCount(number) || !isCount(offset))
      throw new ReadingFault('PDF_BROKEN', 'A stream of objects is broken.')
    const value = readValue({ bytes, end: bytes.length, at: first + offset, inFile: false })
    objects.push({ number, value })
  }
  return objects
}
