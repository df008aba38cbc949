import { sandboxErrors } from '../sandbox-errors.ts'
import type { Column } from './column.ts'
import { ColumnBuilder } from './column-builder.ts'
import { type RowBinaryType, wireTypes } from './row-binary-types.ts'

/** A string's length is LEB128: five groups of seven bits are more than a batch can hold. */
const MAX_LENGTH_BYTES = 5
const LINE_FEED = 10
const MAX_DIGITS = 15
const CHUNK_HEADER = /^\d{1,15}$/
const MAX_TEXT_BYTES = 16 * 1024 * 1024

/**
 * Rows of ClickHouse's RowBinary into columns, from chunks that end wherever they end. Values in the order of the columns: numbers
 * little-endian, a string as LEB128 of its length and its bytes, a Nullable as one byte (1 is null) before the value.
 * (ClickHouse documentation, Formats, RowBinary.)
 */
export class RowBinaryReader {
  readonly #types: readonly RowBinaryType[]
  readonly #builders: readonly ColumnBuilder[]
  readonly #steps: readonly Step[]
  readonly #hasChunkHeaders: boolean
  #rest = Buffer.alloc(0)
  #consumed = 0
  #rowsOfChunk = 0

  /** @param hasChunkHeaders each chunk of rows begins with their number, in decimal, and a line feed. */
  constructor(types: readonly RowBinaryType[], hasChunkHeaders = false) {
    // Without a column there is nothing to tell rows apart by.
    if (types.length === 0)
      throw sandboxErrors.create('FORMAT_TYPE', { format: 'RowBinary', type: '()' })
    this.#types = types
    this.#hasChunkHeaders = hasChunkHeaders
    this.#builders = types.map(({ column }) => new ColumnBuilder(column))
    this.#steps = types.map((type, index) => stepOf(type, this.#builders[index] as ColumnBuilder))
  }

  /** Rows that are whole. */
  get rows(): number {
    return this.#builders[0]?.rows ?? 0
  }

  /** Bytes of text in them. */
  get textBytes(): number {
    return this.#builders.reduce((sum, { textBytes }) => sum + textBytes, 0)
  }

  /** Bytes of a row that is not whole yet. */
  get pendingBytes(): number {
    return this.#rest.length
  }

  /**
   * Takes rows from the chunk, at most up to `maxRows` in all; what it does not take waits for the next call.
   * @param chunk empty to go on with what waits.
   * @throws `SBX_FORMAT_BYTES` where the bytes are no rows of these types.
   */
  push(chunk: Buffer, maxRows: number): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    let at = 0
    while (this.rows < maxRows && at < bytes.length) {
      const isHeader = this.#hasChunkHeaders && this.#rowsOfChunk === 0
      const end = isHeader ? this.#headerEnd(bytes, at) : this.#rowEnd(bytes, at)
      if (end < 0) break
      if (isHeader) this.#rowsOfChunk = Number(bytes.toString('latin1', at, end))
      else this.#readRow(bytes, at)
      at = end
    }
    this.#consumed += at
    // A copy: the chunk's memory may be the stream's.
    this.#rest = at === bytes.length ? Buffer.alloc(0) : Buffer.from(bytes.subarray(at))
  }

  /** The whole rows so far. */
  take(): readonly Column[] {
    return this.#builders.map((builder) => builder.finish())
  }

  /** @throws `SBX_FORMAT_BYTES` when the input ends within a row. */
  end(): void {
    if (this.#rest.length > 0) throw this.#broken(this.#rest.length, 'it ends within a row')
  }

  /** Where the header of a chunk ends; -1 when more bytes are needed. */
  #headerEnd(bytes: Buffer, from: number): number {
    const end = bytes.indexOf(LINE_FEED, from)
    const text = bytes.toString('latin1', from, end < 0 ? from + MAX_DIGITS + 1 : end)
    if (!CHUNK_HEADER.test(text)) throw this.#broken(from, 'a chunk begins with its number of rows')
    return end < 0 ? -1 : end + 1
  }

  /** Where the row ends that begins at `at`; -1 when more bytes are needed. */
  #rowEnd(bytes: Buffer, from: number): number {
    let at = from
    for (const type of this.#types) {
      at = type.isNullable ? this.#nullableEnd(bytes, at, type) : this.#valueEnd(bytes, at, type)
      if (at < 0) return -1
    }
    return at
  }

  #nullableEnd(bytes: Buffer, at: number, type: RowBinaryType): number {
    if (at >= bytes.length) return -1
    const mark = bytes[at] as number
    if (mark > 1) throw this.#broken(at, 'a Nullable begins with 0 or 1')
    return mark === 1 ? at + 1 : this.#valueEnd(bytes, at + 1, type)
  }

  #valueEnd(bytes: Buffer, at: number, { wire }: RowBinaryType): number {
    const fixed = wireTypes[wire].bytes
    const length = fixed > 0 ? { at, value: fixed } : this.#length(bytes, at)
    if (length === undefined || length.at + length.value > bytes.length) return -1
    return length.at + length.value
  }

  #length(
    bytes: Buffer,
    from: number,
  ): { readonly at: number; readonly value: number } | undefined {
    let value = 0
    for (let n = 0; n < MAX_LENGTH_BYTES; n++) {
      if (from + n >= bytes.length) return undefined
      const byte = bytes[from + n] as number
      value += (byte & 0x7f) * 2 ** (7 * n)
      if (byte > 0x7f) continue
      if (value > MAX_TEXT_BYTES) break
      return { at: from + n + 1, value }
    }
    throw this.#broken(from, `a string is longer than ${MAX_TEXT_BYTES} bytes`)
  }

  #readRow(bytes: Buffer, from: number): void {
    this.#rowsOfChunk--
    let at = from
    for (const step of this.#steps) at = step(bytes, at)
  }

  #broken(at: number, reason: string) {
    return sandboxErrors.create('FORMAT_BYTES', {
      format: 'RowBinary',
      at: this.#consumed + at,
      reason,
    })
  }
}

/** Reads one value into its builder and says where the next begins. The row is known to be whole. */
type Step = (bytes: Buffer, at: number) => number

function stepOf(type: RowBinaryType, builder: ColumnBuilder): Step {
  const read = valueStep(type, builder)
  if (!type.isNullable) return read
  return (bytes, at) => {
    if (bytes[at] === 0) return read(bytes, at + 1)
    builder.addNull()
    return at + 1
  }
}

function valueStep({ wire }: RowBinaryType, builder: ColumnBuilder): Step {
  if (wire === 'String') return (bytes, at) => textStep(bytes, at, builder)
  if (wire === 'Int64' || wire === 'UInt32') {
    const is64 = wire === 'Int64'
    return (bytes, at) => {
      builder.addBigint(is64 ? bytes.readBigInt64LE(at) : BigInt(bytes.readUInt32LE(at)))
      return at + (is64 ? 8 : 4)
    }
  }
  const read: Readonly<
    Record<Exclude<typeof wire, 'String'>, (bytes: Buffer, at: number) => number>
  > = {
    Float64: (bytes, at) => bytes.readDoubleLE(at),
    Float32: (bytes, at) => bytes.readFloatLE(at),
    Int8: (bytes, at) => bytes.readInt8(at),
    Int16: (bytes, at) => bytes.readInt16LE(at),
    Int32: (bytes, at) => bytes.readInt32LE(at),
    UInt8: (bytes, at) => bytes.readUInt8(at),
    UInt16: (bytes, at) => bytes.readUInt16LE(at),
    Bool: (bytes, at) => (bytes[at] === 0 ? 0 : 1),
  }
  const readNumber = read[wire]
  const width = wireTypes[wire].bytes
  return (bytes, at) => {
    builder.addNumber(readNumber(bytes, at))
    return at + width
  }
}

function textStep(bytes: Buffer, from: number, builder: ColumnBuilder): number {
  let at = from
  let length = 0
  let shift = 1
  for (;;) {
    const byte = bytes[at++] as number
    length += (byte & 0x7f) * shift
    if (byte < 0x80) break
    shift *= 128
  }
  builder.addBytes(bytes, at, at + length)
  return at + length
}
