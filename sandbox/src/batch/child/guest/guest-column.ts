import type { ColumnType } from '../../../columns/column.ts'
import type { BatchPrimordials } from './batch-primordials.ts'
import type { Utf8 } from './utf8.ts'

export type GuestValues = Float64Array | Int32Array | BigInt64Array | Uint8Array

/** A column as a columnar function is given it; UdfColumn of the SDK says what it promises. */
export class GuestColumn {
  readonly type: ColumnType
  readonly length: number
  readonly values: GuestValues
  readonly offsets: Int32Array | undefined
  readonly validity: Uint8Array | undefined
  readonly #utf8: Utf8
  readonly #parse: (text: string) => unknown

  constructor(
    type: ColumnType,
    length: number,
    parts: {
      readonly values: GuestValues
      readonly offsets: Int32Array | undefined
      readonly validity: Uint8Array | undefined
    },
    utf8: Utf8,
    parse: (text: string) => unknown,
  ) {
    this.type = type
    this.length = length
    this.values = parts.values
    this.offsets = parts.offsets
    this.validity = parts.validity
    this.#utf8 = utf8
    this.#parse = parse
  }

  get(row: number): unknown {
    const { validity } = this
    if (validity !== undefined && (((validity[row >> 3] as number) >> (row & 7)) & 1) === 0) {
      return null
    }
    if (this.type === 'utf8') return this.text(row)
    if (this.type === 'json') return this.#parse(this.text(row))
    const value = this.values[row]
    return this.type === 'bool' ? value === 1 : value
  }

  text(row: number): string {
    const offsets = this.offsets as Int32Array
    return this.#utf8.read(
      this.values as Uint8Array,
      offsets[row] as number,
      offsets[row + 1] as number,
    )
  }

  json(row: number): unknown {
    return this.#parse(this.text(row))
  }
}

/** A view over `rows` values of a type, in a buffer. */
export function guestValues(
  p: BatchPrimordials,
  type: ColumnType,
  buffer: ArrayBufferLike,
  at: number,
  length: number,
): GuestValues {
  if (type === 'f64') return new p.Float64Array(buffer, at, length)
  if (type === 'i32') return new p.Int32Array(buffer, at, length)
  if (type === 'i64') return new p.BigInt64Array(buffer, at, length)
  return new p.Uint8Array(buffer, at, length)
}
