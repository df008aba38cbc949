import { sandboxErrors } from '../sandbox-errors.ts'
import type { Column, ColumnType, FixedType, ValuesOf } from './column.ts'
import { fixedValues, isFixedType } from './column.ts'
import { allValid, bitmapBytes, markNull } from './validity.ts'

const INITIAL_ROWS = 1024
const INITIAL_TEXT_BYTES = 16 * 1024
/** Offsets are 32-bit with sign, as Arrow's are. */
const MAX_TEXT_BYTES = 2 ** 31 - 1
/** Units of UTF-16 take at most so many bytes of UTF-8. */
const BYTES_PER_UNIT = 3

/** A column that grows row by row: for inputs that come as rows. */
export class ColumnBuilder {
  readonly type: ColumnType
  #rows = 0
  #room = 0
  #values: ValuesOf[FixedType] | undefined
  #offsets = new Int32Array(1)
  #bytes = Buffer.alloc(0)
  #end = 0
  #validity: Uint8Array | undefined

  constructor(type: ColumnType) {
    this.type = type
  }

  get rows(): number {
    return this.#rows
  }

  /** Bytes of text so far. */
  get textBytes(): number {
    return this.#end
  }

  addNull(): void {
    this.#reserve()
    this.#validity ??= allValid(this.#room)
    markNull(this.#validity, this.#rows)
    // The memory may hold rows that were taken before.
    if (this.#values instanceof BigInt64Array) this.#values[this.#rows] = 0n
    else if (this.#values !== undefined) this.#values[this.#rows] = 0
    this.#addRow()
  }

  /** @param value of an f64, an i32, or a bool as 0 or 1. */
  addNumber(value: number): void {
    this.#reserve()
    ;(this.#values as Float64Array)[this.#rows] = value
    this.#addRow()
  }

  addBigint(value: bigint): void {
    this.#reserve()
    ;(this.#values as BigInt64Array)[this.#rows] = value
    this.#addRow()
  }

  /** Surrogates without their other half become U+FFFD: UTF-8 has no word for them. */
  addText(text: string): void {
    this.#reserve()
    this.#reserveBytes(text.length * BYTES_PER_UNIT)
    this.#end += this.#bytes.write(text, this.#end, 'utf8')
    this.#addRow()
  }

  addBytes(source: Buffer, from: number, to: number): void {
    this.#reserve()
    this.#reserveBytes(to - from)
    this.#end += source.copy(this.#bytes, this.#end, from, to)
    this.#addRow()
  }

  /** The rows so far. The builder is empty again and keeps nothing of them. */
  finish(): Column {
    const { type } = this
    const rows = this.#rows
    const validity = this.#validity?.slice(0, bitmapBytes(rows))
    const column = isFixedType(type)
      ? { type, rows, validity, values: (this.#values ?? fixedValues(type, 0)).slice(0, rows) }
      : {
          type,
          rows,
          validity,
          offsets: this.#offsets.slice(0, rows + 1),
          bytes: new Uint8Array(this.#bytes.subarray(0, this.#end)),
        }
    this.#rows = 0
    this.#end = 0
    this.#validity = undefined
    return column as Column
  }

  #addRow(): void {
    this.#rows++
    if (!isFixedType(this.type)) this.#offsets[this.#rows] = this.#end
  }

  #reserve(): void {
    if (this.#rows < this.#room) return
    const { type } = this
    this.#room = Math.max(INITIAL_ROWS, this.#room * 2)
    if (isFixedType(type)) {
      const grown = fixedValues(type, this.#room)
      if (this.#values !== undefined) (grown as Float64Array).set(this.#values as Float64Array)
      this.#values = grown
    } else {
      const grown = new Int32Array(this.#room + 1)
      grown.set(this.#offsets)
      this.#offsets = grown
    }
    if (this.#validity === undefined) return
    const grown = allValid(this.#room)
    grown.set(this.#validity)
    this.#validity = grown
  }

  #reserveBytes(more: number): void {
    const need = this.#end + more
    if (need <= this.#bytes.length) return
    if (need > MAX_TEXT_BYTES) {
      throw sandboxErrors.create('COLUMN_TOO_LARGE', { reached: need, limit: MAX_TEXT_BYTES })
    }
    const grown = Buffer.allocUnsafeSlow(
      Math.min(MAX_TEXT_BYTES, Math.max(INITIAL_TEXT_BYTES, need, this.#bytes.length * 2)),
    )
    this.#bytes.copy(grown, 0, 0, this.#end)
    this.#bytes = grown
  }
}
