import { sandboxErrors } from '../sandbox-errors.ts'
import type { Column, FixedColumn, TextColumn } from './column.ts'
import { isFixed } from './column.ts'
import { valueAt } from './column-values.ts'
import { type RowBinaryType, wireTypes } from './row-binary-types.ts'
import { isValid } from './validity.ts'

/**
 * Columns as rows of ClickHouse's RowBinary; see RowBinaryReader.
 * @param from the first column's row number to the caller, for messages.
 * @throws `SBX_FORMAT_RANGE` where the type has no word for a value, `SBX_FORMAT_TYPE` where it has none for the column.
 */
export function writeRowBinary(
  columns: readonly Column[],
  types: readonly RowBinaryType[],
  from = 0,
): Buffer {
  const rows = columns[0]?.rows ?? 0
  const writers = columns.map((column, index) =>
    writerOf(column, types[index] as RowBinaryType, from),
  )
  const size = columns.reduce((sum, column) => sum + mostBytes(column), 0)
  const bytes = Buffer.allocUnsafe(size)
  let at = 0
  for (let row = 0; row < rows; row++) for (const write of writers) at = write(bytes, at, row)
  return bytes.subarray(0, at)
}

/** A mark of Nullable and eight bytes a number; a length of five bytes before a text. */
function mostBytes(column: Column): number {
  const text = isFixed(column) ? 0 : (column.offsets[column.rows] as number)
  return column.rows * 9 + text
}

type Writer = (bytes: Buffer, at: number, row: number) => number

function writerOf(column: Column, type: RowBinaryType, from: number): Writer {
  const expected = column.type === 'json' ? 'utf8' : column.type
  if (type.column !== expected) {
    throw sandboxErrors.create('FORMAT_TYPE', {
      format: 'RowBinary',
      type: `${type.name} for ${column.type}`,
    })
  }
  const write = isFixed(column) ? numberWriter(column, type, from) : textWriter(column)
  return (bytes, at, row) => {
    const hasValue = isValid(column.validity, row)
    if (!hasValue && !type.isNullable) throw outOfRange(type, 'null', from + row)
    if (!type.isNullable) return write(bytes, at, row)
    bytes[at] = hasValue ? 0 : 1
    return hasValue ? write(bytes, at + 1, row) : at + 1
  }
}

function textWriter({ bytes: source, offsets }: TextColumn): Writer {
  return (bytes, from, row) => {
    const start = offsets[row] as number
    const end = offsets[row + 1] as number
    let at = from
    let length = end - start
    while (length > 0x7f) {
      bytes[at++] = (length & 0x7f) | 0x80
      length >>>= 7
    }
    bytes[at++] = length
    bytes.set(source.subarray(start, end), at)
    return at + end - start
  }
}

function numberWriter(column: FixedColumn, type: RowBinaryType, from: number): Writer {
  const { wire } = type
  const range: readonly [number, number] | undefined = wireTypes[wire].range
  const write = writes[wire as keyof typeof writes]
  return (bytes, at, row) => {
    const value = column.values[row] as number | bigint
    if (range !== undefined && (value < range[0] || value > range[1])) {
      throw outOfRange(type, String(valueAt(column, row)), from + row)
    }
    return write(bytes, value as never, at)
  }
}

const writes = {
  Float64: (bytes: Buffer, value: number, at: number) => bytes.writeDoubleLE(value, at),
  Float32: (bytes: Buffer, value: number, at: number) => bytes.writeFloatLE(value, at),
  Int8: (bytes: Buffer, value: number, at: number) => bytes.writeInt8(value, at),
  Int16: (bytes: Buffer, value: number, at: number) => bytes.writeInt16LE(value, at),
  Int32: (bytes: Buffer, value: number, at: number) => bytes.writeInt32LE(value, at),
  UInt8: (bytes: Buffer, value: number, at: number) => bytes.writeUInt8(value, at),
  UInt16: (bytes: Buffer, value: number, at: number) => bytes.writeUInt16LE(value, at),
  UInt32: (bytes: Buffer, value: bigint, at: number) => bytes.writeUInt32LE(Number(value), at),
  Int64: (bytes: Buffer, value: bigint, at: number) => bytes.writeBigInt64LE(value, at),
  Bool: (bytes: Buffer, value: number, at: number) => bytes.writeUInt8(value === 0 ? 0 : 1, at),
}

function outOfRange(type: RowBinaryType, found: string, row: number) {
  return sandboxErrors.create('FORMAT_RANGE', { row, found, type: type.name })
}
