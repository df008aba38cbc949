import { sandboxErrors } from '../sandbox-errors.ts'
import type { ColumnType } from './column.ts'

/** A ClickHouse type as RowBinary carries it. */
export interface RowBinaryType {
  /** As ClickHouse writes it, such as `Nullable(Int32)`. */
  readonly name: string
  readonly column: ColumnType
  readonly isNullable: boolean
  readonly wire: WireType
}

export type WireType = keyof typeof wireTypes

/** Bytes of a value (0: its length stands before it), what it becomes, and what the way back must stay within. */
export const wireTypes = {
  Float64: { bytes: 8, column: 'f64', range: undefined },
  Float32: { bytes: 4, column: 'f64', range: undefined },
  Int8: { bytes: 1, column: 'i32', range: [-(2 ** 7), 2 ** 7 - 1] },
  Int16: { bytes: 2, column: 'i32', range: [-(2 ** 15), 2 ** 15 - 1] },
  Int32: { bytes: 4, column: 'i32', range: undefined },
  UInt8: { bytes: 1, column: 'i32', range: [0, 2 ** 8 - 1] },
  UInt16: { bytes: 2, column: 'i32', range: [0, 2 ** 16 - 1] },
  UInt32: { bytes: 4, column: 'i64', range: [0, 2 ** 32 - 1] },
  Int64: { bytes: 8, column: 'i64', range: undefined },
  Bool: { bytes: 1, column: 'bool', range: undefined },
  String: { bytes: 0, column: 'utf8', range: undefined },
} as const satisfies Readonly<
  Record<
    string,
    {
      readonly bytes: number
      readonly column: ColumnType
      readonly range: readonly [number, number] | undefined
    }
  >
>

/**
 * @param text a ClickHouse type: one of `wireTypes`, or `Nullable(…)` of it.
 * @throws `SBX_FORMAT_TYPE`
 */
export function rowBinaryType(text: string): RowBinaryType {
  const name = text.trim()
  const inner = /^Nullable\((.*)\)$/.exec(name)?.[1]?.trim()
  const wire = inner ?? name
  if (!Object.hasOwn(wireTypes, wire)) {
    throw sandboxErrors.create('FORMAT_TYPE', { format: 'RowBinary', type: name })
  }
  const { column } = wireTypes[wire as WireType]
  return { name, column, isNullable: inner !== undefined, wire: wire as WireType }
}
