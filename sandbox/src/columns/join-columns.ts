import { sandboxErrors } from '../sandbox-errors.ts'
import type { Column, ColumnType, FixedColumn, TextColumn } from './column.ts'
import { fixedValues, isFixedType } from './column.ts'
import { allValid, bitmapBytes, copyBits } from './validity.ts'

/** Offsets are 32-bit with sign, as Arrow's are. */
const MAX_TEXT_BYTES = 2 ** 31 - 1

/**
 * Puts pieces of one column behind each other. Copies: the pieces may lie in memory that is used again.
 * @param type of all pieces, and of the column when there is none.
 */
export function joinColumns(type: ColumnType, pieces: readonly Column[]): Column {
  const rows = pieces.reduce((sum, piece) => sum + piece.rows, 0)
  const validity = joinBits(pieces, rows)
  if (isFixedType(type)) {
    const values = fixedValues(type, rows)
    let at = 0
    for (const piece of pieces as readonly FixedColumn[]) {
      ;(values as Float64Array).set(piece.values as Float64Array, at)
      at += piece.rows
    }
    return { type, rows, values, validity } as Column
  }
  return { type, rows, validity, ...joinText(pieces as readonly TextColumn[], rows) } as Column
}

function joinBits(pieces: readonly Column[], rows: number): Uint8Array | undefined {
  if (pieces.every(({ validity }) => validity === undefined)) return undefined
  const bits = allValid(rows).subarray(0, bitmapBytes(rows))
  let at = 0
  for (const piece of pieces) {
    copyBits(bits, at, piece.validity, piece.rows)
    at += piece.rows
  }
  return bits
}

function joinText(pieces: readonly TextColumn[], rows: number) {
  const length = pieces.reduce((sum, { bytes }) => sum + bytes.length, 0)
  if (length > MAX_TEXT_BYTES) {
    throw sandboxErrors.create('COLUMN_TOO_LARGE', { reached: length, limit: MAX_TEXT_BYTES })
  }
  const offsets = new Int32Array(rows + 1)
  const bytes = new Uint8Array(length)
  let row = 0
  let end = 0
  for (const piece of pieces) {
    bytes.set(piece.bytes, end)
    for (let n = 1; n <= piece.rows; n++) offsets[row + n] = end + (piece.offsets[n] as number)
    row += piece.rows
    end += piece.bytes.length
  }
  return { offsets, bytes }
}
