import { readPointer } from '../bind.ts'

/** Points that are drawn; an answer with more is thinned. */
export const MOST_POINTS = 5000

/** Of each series, the least and the most. */
const OF_A_STRETCH = 2

/**
 * Of more rows than are drawn, in each stretch those between which all others of it lie: no outlier goes, and nothing that is
 * marked. Pure.
 * @param fields of the series, as pointers into a row
 * @param isMarked whether somebody should look at a row
 */
export function thinnedRows(
  rows: readonly unknown[],
  fields: readonly string[],
  isMarked: (row: unknown) => boolean,
  most = MOST_POINTS,
): readonly unknown[] {
  if (rows.length <= most) return rows
  const stretches = Math.max(1, Math.floor(most / (1 + OF_A_STRETCH * fields.length)))
  const size = Math.ceil(rows.length / stretches)
  const kept = new Set<number>()
  for (let from = 0; from < rows.length; from += size) {
    const to = Math.min(from + size, rows.length)
    // A stretch without figures is a gap in the line, and stays one.
    kept.add(from)
    for (const field of fields) for (const at of extremes(rows, from, to, field)) kept.add(at)
  }
  return rows.filter((row, at) => kept.has(at) || isMarked(row))
}

function extremes(
  rows: readonly unknown[],
  from: number,
  to: number,
  field: string,
): readonly number[] {
  let least: { at: number; value: number } | undefined
  let most: { at: number; value: number } | undefined
  for (let at = from; at < to; at++) {
    const value = numberAt(rows[at], field)
    if (value === null) continue
    if (least === undefined || value < least.value) least = { at, value }
    if (most === undefined || value > most.value) most = { at, value }
  }
  return least === undefined || most === undefined ? [] : [least.at, most.at]
}

/** A figure of a row, also where it is written as text; null where there is none. */
export function numberAt(row: unknown, pointer: string): number | null {
  const value = readPointer(row, pointer)
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) ? number : null
}
