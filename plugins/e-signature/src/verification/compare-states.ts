import { follow, type PdfState } from '../reading/pdf-file.ts'
import { isKind, type PdfArray, type PdfDict, type PdfValue } from '../reading/pdf-values.ts'
import { ReadingFault } from '../reading/reading-fault.ts'
import type { Change } from './changes.ts'
import { classify } from './classify-difference.ts'
import type { Difference, Known } from './known-state.ts'
import type { Zone } from './zones.ts'
import { below } from './zones.ts'

interface Pair {
  readonly before: PdfValue
  readonly after: PdfValue
  readonly zone: Zone
  readonly path: string
  readonly object: number
}

interface Walk {
  readonly before: Known
  readonly after: Known
  readonly open: Pair[]
  readonly seen: Set<string>
  readonly found: Change[]
}

/** Beyond it the graph is not one of a document that people signed. */
const mostVisits = 2_000_000
const mostFound = 20_000

/**
 * All differences between the documents of two revisions, by walking both graphs side by side from the trailer. An object that is
 * reached in two ways is looked at under both: what may change as the face of a field may not as the content of a page.
 */
export function compareStates(before: Known, after: Known): Change[] {
  const walk: Walk = { before, after, open: [], seen: new Set(), found: [] }
  const [one, other] = [before, after].map(({ state }) => state.sections[0]?.trailer) as [
    PdfDict,
    PdfDict,
  ]
  // What is put last is looked at first: a field of the form is told by its name there, before a page shows it.
  comparePages(walk)
  compareRoots(walk, one, other)
  compareDicts(walk, one, other, { zone: { kind: 'trailer' }, path: '', object: 0 })
  for (let visits = 0; walk.open.length > 0; visits++) {
    if (visits > mostVisits)
      throw new ReadingFault('PDF_TOO_LARGE', 'The file has too many objects.')
    if (walk.found.length > mostFound) {
      throw new ReadingFault('PDF_TOO_LARGE', 'The revision changes too much.')
    }
    visit(walk, walk.open.pop() as Pair)
  }
  return once(walk.found)
}

/** A field that is signed gets a value and a face: one change. */
function once(changes: readonly Change[]): Change[] {
  const found = new Map<string, Change>()
  for (const change of changes) {
    const { code, field, object, path } = change
    const key = field === undefined ? `${code} ${path}` : `${code} ${object} ${field}`
    if (!found.has(key)) found.set(key, change)
  }
  return [...found.values()]
}

function compareRoots(walk: Walk, before: PdfDict, after: PdfDict): void {
  const [one, other] = [before.entries.get('Root'), after.entries.get('Root')]
  if (!isKind(one, 'ref') || !isKind(other, 'ref') || one.number === other.number) return
  walk.found.push({ code: 'CATALOG_SWAPPED', path: '/Root', object: other.number })
}

/** Pages that came, went or moved; those that stayed are walked under their number, wherever the tree has them now. */
function comparePages(walk: Walk): void {
  const [one, other] = [walk.before.pages, walk.after.pages]
  const [old, now] = [new Set(one), new Set(other)]
  for (const [at, page] of other.entries()) {
    const path = `page ${at + 1}`
    if (!old.has(page)) walk.found.push({ code: 'PAGE_ADDED', path, object: page, visible: true })
    else {
      const ref: PdfValue = { kind: 'ref', number: page, generation: 0 }
      push(walk, { before: ref, after: ref, zone: { kind: 'strict' }, path, object: page })
    }
  }
  for (const [at, page] of one.entries()) {
    const path = `page ${at + 1} before`
    if (!now.has(page)) walk.found.push({ code: 'PAGE_REMOVED', path, object: page })
  }
  const kept = one.filter((page) => now.has(page))
  const still = other.filter((page) => old.has(page))
  if (kept.length !== still.length || kept.some((page, at) => page !== still[at])) {
    walk.found.push({ code: 'PAGE_CHANGED', path: '/Root/Pages', object: 0 })
  }
}

function visit(walk: Walk, pair: Pair): void {
  const place = entered(walk, pair)
  if (place === undefined) return
  const before = follow(walk.before.state, pair.before)
  const after = follow(walk.after.state, pair.after)
  if (isKind(before, 'dict') && isKind(after, 'dict')) compareDicts(walk, before, after, place)
  else if (isKind(before, 'array') && isKind(after, 'array'))
    compareArrays(walk, before, after, place)
  else if (isKind(before, 'stream') && isKind(after, 'stream')) {
    compareDicts(walk, before.dict, after.dict, place)
    const same = equalBytes(bytesOf(walk.before, before), bytesOf(walk.after, after))
    if (!same) report(walk, { ...place, key: '', before, after })
  } else if (!isSameScalar(before, after)) report(walk, { ...place, key: '', before, after })
}

interface Spot {
  readonly zone: Zone
  readonly path: string
  readonly object: number
}

/** Undefined: the pair was looked at, under the same rules. */
function entered(walk: Walk, { before, after, zone, path, object }: Pair): Spot | undefined {
  if (!isKind(before, 'ref') && !isKind(after, 'ref')) return { zone, path, object }
  const one = isKind(before, 'ref') ? before.number : -1
  const other = isKind(after, 'ref') ? after.number : -1
  const role = roleOf(walk, one, other) ?? zone
  const key = `${role.kind}:${role.field ?? ''}:${one}:${other}`
  if (walk.seen.has(key)) return undefined
  walk.seen.add(key)
  const label = labelOf(walk, role, other)
  return { zone: role, path: label ?? path, object: other < 0 ? object : other }
}

/** Of what has a name of its own, rather than the way that happened to lead to it. */
function labelOf(walk: Walk, { kind, field }: Zone, number: number): string | undefined {
  if (kind === 'page') return `page ${walk.after.pages.indexOf(number) + 1}`
  if (kind === 'field') return `field ${field ?? ''}`
  if (kind === 'catalog') return '/Root'
  return kind === 'form' ? '/Root/AcroForm' : undefined
}

function roleOf(walk: Walk, before: number, after: number): Zone | undefined {
  const one = walk.before.roles.get(before)
  const other = walk.after.roles.get(after)
  if (one === undefined && other === undefined) return undefined
  return one !== undefined && one.kind === other?.kind && one.field === other.field
    ? one
    : { kind: 'strict' }
}

function compareDicts(walk: Walk, before: PdfDict, after: PdfDict, spot: Spot): void {
  for (const key of new Set([...before.entries.keys(), ...after.entries.keys()])) {
    const zone = below(spot.zone, key)
    if (zone === undefined) continue
    const pair = {
      before: before.entries.get(key) ?? null,
      after: after.entries.get(key) ?? null,
      zone,
      path: `${spot.path}/${key}`,
      object: spot.object,
    }
    compareEntry(walk, pair, key, spot.zone)
  }
}

function compareEntry(walk: Walk, pair: Pair, key: string, zone: Zone): void {
  const { before, after } = pair
  if (pair.zone.kind === 'annots' || pair.zone.kind === 'fields') {
    compareSets(walk, before, after, pair)
  } else if (before === null || after === null) {
    if (before === after) return
    report(walk, { ...pair, zone, key, before: before ?? undefined, after: after ?? undefined })
  } else if (isScalar(before) || isScalar(after)) {
    const [one, other] = [follow(walk.before.state, before), follow(walk.after.state, after)]
    if (!isSameScalar(one, other)) report(walk, { ...pair, zone, key })
  } else push(walk, pair)
}

function isScalar(value: PdfValue): boolean {
  return typeof value !== 'object' || isKind(value, 'name') || isKind(value, 'string')
}

function push(walk: Walk, pair: Pair): void {
  walk.open.push(pair)
}

function compareArrays(walk: Walk, before: PdfArray, after: PdfArray, spot: Spot): void {
  const { zone, path, object } = spot
  if (zone.kind === 'proofs') {
    compareProofs(walk, before, after, spot)
    return
  }
  const longest = Math.max(before.items.length, after.items.length)
  for (let at = 0; at < longest; at++) {
    const [one, other] = [before.items[at], after.items[at]]
    const place = `${path}[${at}]`
    if (one === undefined || other === undefined) {
      report(walk, { zone, object, key: '[]', path: place, before: one, after: other })
    } else push(walk, { before: one, after: other, zone, path: place, object })
  }
}

/** Lists whose members count by what they are, not by their place: fields of a form, annotations of a page. */
function compareSets(walk: Walk, before: PdfValue, after: PdfValue, spot: Spot): void {
  const [one, other] = [itemsOf(walk.before.state, before), itemsOf(walk.after.state, after)]
  const [numbers, otherNumbers] = [numbersOf(one), numbersOf(other)]
  const loose = [...one, ...other].some((item) => !isKind(item, 'ref'))
  if (loose) push(walk, { before, after, ...spot, zone: { kind: 'strict' } })
  for (const [at, item] of other.entries()) {
    if (!isKind(item, 'ref')) continue
    const path = `${spot.path}[${at}]`
    if (numbers.has(item.number))
      push(walk, { ...spot, before: item, after: item, path, zone: memberZone(spot.zone) })
    else
      report(walk, {
        ...spot,
        path,
        key: '[]',
        object: item.number,
        before: undefined,
        after: item,
      })
  }
  for (const [at, item] of one.entries()) {
    if (!isKind(item, 'ref') || otherNumbers.has(item.number)) continue
    report(walk, {
      ...spot,
      path: `${spot.path}[${at}]`,
      key: '[]',
      before: item,
      after: undefined,
    })
  }
}

function memberZone(zone: Zone): Zone {
  return zone.kind === 'annots' ? { kind: 'annotation' } : { kind: 'strict' }
}

function itemsOf(state: PdfState, list: PdfValue): readonly PdfValue[] {
  const array = follow(state, list)
  return isKind(array, 'array') ? array.items : []
}

function numbersOf(items: readonly PdfValue[]): Set<number> {
  return new Set(items.flatMap((item) => (isKind(item, 'ref') ? [item.number] : [])))
}

/** Certificates and answers about them may be joined by others, in any order; none may go. */
function compareProofs(walk: Walk, before: PdfArray, after: PdfArray, spot: Spot): void {
  const kept = after.items.map((item) => follow(walk.after.state, item))
  for (const item of before.items) {
    const old = follow(walk.before.state, item)
    if (!isKind(old, 'stream')) continue
    const raw = bytesOf(walk.before, old)
    const there = kept.some(
      (one) => isKind(one, 'stream') && equalBytes(raw, bytesOf(walk.after, one)),
    )
    if (!there) report(walk, { ...spot, key: '[]', before: item, after: undefined })
  }
  if (after.items.length > before.items.length) {
    report(walk, { ...spot, key: '[]', before: undefined, after })
  }
}

function bytesOf({ state }: Known, { start, end }: Extract<PdfValue, { kind: 'stream' }>) {
  return state.file.bytes.subarray(start, end)
}

function equalBytes(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false
  if (one.byteOffset === other.byteOffset && one.buffer === other.buffer) return true
  for (let at = 0; at < one.length; at++) if (one[at] !== other[at]) return false
  return true
}

function isSameScalar(one: PdfValue, other: PdfValue): boolean {
  if (isKind(one, 'name')) return isKind(other, 'name') && one.name === other.name
  if (isKind(one, 'string')) return isKind(other, 'string') && equalBytes(one.bytes, other.bytes)
  return one === other
}

function report(walk: Walk, difference: Difference): void {
  walk.found.push(...classify(difference, walk.before, walk.after))
}
