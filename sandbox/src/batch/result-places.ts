import type { ColumnType } from '../columns/column.ts'

export interface ResultPlaces {
  /** Numbers, or the bytes of text. */
  readonly values: number
  /** Of text. */
  readonly offsets: number
  readonly validity: number
  /** Where the result ends; text may grow up to the end of the buffer instead. */
  readonly end: number
}

/**
 * Where in the shared buffer a result of `rows` rows is put, from `at` on. The guest's side and the worker compute it
 * alike: nothing that a guest says is taken for a place.
 *
 * Becomes part of the guest's source: it may use nothing from outside of itself.
 */
export function resultPlaces(type: ColumnType, rows: number, at: number): ResultPlaces {
  const align = (offset: number) => offset + ((8 - (offset % 8)) % 8)
  const bits = Math.ceil(rows / 8)
  if (type === 'utf8' || type === 'json') {
    const validity = align(at + (rows + 1) * 4)
    const values = align(validity + bits)
    return { offsets: at, validity, values, end: values }
  }
  const width = type === 'bool' ? 1 : type === 'i32' ? 4 : 8
  const validity = align(at + rows * width)
  return { values: at, offsets: at, validity, end: align(validity + bits) }
}
