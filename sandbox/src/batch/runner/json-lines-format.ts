import type { Column, ColumnType } from '../../columns/column.ts'
import { columnFromValues, jsonValueAt } from '../../columns/column-values.ts'
import { sandboxErrors } from '../../sandbox-errors.ts'
import type { FormatOptions, Rows, UdfFormat } from './udf-format.ts'

/** A longer line is no row of arguments. */
const MAX_LINE_BYTES = 16 * 1024 * 1024

/**
 * One row a line: a JSON array of the arguments, answered by an array of the result; or an object whose values are the arguments in
 * their order, answered by an object. (ClickHouse: JSONCompactEachRow and JSONEachRow.)
 */
export class JsonLinesFormat implements UdfFormat {
  readonly returns: ColumnType | undefined = undefined
  readonly #options: FormatOptions
  #rows: unknown[][] = []
  #rest = Buffer.alloc(0)
  #line = 0
  #isObjects = false

  constructor(options: FormatOptions) {
    this.#options = options
  }

  get hasRows(): boolean {
    return this.#rows.length > 0
  }

  get isFull(): boolean {
    return this.#rows.length >= this.#options.maxRows
  }

  push(chunk: Buffer): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    let at = 0
    for (let end = bytes.indexOf(10, at); end >= 0; end = bytes.indexOf(10, at)) {
      this.#addLine(bytes.toString('utf8', at, end))
      at = end + 1
    }
    this.#rest = Buffer.from(bytes.subarray(at))
    if (this.#rest.length > MAX_LINE_BYTES) throw this.#broken('the line is too long')
  }

  end(): void {
    this.#addLine(this.#rest.toString('utf8'))
    this.#rest = Buffer.alloc(0)
  }

  #addLine(text: string): void {
    this.#line++
    if (text.trim() === '') return
    const row = this.#parse(text)
    if (typeof row !== 'object' || row === null) throw this.#broken('it is no array and no object')
    this.#isObjects = !Array.isArray(row)
    const values: unknown[] = Array.isArray(row) ? row : Object.values(row)
    const count = this.#options.signature?.args.length ?? this.#rows[0]?.length ?? values.length
    if (values.length !== count) throw this.#broken(`it has ${values.length} values, not ${count}`)
    this.#rows.push(values)
  }

  #parse(text: string): unknown {
    try {
      return JSON.parse(text)
    } catch (cause) {
      throw this.#broken('it is no JSON', cause)
    }
  }

  take(): Rows {
    const rows = this.#rows
    this.#rows = []
    const { signature } = this.#options
    const count = signature?.args.length ?? rows[0]?.length ?? 0
    const columns = Array.from({ length: count }, (_, index) =>
      columnFromValues(
        signature?.args[index] ?? 'json',
        rows.map((row) => row[index]),
        `${index + 1}`,
      ),
    )
    return { columns, rows: rows.length }
  }

  write(column: Column): Uint8Array {
    const lines: string[] = []
    for (let row = 0; row < column.rows; row++) {
      const value = jsonValueAt(column, row) ?? null
      lines.push(JSON.stringify(this.#isObjects ? { [this.#options.resultName]: value } : [value]))
    }
    return Buffer.from(lines.map((line) => `${line}\n`).join(''))
  }

  finish(): Uint8Array {
    return new Uint8Array(0)
  }

  #broken(reason: string, cause?: unknown) {
    return sandboxErrors.create('FORMAT_LINE', { line: this.#line, reason }, { cause })
  }
}
