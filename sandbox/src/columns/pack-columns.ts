import { sandboxErrors } from '../sandbox-errors.ts'
import type { ColumnType, FixedColumn, FixedType, TextColumn, TextType } from './column.ts'
import { type Column, fixedValues, isFixed, isFixedType, rowBytes } from './column.ts'
import { bitmapBytes } from './validity.ts'

/**
 * Columns in one buffer, little-endian:
 *
 *     'SBC1' [u32 length of header] header in JSON, spaces up to a multiple of 8, then the parts of the columns
 *
 * each part 8-aligned from the start of the buffer, so that typed arrays can be laid over it where it stands.
 * For one column: `values` (of text its bytes), `offsets` of text, `validity` where some row is null.
 */
const MAGIC = 0x31434253
const PREFIX_BYTES = 8
/**
 * The header tells offsets that depend on its own length. So it is given room for the longest it can be: four numbers
 * of 16 digits a column beside their names.
 */
const HEADER_BYTES = 64
const COLUMN_HEADER_BYTES = 128

/** Where the parts of a column begin, from the start of the buffer. */
export interface ColumnPlace {
  readonly type: ColumnType
  readonly values: number
  /** Bytes of the values. */
  readonly bytes: number
  readonly offsets?: number
  readonly validity?: number
}

export interface BatchHeader {
  readonly rows: number
  readonly columns: readonly ColumnPlace[]
}

export interface PackedColumns {
  readonly byteLength: number
  /** To be written one behind the other; views on the columns' own memory, nothing is copied. */
  readonly parts: readonly Uint8Array[]
}

export function align(offset: number): number {
  return (offset + 7) & ~7
}

/** Where the parts of so many columns begin. */
export function headBytes(columns: number): number {
  return align(PREFIX_BYTES + HEADER_BYTES + columns * COLUMN_HEADER_BYTES)
}

/** @param columns of `rows` rows each. */
export function packColumns(columns: readonly Column[], rows: number): PackedColumns {
  const bodyAt = headBytes(columns.length)
  let end = bodyAt
  const parts: Uint8Array[] = []
  const place = (part: Uint8Array): number => {
    const at = end
    end = align(at + part.byteLength)
    parts.push(part)
    if (end > at + part.byteLength) parts.push(new Uint8Array(end - at - part.byteLength))
    return at
  }
  const places = columns.map((column): ColumnPlace => {
    const { values, offsets, validity } = partsOf(column)
    return {
      type: column.type,
      values: place(values),
      bytes: values.byteLength,
      ...(offsets === undefined ? {} : { offsets: place(offsets) }),
      ...(validity === undefined ? {} : { validity: place(validity) }),
    }
  })
  const head = headerBytes({ rows, columns: places }, bodyAt)
  return { byteLength: end, parts: [head, ...parts] }
}

function headerBytes(header: BatchHeader, length: number): Uint8Array {
  const bytes = Buffer.alloc(length, ' ')
  const text = JSON.stringify(header)
  bytes.writeUInt32LE(MAGIC, 0)
  bytes.writeUInt32LE(bytes.length - PREFIX_BYTES, 4)
  bytes.write(text, PREFIX_BYTES, 'latin1')
  return bytes
}

interface ColumnParts {
  readonly values: Uint8Array
  readonly offsets: Uint8Array | undefined
  readonly validity: Uint8Array | undefined
}

function partsOf(column: Column): ColumnParts {
  const { validity, rows } = column
  const bits = validity?.subarray(0, bitmapBytes(rows))
  if (isFixed(column)) return { values: bytesOf(column.values), offsets: undefined, validity: bits }
  const end = column.offsets[rows] as number
  return {
    values: column.bytes.subarray(0, end),
    offsets: bytesOf(column.offsets.subarray(0, rows + 1)),
    validity: bits,
  }
}

function bytesOf(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength)
}

/**
 * The header's text, of a buffer that may still be in another process's hands.
 * @throws `SBX_COLUMNS_INVALID`
 */
export function headerText(bytes: Uint8Array): string {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (view.length < PREFIX_BYTES || view.readUInt32LE(0) !== MAGIC) {
    throw invalid('they do not begin as packed columns do')
  }
  const length = view.readUInt32LE(4)
  if (length > view.length - PREFIX_BYTES) throw invalid('their header is longer than they are')
  return view.toString('latin1', PREFIX_BYTES, PREFIX_BYTES + length)
}

/**
 * Columns over a packed buffer: views, nothing is copied. The buffer may come from a process that ran a
 * stranger's code, so every place and every offset is checked before it is believed.
 *
 * @param bytes 8-aligned in its buffer.
 * @throws `SBX_COLUMNS_INVALID`
 */
export function unpackColumns(bytes: Uint8Array): readonly Column[] {
  const header = readHeader(bytes)
  return header.columns.map((place) => columnAt(bytes, place, header.rows))
}

/**
 * @param bytes of the whole, or as many of them as `headBytes` says.
 * @throws `SBX_COLUMNS_INVALID`
 */
export function readHeader(bytes: Uint8Array): BatchHeader {
  const text = headerText(bytes)
  try {
    const header = JSON.parse(text) as BatchHeader
    if (Number.isSafeInteger(header.rows) && header.rows >= 0 && Array.isArray(header.columns)) {
      return header
    }
  } catch {
    // Told below, as any other header that is none.
  }
  throw invalid('their header is no header')
}

function columnAt(bytes: Uint8Array, place: ColumnPlace, rows: number): Column {
  const { type } = place
  const validity =
    place.validity === undefined ? undefined : part(bytes, place.validity, bitmapBytes(rows))
  if (isFixedType(type)) {
    const values = part(bytes, place.values, rows * rowBytes[type])
    return fixed(type, values, rows, validity)
  }
  if (type !== 'utf8' && type !== 'json') throw invalid('a column has a type that is none')
  const offsets = part(bytes, place.offsets ?? -1, (rows + 1) * 4)
  return text(
    type,
    new Int32Array(offsets.buffer, offsets.byteOffset, rows + 1),
    part(bytes, place.values, place.bytes),
    validity,
  )
}

function fixed<Type extends FixedType>(
  type: Type,
  bytes: Uint8Array,
  rows: number,
  validity: Uint8Array | undefined,
): FixedColumn {
  const values = fixedValues(type, rows, bytes.buffer, bytes.byteOffset)
  return { type, rows, values, validity } as FixedColumn
}

function text(
  type: TextType,
  offsets: Int32Array,
  bytes: Uint8Array,
  validity: Uint8Array | undefined,
): TextColumn {
  const rows = offsets.length - 1
  if (offsets[0] !== 0 || offsets[rows] !== bytes.length) {
    throw invalid('the offsets of a text column do not span its bytes')
  }
  for (let row = 0; row < rows; row++) {
    if ((offsets[row] as number) > (offsets[row + 1] as number)) {
      throw invalid(`the offsets of a text column fall at row ${row}`)
    }
  }
  return { type, rows, offsets, bytes, validity }
}

function part(bytes: Uint8Array, offset: number, length: number): Uint8Array {
  const isPlace = Number.isSafeInteger(offset) && offset >= 0 && offset % 8 === 0
  if (!isPlace || !Number.isSafeInteger(length) || length < 0 || offset + length > bytes.length) {
    throw invalid('a column lies outside of them')
  }
  return bytes.subarray(offset, offset + length)
}

function invalid(reason: string) {
  return sandboxErrors.create('COLUMNS_INVALID', { reason })
}
