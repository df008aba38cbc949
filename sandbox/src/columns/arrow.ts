import {
  Column as ArrowColumn,
  batchType,
  type DataType,
  field,
  Table,
  Type,
  tableFromIPC,
  tableToIPC,
  Version,
} from '@uwdata/flechette'
import { sandboxErrors } from '../sandbox-errors.ts'
import { arrowMessages } from './arrow-messages.ts'
import {
  type ArrowBatch,
  type ArrowReading,
  arrowReading,
  arrowTypeName,
  arrowTypes,
} from './arrow-types.ts'
import type { Column, TextColumn } from './column.ts'
import { fixedColumn, isFixed } from './column.ts'
import { ColumnBuilder } from './column-builder.ts'
import { addValue } from './column-values.ts'
import { cutColumn } from './cut-columns.ts'
import { joinColumns } from './join-columns.ts'
import { bitmapBytes, isValid } from './validity.ts'

/** Of one text in a Utf8View column. */
const VIEW_BYTES = 16

/** 64-bit whole numbers as they are, and no dates: those are refused before. */
const asTheyAre = { useBigInt: true } as const

/**
 * An Arrow IPC stream as columns in the order of the schema. Numbers and text are views on the bytes where
 * Arrow's layout is ours.
 *
 * @param bytes of a whole stream, or its messages in their order as `arrowMessageAt` found them.
 * @throws `SBX_FORMAT_BYTES` when they are no Arrow, `SBX_FORMAT_TYPE` for a type no column has the values of.
 */
export function readArrow(bytes: Uint8Array | readonly Uint8Array[]): readonly Column[] {
  const table = parsed(() => {
    const messages = bytes instanceof Uint8Array ? arrowMessages(bufferOf(bytes)) : bytes
    return tableFromIPC(messages.map(aligned), asTheyAre)
  })
  return table.children.map((column) => {
    const reading = arrowReading(column.type)
    if (reading === undefined) {
      throw sandboxErrors.create('FORMAT_TYPE', {
        format: 'Arrow',
        type: arrowTypeName(column.type),
      })
    }
    const pieces = column.data.map((batch) => parsed(() => readBatch(batch as ArrowBatch, reading)))
    const [only] = pieces
    return pieces.length === 1 && only !== undefined ? only : joinColumns(reading.column, pieces)
  })
}

/** Whatever the library trips over: bytes of others are read by nobody's fault. */
function parsed<Result>(parse: () => Result): Result {
  try {
    return parse()
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : 'it is no Arrow stream'
    throw sandboxErrors.create('FORMAT_BYTES', { format: 'Arrow', at: 0, reason }, { cause })
  }
}

/** Arrow pads to eight bytes from the start of its bytes; typed arrays count from the start of their memory. */
function aligned(bytes: Uint8Array): Uint8Array {
  return bytes.byteOffset % 8 === 0 ? bytes : new Uint8Array(bytes)
}

function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength)
}

function readBatch(batch: ArrowBatch, reading: ArrowReading): Column {
  const { length } = batch
  if (length > mostRows(batch)) throw new RangeError('Its values are fewer than its rows')
  if (reading.how === 'each') return readEach(batch, reading)
  const validity = validityOf(batch)
  if (reading.how === 'text') return readText(batch, validity)
  const values = batch.values as Float64Array
  return fixedColumn(reading.column as 'f64', values.subarray(0, length), validity)
}

/** Rows that the buffers have room for: a length is only a number in the metadata, and could keep a loop busy for hours. */
function mostRows({ type, values, offsets }: ArrowBatch): number {
  const room = values?.length ?? 0
  if (type.typeId === Type.Bool) return room * 8
  if (type.typeId === Type.Utf8View) return room / VIEW_BYTES
  return offsets === undefined ? room : Math.max(0, offsets.length - 1)
}

function validityOf({ nullCount, validity, length }: ArrowBatch): Uint8Array | undefined {
  if (nullCount === 0 || validity === undefined) return undefined
  if (validity.length < bitmapBytes(length)) throw new RangeError('Its bitmap is too short')
  return validity.subarray(0, bitmapBytes(length))
}

/** Offsets of a slice may begin anywhere in its bytes. */
function readText(batch: ArrowBatch, validity: Uint8Array | undefined): Column {
  const rows = batch.length
  if (rows === 0) return new ColumnBuilder('utf8').finish()
  const offsets = (batch.offsets as Int32Array).subarray(0, rows + 1)
  const bytes = batch.values as Uint8Array
  let last = offsets[0] as number
  for (const offset of offsets) {
    if (offset < last || offset < 0) throw new RangeError('Its offsets fall')
    last = offset
  }
  if (offsets.length <= rows || last > bytes.length) throw new RangeError('Its text is too short')
  const whole: TextColumn = { type: 'utf8', rows, offsets, bytes, validity }
  return cutColumn(whole, 0, rows)
}

function readEach(batch: ArrowBatch, { column }: ArrowReading): Column {
  const builder = new ColumnBuilder(column)
  for (let row = 0; row < batch.length; row++) {
    if (!addValue(builder, batch.at(row))) throw new RangeError('A value is not of its type')
  }
  return builder.finish()
}

/**
 * Columns as an Arrow IPC stream: a schema, one batch, the end.
 * @param names of the columns.
 */
export function writeArrow(columns: readonly Column[], names: readonly string[]): Uint8Array {
  const types = columns.map(({ type }) => arrowTypes[type]())
  const fields = types.map((type, index) => field(names[index] as string, type))
  const schema = { version: Version.V5, endianness: 0 as const, fields, metadata: null }
  const children = columns.map((column, index) => arrowColumn(column, types[index] as DataType))
  const bytes = tableToIPC(new Table(schema, children), { format: 'stream' })
  if (bytes === null) throw new Error('No sink was given, so there must be bytes')
  return bytes
}

function arrowColumn(column: Column, type: DataType): ArrowColumn<unknown> {
  const { rows } = column
  const parts = isFixed(column)
    ? { values: column.type === 'bool' ? bitsOf(column.values) : column.values }
    : { offsets: column.offsets, values: column.bytes }
  const validity = column.validity?.subarray(0, bitmapBytes(rows)) ?? new Uint8Array(0)
  const ArrowBatchOf = batchType(type, asTheyAre)
  const batch = new ArrowBatchOf({
    length: rows,
    nullCount: nullCount(column),
    type,
    validity,
    ...parts,
  } as never)
  return new ArrowColumn([batch as ArrowBatch], type)
}

function bitsOf(values: Uint8Array): Uint8Array {
  const bits = new Uint8Array(bitmapBytes(values.length))
  for (let row = 0; row < values.length; row++) {
    if (values[row] !== 0) bits[row >> 3] = (bits[row >> 3] as number) | (1 << (row & 7))
  }
  return bits
}

function nullCount({ rows, validity }: Column): number {
  if (validity === undefined) return 0
  let nulls = 0
  for (let row = 0; row < rows; row++) if (!isValid(validity, row)) nulls++
  return nulls
}
