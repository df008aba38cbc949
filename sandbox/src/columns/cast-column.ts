import { type Column, type ColumnType, type FixedColumn, isFixed } from './column.ts'
import { isValid } from './validity.ts'

/**
 * The same values as another type, where every value has one: an engine's literal is an Int64 more often than its query means it.
 * @returns undefined when some value has none, or the types have nothing in common.
 */
export function castColumn(column: Column, type: ColumnType): Column | undefined {
  if (column.type === type) return column
  if (isFixed(column)) return castFixed(column, type)
  return type === 'utf8' || type === 'json' ? { ...column, type } : undefined
}

function castFixed(column: FixedColumn, type: ColumnType): Column | undefined {
  const { rows, validity } = column
  if (column.type === 'i32' && type === 'f64') {
    return { type, rows, validity, values: Float64Array.from(column.values) }
  }
  if (column.type === 'i32' && type === 'i64') {
    return { type, rows, validity, values: BigInt64Array.from(column.values, BigInt) }
  }
  if (column.type === 'i64' && type === 'f64') return narrowed(column.values, validity)
  return undefined
}

function narrowed(source: BigInt64Array, validity: Uint8Array | undefined): Column | undefined {
  const values = new Float64Array(source.length)
  for (let row = 0; row < source.length; row++) {
    const value = Number(source[row])
    if (!Number.isSafeInteger(value) && isValid(validity, row)) return undefined
    values[row] = value
  }
  return { type: 'f64', rows: source.length, validity, values }
}
