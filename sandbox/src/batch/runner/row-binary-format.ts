import type { Column, ColumnType } from '../../columns/column.ts'
import { RowBinaryReader } from '../../columns/row-binary-reader.ts'
import { type RowBinaryType, rowBinaryType } from '../../columns/row-binary-types.ts'
import { writeRowBinary } from '../../columns/row-binary-writer.ts'
import type { FormatOptions, Rows, UdfFormat } from './udf-format.ts'

/** What a query engine sends when nothing else was said: the function's own types, which have no null. */
const wireNames: Readonly<Record<ColumnType, string>> = {
  f64: 'Float64',
  i32: 'Int32',
  i64: 'Int64',
  bool: 'Bool',
  utf8: 'String',
  json: 'String',
}
/** More text than a morsel takes: what comes behind it waits. */
const MAX_TEXT_BYTES = 4 * 1024 * 1024

export class RowBinaryFormat implements UdfFormat {
  readonly returns: ColumnType | undefined
  readonly #reader: RowBinaryReader
  readonly #result: RowBinaryType
  readonly #maxRows: number
  #written = 0

  /** @throws `SBX_FORMAT_TYPE` */
  constructor(options: FormatOptions) {
    const { args, returns, signature } = options
    const named = args ?? signature?.args.map((type) => wireNames[type]) ?? []
    this.#reader = new RowBinaryReader(named.map(rowBinaryType), options.hasChunkHeaders)
    this.#result = rowBinaryType(returns ?? wireNames[signature?.returns ?? 'json'])
    this.returns = this.#result.column
    this.#maxRows = options.maxRows
  }

  get hasRows(): boolean {
    return this.#reader.rows > 0
  }

  get isFull(): boolean {
    return this.#reader.rows >= this.#maxRows || this.#reader.textBytes > MAX_TEXT_BYTES
  }

  push(chunk: Buffer): void {
    this.#reader.push(chunk, this.#maxRows)
  }

  end(): void {
    this.#reader.end()
  }

  take(): Rows {
    const { rows } = this.#reader
    const columns = this.#reader.take()
    // What waited behind the rows that were taken.
    this.#reader.push(Buffer.alloc(0), this.#maxRows)
    return { columns, rows }
  }

  write(column: Column): Uint8Array {
    const bytes = writeRowBinary([column], [this.#result], this.#written)
    this.#written += column.rows
    return bytes
  }

  finish(): Uint8Array {
    return new Uint8Array(0)
  }
}
