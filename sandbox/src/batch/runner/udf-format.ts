import type { UdfSignature } from '@signalbox/sdk'
import type { Column, ColumnType } from '../../columns/column.ts'

export interface Rows {
  readonly columns: readonly Column[]
  readonly rows: number
}

/** How rows come in and results go out. Each has a state: where in the input it stands. */
export interface UdfFormat {
  /** For a function that does not say what it returns; undefined leaves it to the function. */
  readonly returns: ColumnType | undefined
  /** Rows that are whole and not yet taken. */
  readonly hasRows: boolean
  /** There is no use in reading on before some are taken. */
  readonly isFull: boolean
  /** @throws a coded error when the bytes are not of the format. */
  push(chunk: Buffer): void
  /** @throws a coded error when the input ends in the middle. */
  end(): void
  take(): Rows
  /** A result in the order in which its rows were taken. */
  write(column: Column): Uint8Array
  /** What stands behind the last result. */
  finish(): Uint8Array
}

/** What the command line says of the format, and what the function says of itself. */
export interface FormatOptions {
  readonly args: readonly string[] | undefined
  readonly returns: string | undefined
  readonly resultName: string
  readonly hasChunkHeaders: boolean
  readonly maxRows: number
  readonly signature: UdfSignature | null
}
