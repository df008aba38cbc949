import type { Column } from './column.ts'
import { columnBytes, isFixed } from './column.ts'
import { sliceBits } from './validity.ts'

export interface MorselLimits {
  /** Rows of a morsel, at most; a multiple of 8. */
  readonly rows: number
  /** Bytes of a morsel where its rows can be parted; a single row may have more. */
  readonly bytes: number
}

/** Bitmaps are cut at whole bytes only, so that a cut is a view and costs nothing. */
const STEP_ROWS = 8

/**
 * Where the morsel that begins at `from` ends: as many rows as fit. Never less than eight rows, whatever their
 * size; who cannot take that must refuse it.
 */
export function morselEnd(
  columns: readonly Column[],
  rows: number,
  from: number,
  limits: MorselLimits,
): number {
  const most = Math.min(rows, from + limits.rows)
  if (bytesBetween(columns, from, most) <= limits.bytes) return most
  let fits = 1
  let tooMany = Math.ceil((most - from) / STEP_ROWS)
  while (tooMany - fits > 1) {
    const middle = (fits + tooMany) >> 1
    if (bytesBetween(columns, from, from + middle * STEP_ROWS) <= limits.bytes) fits = middle
    else tooMany = middle
  }
  return Math.min(most, from + fits * STEP_ROWS)
}

export function bytesBetween(columns: readonly Column[], from: number, to: number): number {
  let bytes = 0
  for (const column of columns) bytes += columnBytes(column, from, to)
  return bytes
}

/** Rows `from` up to `to` of a column. Views, but for the offsets of text, which begin at 0 again. */
export function cutColumn(column: Column, from: number, to: number): Column {
  const rows = to - from
  const validity = sliceBits(column.validity, from, to)
  if (isFixed(column)) {
    return { ...column, rows, validity, values: column.values.subarray(from, to) } as Column
  }
  const first = column.offsets[from] as number
  const offsets = column.offsets.slice(from, to + 1)
  if (first !== 0) for (let n = 0; n <= rows; n++) offsets[n] = (offsets[n] as number) - first
  const bytes = column.bytes.subarray(first, column.offsets[to])
  return { type: column.type, rows, offsets, bytes, validity }
}
