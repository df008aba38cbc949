import type { CheckDefinition } from './data-check-types.ts'
import { BUCKETS, type BucketSpan } from './kept-keys-sql.ts'
import { type PlannedDataset, type RunPlan, SCAN_ROWS, spanOf } from './run-plan.ts'
import type { Side } from './set-sql.ts'

interface Rows {
  readonly from: number
  readonly to: number
}

/** One statement's share of a rule over a whole set. */
export type SetPiece =
  /** All there is, without keys that are kept. */
  | { readonly do: 'at-once' }
  | { readonly do: 'keep'; readonly side: Side; readonly rows: Rows }
  | { readonly do: 'count'; readonly buckets: BucketSpan }

/** Rows and keys that one statement counts. */
export interface PieceSizes {
  readonly chunk: number
  readonly counted: number
}

/** Grouping half a million keys takes PostgreSQL some tenths of a second, in its usual working memory. */
const SIZES: PieceSizes = { chunk: SCAN_ROWS, counted: 400_000 }

/** Rows of both sides of a rule over a set; the other one's are none for `unique`. */
export function sidesOf(plan: RunPlan, check: CheckDefinition): Readonly<Record<Side, Rows>> {
  const other: PlannedDataset | undefined = plan.others[check.otherDataset ?? '']
  return {
    // Only of a reference can each new row be judged by itself.
    own: check.rule === 'reference' ? spanOf(plan) : { from: plan.from, to: plan.to },
    other: check.rule === 'unique' || !other ? { from: 0, to: 0 } : other,
  }
}

/** The pieces of a rule over a set, in their order: always the same for the same plan. */
export function setPieces(
  sides: Readonly<Record<Side, Rows>>,
  { chunk, counted }: PieceSizes = SIZES,
): readonly SetPiece[] {
  const total = lengthOf(sides.own) + lengthOf(sides.other)
  if (total <= counted) return [{ do: 'at-once' }]
  const step = Math.max(1, Math.floor((BUCKETS * counted) / total))
  return [
    ...(['own', 'other'] as const).flatMap((side) =>
      spans(sides[side], chunk).map((rows): SetPiece => ({ do: 'keep', side, rows })),
    ),
    ...spans({ from: 0, to: BUCKETS }, step).map((buckets): SetPiece => ({ do: 'count', buckets })),
  ]
}

const lengthOf = ({ from, to }: Rows) => Math.max(0, to - from)

function spans({ from, to }: Rows, size: number): Rows[] {
  return Array.from({ length: Math.ceil(Math.max(0, to - from) / size) }, (_, at) => ({
    from: from + at * size,
    to: Math.min(to, from + (at + 1) * size),
  }))
}
