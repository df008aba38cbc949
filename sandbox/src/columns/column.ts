import type { UdfType } from '@signalbox/sdk'

export type ColumnType = UdfType

export interface ValuesOf {
  readonly f64: Float64Array
  readonly i32: Int32Array
  readonly i64: BigInt64Array
  /** One byte a row, 0 or 1: a guest's loop reads it without shifting. */
  readonly bool: Uint8Array
}

export type FixedType = keyof ValuesOf
export type TextType = Exclude<ColumnType, FixedType>

interface Rows {
  readonly rows: number
  /**
   * Arrow's bitmap: bit `row % 8`, lowest first, of byte `row / 8`; 1 where there is a value. Undefined when every
   * row has one. Bits behind the last row mean nothing.
   */
  readonly validity: Uint8Array | undefined
}

export type FixedColumn<Type extends FixedType = FixedType> = Type extends FixedType
  ? Rows & { readonly type: Type; readonly values: ValuesOf[Type] }
  : never

/** Text in UTF-8. Row `n` is `bytes` from `offsets[n]` up to `offsets[n + 1]`; `offsets[0]` is 0. */
export type TextColumn<Type extends TextType = TextType> = Rows & {
  readonly type: Type
  readonly offsets: Int32Array
  readonly bytes: Uint8Array
}

/** One column of a batch. Where a row is null its value is 0, or an empty text. */
export type Column = FixedColumn | TextColumn

export const rowBytes: Readonly<Record<FixedType, number>> = { f64: 8, i32: 4, i64: 8, bool: 1 }

export function isFixedType(type: ColumnType): type is FixedType {
  return Object.hasOwn(rowBytes, type)
}

export function isFixed(column: Column): column is FixedColumn {
  return isFixedType(column.type)
}

/** `rows` zeros of the type, in memory of their own or at `offset` of a buffer. */
export function fixedValues<Type extends FixedType>(
  type: Type,
  rows: number,
  buffer: ArrayBufferLike = new ArrayBuffer(rows * rowBytes[type]),
  offset = 0,
): ValuesOf[Type] {
  const make: { readonly [Key in FixedType]: () => ValuesOf[Key] } = {
    f64: () => new Float64Array(buffer, offset, rows),
    i32: () => new Int32Array(buffer, offset, rows),
    i64: () => new BigInt64Array(buffer, offset, rows),
    bool: () => new Uint8Array(buffer, offset, rows),
  }
  return make[type]()
}

export function fixedColumn<Type extends FixedType>(
  type: Type,
  values: ValuesOf[Type],
  validity?: Uint8Array,
): FixedColumn<Type> {
  return { type, rows: values.length, values, validity } as FixedColumn<Type>
}

/** Bytes a row of the column takes up where it is widest: what cutting a batch goes by. */
export function columnBytes(column: Column, from: number, to: number): number {
  const bitmap = column.validity === undefined ? 0 : Math.ceil((to - from) / 8)
  if (isFixed(column)) return bitmap + (to - from) * rowBytes[column.type]
  const text = (column.offsets[to] as number) - (column.offsets[from] as number)
  return bitmap + (to - from + 1) * 4 + text
}
