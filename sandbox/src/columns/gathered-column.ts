import type { Column, ColumnType, FixedType, TextColumn, ValuesOf } from './column.ts'
import { fixedValues, isFixedType, rowBytes } from './column.ts'
import { joinColumns } from './join-columns.ts'
import { allValid, bitmapBytes, copyBits } from './validity.ts'

/**
 * A column that comes in pieces, in any order. Numbers are put where they belong as they are read: of 100,000 rows, a second copy
 * of each piece would cost as much as the function.
 */
export class GatheredColumn {
  readonly rows: number
  #type: ColumnType | undefined
  #values: ValuesOf[FixedType] | undefined
  #validity: Uint8Array | undefined
  readonly #texts = new Map<number, TextColumn>()

  constructor(rows: number) {
    this.rows = rows
  }

  /** @returns false when a piece of another type was there before. */
  accepts(type: ColumnType): boolean {
    this.#type ??= type
    return this.#type === type
  }

  /** Memory for the values of the rows `from` up to `from + rows`. */
  bytesOf(type: FixedType, from: number, rows: number): Uint8Array {
    this.#values ??= fixedValues(type, this.rows)
    const { buffer } = this.#values
    return new Uint8Array(buffer, from * rowBytes[type], rows * rowBytes[type])
  }

  /** @param bits undefined when every row of the piece has a value. */
  setValidity(from: number, rows: number, bits: Uint8Array | undefined): void {
    if (bits === undefined && this.#validity === undefined) return
    this.#validity ??= allValid(this.rows)
    copyBits(this.#validity, from, bits, rows)
  }

  addText(from: number, piece: TextColumn): void {
    this.#texts.set(from, piece)
  }

  finish(): Column {
    const type = this.#type ?? 'json'
    const { rows } = this
    if (!isFixedType(type)) {
      const pieces = [...this.#texts].sort(([a], [b]) => a - b).map(([, piece]) => piece)
      return pieces.length === 1 ? (pieces[0] as TextColumn) : joinColumns(type, pieces)
    }
    const values = this.#values ?? fixedValues(type, 0)
    const validity = this.#validity?.subarray(0, bitmapBytes(rows))
    return { type, rows, values, validity } as Column
  }
}
