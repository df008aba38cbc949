import { isSection, openFile, type PdfFile, stateAt } from '../reading/pdf-file.ts'
import { ReadingFault } from '../reading/reading-fault.ts'
import { revisionEnds } from '../reading/revision-ends.ts'
import { onlyBlanks } from '../reading/value-reader.ts'
import type { Change } from './changes.ts'
import { compareStates } from './compare-states.ts'
import { type Known, known } from './known-state.ts'

/** A file by its revisions, each read as if the file ended there. */
export interface Revisions {
  readonly file: PdfFile
  readonly last: Known
  /** Ends of the revisions, rising; the last is that of the file, but for what stands behind it. */
  readonly ends: readonly number[]
  readonly states: Map<number, Known | undefined>
  readonly steps: Map<string, readonly Change[]>
}

/** @throws ReadingFault where the file as it is now cannot be read */
export function readRevisions(bytes: Uint8Array): Revisions {
  const file = openFile(bytes)
  const last = known(stateAt(file, bytes.length))
  const none = new Set<number>()
  const ends = revisionEnds(bytes, (offset, end) => {
    if (none.has(offset)) return false
    const found = isSection(file, offset, end)
    if (!found) none.add(offset)
    return found
  })
  return { file, last, ends, states: new Map(), steps: new Map() }
}

/** Undefined: what stands before `end` is no document of its own. */
export function knownAt(revisions: Revisions, end: number): Known | undefined {
  const { states, file, ends, last } = revisions
  if (end === ends.at(-1) && onlyBlanks(file.bytes, end, file.bytes.length)) return last
  if (!states.has(end)) states.set(end, readOrNothing(file, end))
  return states.get(end)
}

function readOrNothing(file: PdfFile, end: number): Known | undefined {
  try {
    return known(stateAt(file, end))
  } catch (error) {
    if (error instanceof ReadingFault) return undefined
    throw error
  }
}

/** A change with the revision that brought it, counted from 1. */
export interface LaterChange extends Change {
  readonly revision: number
}

/** Where the revision of a signature ends: writers leave the last line end out, or cover it. */
export function revisionOf({ file, ends }: Revisions, end: number): number | undefined {
  return ends.find((one) => onlyBlanks(file.bytes, Math.min(one, end), Math.max(one, end)))
}

/** Revision by revision what came after `end`. What was changed and changed back is told, too. */
export function changesAfter(revisions: Revisions, end: number): LaterChange[] {
  const { ends, file } = revisions
  const own = revisionOf(revisions, end) ?? end
  const later = ends.filter((one) => one > own)
  const found: LaterChange[] = []
  let from = own
  for (const to of later) {
    const revision = ends.indexOf(to) + 1
    found.push(...step(revisions, from, to).map((change) => ({ ...change, revision })))
    from = to
  }
  const size = file.bytes.length
  if (!onlyBlanks(file.bytes, from, size)) {
    found.push({ code: 'BYTES_AFTER_END', path: '', object: 0, revision: ends.length + 1 })
  }
  return found
}

function step(revisions: Revisions, from: number, to: number): readonly Change[] {
  const key = `${from} ${to}`
  const done = revisions.steps.get(key)
  if (done !== undefined) return done
  const changes = changesOfStep(knownAt(revisions, from), knownAt(revisions, to))
  revisions.steps.set(key, changes)
  return changes
}

function changesOfStep(before: Known | undefined, after: Known | undefined): readonly Change[] {
  if (before === undefined || after === undefined)
    return [{ code: 'UNREADABLE', path: '', object: 0 }]
  try {
    return [...rewritten(before, after), ...compareStates(before, after)]
  } catch (error) {
    if (!(error instanceof ReadingFault)) throw error
    return [{ code: 'UNREADABLE', path: '', object: 0 }]
  }
}

/** An update adds to what is there: its sections lead to all that was before (ISO 32000-2, 7.5.6). */
function rewritten(before: Known, after: Known): Change[] {
  const offsets = new Set(after.state.sections.map(({ offset }) => offset))
  const kept = before.state.sections.every(({ offset }) => offsets.has(offset))
  return kept ? [] : [{ code: 'HISTORY_REWRITTEN', path: '/Prev', object: 0 }]
}
