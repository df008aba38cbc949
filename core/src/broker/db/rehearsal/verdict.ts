import type { TableContent } from './content-digest.ts'
import type { ShapeKind, ShapePart } from './schema-shape.ts'

/** The schema at one moment of a rehearsal. */
export interface Moment {
  readonly shape: readonly ShapePart[]
  readonly content: readonly TableContent[]
}

/**
 * `contracted`: what the version needs is gone. `base`: rebuilding what stands. `undone`: after down, against before expand; `again`: after the second expand, against the first;
 * `expand`, `down`, `expand-again`, `sample`: a text, or the filling, failed there; `self-test`: the stable
 * version's, on the expanded schema.
 */
export type DifferenceAt =
  | 'contracted'
  | 'base'
  | 'sample'
  | 'expand'
  | 'down'
  | 'undone'
  | 'expand-again'
  | 'again'
  | 'self-test'

export interface Difference {
  readonly at: DifferenceAt
  readonly kind: ShapeKind | 'rows' | 'values' | 'failure'
  readonly place: string
  readonly change: 'missing' | 'added' | 'changed' | 'failed'
  readonly before?: string
  readonly after?: string
}

/** More than an admin reads; what is left out is told as a number. */
const MAX_DIFFERENCES = 50
const MAX_DETAIL = 300

/** What down did not bring back. Pure. */
export function undoDifferences(before: Moment, undone: Moment): readonly Difference[] {
  return [
    ...shapeDifferences('undone', before.shape, undone.shape),
    ...contentDifferences('undone', before.content, undone.content),
  ]
}

/**
 * What the second expand made otherwise than the first. Values are not compared: a default such as `now()`
 * is another one each time, and what stood before was compared after down. Pure.
 */
export function repeatDifferences(first: Moment, second: Moment): readonly Difference[] {
  return [
    ...shapeDifferences('again', first.shape, second.shape),
    ...contentDifferences('again', first.content, second.content).filter(
      ({ kind }) => kind === 'rows',
    ),
  ]
}

function shapeDifferences(
  at: DifferenceAt,
  before: readonly ShapePart[],
  after: readonly ShapePart[],
): Difference[] {
  const keyOf = ({ kind, place }: ShapePart) => `${kind} ${place}`
  const now = new Map(after.map((part) => [keyOf(part), part]))
  const known = new Set(before.map(keyOf))
  const gone = before.flatMap((part): Difference[] => {
    const { kind, place, detail } = part
    const other = now.get(keyOf(part))
    if (other?.detail === detail) return []
    if (other === undefined) return [{ at, kind, place, change: 'missing', before: short(detail) }]
    const texts = { before: short(detail), after: short(other.detail) }
    return [{ at, kind, place, change: 'changed', ...texts }]
  })
  const added = after
    .filter((part) => !known.has(keyOf(part)))
    .map(({ kind, place, detail }): Difference => {
      return { at, kind, place, change: 'added', after: short(detail) }
    })
  return [...gone, ...added]
}

function contentDifferences(
  at: DifferenceAt,
  before: readonly TableContent[],
  after: readonly TableContent[],
): Difference[] {
  const now = new Map(after.map((content) => [content.table, content]))
  return before.flatMap((content): Difference[] => {
    const { table } = content
    const other = now.get(table)
    if (other === undefined) return []
    if (other.rows !== content.rows) {
      const counts = { before: `${content.rows}`, after: `${other.rows}` }
      return [{ at, kind: 'rows', place: table, change: 'changed', ...counts }]
    }
    const names = Object.keys(content.columns).filter((name) => name in other.columns)
    const changed = names.filter((name) => content.columns[name] !== other.columns[name])
    if (changed.length > 0) {
      return changed.map((name) => {
        return { at, kind: 'values', place: `${table}.${name}`, change: 'changed' }
      })
    }
    const isSameSet = names.length === Object.keys(content.columns).length
    if (!isSameSet || content.whole === other.whole) return []
    return [{ at, kind: 'values', place: table, change: 'changed' }]
  })
}

export interface Verdict {
  readonly reversible: boolean
  readonly differences: readonly Difference[]
  /** How many more there are than are listed. */
  readonly leftOut: number
}

export function verdictOf(differences: readonly Difference[]): Verdict {
  return {
    reversible: differences.length === 0,
    differences: differences.slice(0, MAX_DIFFERENCES),
    leftOut: Math.max(0, differences.length - MAX_DIFFERENCES),
  }
}

function short(text: string): string {
  return text.length > MAX_DETAIL ? `${text.slice(0, MAX_DETAIL)}…` : text
}
