import { readArrow, writeArrow } from '../../columns/arrow.ts'
import { arrowMessageAt, arrowMessageKinds } from '../../columns/arrow-messages.ts'
import type { Column, ColumnType } from '../../columns/column.ts'
import { fixedColumn } from '../../columns/column.ts'
import { sandboxErrors } from '../../sandbox-errors.ts'
import type { FormatOptions, Rows, UdfFormat } from './udf-format.ts'

const END_OF_STREAM = Buffer.from([0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0])
/** Two batches: one to work on and one that comes in. */
const MAX_BATCHES = 2

/** An Arrow IPC stream in, one out; a batch in is a batch out. */
export class ArrowFormat implements UdfFormat {
  readonly returns: ColumnType | undefined = undefined
  readonly #resultName: string
  readonly #batches: Rows[] = []
  /** The schema and the dictionaries so far: a batch can be read only behind them. */
  #head: Uint8Array[] = []
  #rest = Buffer.alloc(0)
  #consumed = 0
  #isEnded = false
  #hasWritten = false

  constructor({ resultName }: FormatOptions) {
    this.#resultName = resultName
  }

  get hasRows(): boolean {
    return this.#batches.length > 0
  }

  get isFull(): boolean {
    return this.#batches.length >= MAX_BATCHES
  }

  push(chunk: Buffer): void {
    if (this.#isEnded) return
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    let at = 0
    for (;;) {
      const message = this.#messageAt(bytes, at)
      if (message === undefined || at + message.byteLength > bytes.length) break
      // A copy: its memory begins where typed arrays can, and the chunk's may be the stream's.
      this.#take(message.kind, new Uint8Array(bytes.subarray(at, at + message.byteLength)))
      at += message.byteLength
    }
    this.#consumed += at
    this.#rest = Buffer.from(bytes.subarray(at))
  }

  #messageAt(bytes: Buffer, at: number) {
    try {
      return arrowMessageAt(bytes, at)
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : 'it is no Arrow stream'
      const told = { format: 'Arrow', at: this.#consumed + at, reason }
      throw sandboxErrors.create('FORMAT_BYTES', told, { cause })
    }
  }

  #take(kind: number, message: Uint8Array): void {
    if (kind === 0) {
      this.#isEnded = true
    } else if (kind === arrowMessageKinds.batch) {
      const columns = readArrow([...this.#head, message])
      this.#batches.push({ columns, rows: columns[0]?.rows ?? 0 })
    } else if (kind === arrowMessageKinds.schema) this.#head = [message]
    else this.#head.push(message)
  }

  end(): void {
    if (this.#rest.length === 0 || this.#isEnded) return
    const reason = 'it ends within a message'
    const at = this.#consumed + this.#rest.length
    throw sandboxErrors.create('FORMAT_BYTES', { format: 'Arrow', at, reason })
  }

  take(): Rows {
    return this.#batches.shift() as Rows
  }

  write(column: Column): Uint8Array {
    const stream = writeArrow([column], [this.#resultName])
    const end = stream.length - END_OF_STREAM.length
    const from = this.#hasWritten ? schemaLength(stream) : 0
    this.#hasWritten = true
    return stream.subarray(from, end)
  }

  finish(): Uint8Array {
    if (this.#hasWritten) return END_OF_STREAM
    // No batch came: a stream still says what it would have been.
    return writeArrow([fixedColumn('f64', new Float64Array(0))], [this.#resultName])
  }
}

function schemaLength(stream: Uint8Array): number {
  const bytes = Buffer.from(stream.buffer, stream.byteOffset, stream.byteLength)
  return arrowMessageAt(bytes, 0)?.byteLength ?? 0
}
