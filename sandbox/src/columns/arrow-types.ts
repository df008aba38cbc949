import {
  type Batch,
  bool,
  type DataType,
  float64,
  int32,
  int64,
  Type,
  utf8,
} from '@uwdata/flechette'
import type { ColumnType } from './column.ts'

/** How a batch of an Arrow type becomes a column: taken as it lies there, or value by value. */
export interface ArrowReading {
  readonly column: ColumnType
  readonly how: 'numbers' | 'text' | 'each'
}

/** @returns undefined for a type that no column has the values of. */
export function arrowReading(type: DataType): ArrowReading | undefined {
  switch (type.typeId) {
    case Type.Float:
      return { column: 'f64', how: type.values === Float64Array ? 'numbers' : 'each' }
    case Type.Int:
      return intReading(type)
    case Type.Bool:
      return { column: 'bool', how: 'each' }
    case Type.Utf8:
    case Type.Binary:
      return { column: 'utf8', how: 'text' }
    case Type.LargeUtf8:
    case Type.Utf8View:
      return { column: 'utf8', how: 'each' }
    case Type.Dictionary: {
      const inner = arrowReading(type.dictionary)
      // Bytes would come as bytes, one by one.
      const isBytes = type.dictionary.typeId === Type.Binary
      return inner === undefined || isBytes ? undefined : { column: inner.column, how: 'each' }
    }
    default:
      return undefined
  }
}

function intReading(type: Extract<DataType, { typeId: 2 }>): ArrowReading | undefined {
  const { bitWidth, signed } = type
  if (bitWidth === 64) return signed ? { column: 'i64', how: 'numbers' } : undefined
  if (bitWidth === 32) {
    return signed ? { column: 'i32', how: 'numbers' } : { column: 'i64', how: 'each' }
  }
  return { column: 'i32', how: 'each' }
}

/** What a column is in Arrow; JSON is text there. */
export const arrowTypes: Readonly<Record<ColumnType, () => DataType>> = {
  f64: float64,
  i32: int32,
  i64: int64,
  bool,
  utf8,
  json: utf8,
}

export function arrowTypeName(type: DataType): string {
  const name = Object.entries(Type).find(([, id]) => id === type.typeId)?.[0] ?? 'unknown'
  return 'bitWidth' in type ? `${name}${type.bitWidth}` : name
}

export type ArrowBatch = Batch<unknown>
