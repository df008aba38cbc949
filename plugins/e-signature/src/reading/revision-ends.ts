import type { Cursor } from './cursor.ts'
import { readingLimits } from './limits.ts'
import { readNumber } from './scalar-tokens.ts'
import { isSpace } from './signs.ts'
import { indexOf, isCount, lastIndexOf } from './value-reader.ts'

/** The words `startxref <offset> %%EOF` that end a revision. */
export interface RevisionEnd {
  readonly section: number
  /** Behind %%EOF and the line end after it. */
  readonly end: number
}

/** The last one before `end`: what a reader of the file, were it cut there, begins with (ISO 32000-2, 7.5.5). */
export function lastRevisionEnd(bytes: Uint8Array, end: number): RevisionEnd | undefined {
  const at = lastIndexOf(bytes, 'startxref', end, Math.max(0, end - 2048))
  return at < 0 ? undefined : endAt(bytes, at, end)
}

/**
 * All of the file, also those that its last section leads to no more: a signed revision is passed over that way.
 * @param isSection tells ends from what only looks like one, as in a file within the file, whose offsets are others
 */
export function revisionEnds(
  bytes: Uint8Array,
  isSection: (offset: number, end: number) => boolean,
): number[] {
  const found: number[] = []
  for (let at = indexOf(bytes, 'startxref', 0, bytes.length); at >= 0; ) {
    const one = endAt(bytes, at, bytes.length)
    if (one !== undefined && one.section < at && isSection(one.section, at)) found.push(one.end)
    if (found.length > readingLimits.sections) break
    at = indexOf(bytes, 'startxref', at + 9, bytes.length)
  }
  return found
}

function endAt(bytes: Uint8Array, at: number, end: number): RevisionEnd | undefined {
  const cursor: Cursor = { bytes, end, at: at + 9, inFile: true }
  while (cursor.at < end && isSpace(bytes[cursor.at])) cursor.at++
  const section = readNumber(cursor)
  if (!isCount(section)) return undefined
  while (cursor.at < end && isSpace(bytes[cursor.at])) cursor.at++
  if (indexOf(bytes, '%%EOF', cursor.at, Math.min(end, cursor.at + 5)) !== cursor.at)
    return undefined
  return { section, end: behindLine(bytes, cursor.at + 5, end) }
}

/** One line end, CR LF as one: a signature may or may not cover it. */
function behindLine(bytes: Uint8Array, at: number, end: number): number {
  if (bytes[at] === 0x0d && at < end)
    return bytes[at + 1] === 0x0a && at + 1 < end ? at + 2 : at + 1
  return bytes[at] === 0x0a && at < end ? at + 1 : at
}
