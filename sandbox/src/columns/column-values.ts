import { parse } from 'secure-json-parse'
import { sandboxErrors } from '../sandbox-errors.ts'
import type { Column, ColumnType } from './column.ts'
import { isFixed } from './column.ts'
import { ColumnBuilder } from './column-builder.ts'
import { isValid } from './validity.ts'

/** What a value of a column is in JavaScript. */
export type ColumnValue = number | bigint | boolean | string | null

/**
 * JSON has neither NaN nor infinities nor 64-bit numbers: they are written as text, as the JSON mapping of Protocol Buffers does.
 * The sign of -0 is lost in JSON text, and only there.
 */
const numbersAsText: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
}
const INT64 = /^-?\d{1,19}$/
const expected: Readonly<Record<ColumnType, string>> = {
  f64: 'a number, "NaN", "Infinity" or "-Infinity"',
  i32: 'a whole number of 32 bits',
  i64: 'a whole number of 64 bits, as decimal text where it is over 2^53',
  bool: 'true or false',
  utf8: 'text',
  json: 'a value of JSON',
}

/**
 * A column of values that came as JSON, or as JavaScript has them.
 * @param name for messages: what the caller calls the column.
 * @throws `SBX_COLUMN_VALUE` with the first row whose value is of another type, `SBX_COLUMN_TOO_LARGE`
 */
export function columnFromValues(
  type: ColumnType,
  values: readonly unknown[],
  name: string,
): Column {
  const builder = new ColumnBuilder(type)
  for (const [row, value] of values.entries()) {
    if (!addValue(builder, value)) {
      throw sandboxErrors.create('COLUMN_VALUE', {
        row,
        column: name,
        found: foundName(value),
        expected: expected[type],
      })
    }
  }
  return builder.finish()
}

/** @returns false when the value is not of the builder's type; then nothing was added. */
export function addValue(builder: ColumnBuilder, value: unknown): boolean {
  if (value === null || value === undefined) {
    builder.addNull()
    return true
  }
  return adders[builder.type](builder, value)
}

type Adder = (builder: ColumnBuilder, value: unknown) => boolean

const adders: Readonly<Record<ColumnType, Adder>> = {
  f64: (builder, value) => {
    const number = typeof value === 'string' ? numbersAsText[value] : value
    return typeof number === 'number' && added(() => builder.addNumber(number))
  },
  i32: (builder, value) =>
    typeof value === 'number' && (value | 0) === value && added(() => builder.addNumber(value)),
  bool: (builder, value) =>
    typeof value === 'boolean' && added(() => builder.addNumber(value ? 1 : 0)),
  utf8: (builder, value) => typeof value === 'string' && added(() => builder.addText(value)),
  i64: addInt64,
  json: addJson,
}

function added(add: () => void): true {
  add()
  return true
}

function addInt64(builder: ColumnBuilder, value: unknown): boolean {
  const isWhole = Number.isSafeInteger(value) || (typeof value === 'string' && INT64.test(value))
  if (!isWhole && typeof value !== 'bigint') return false
  const whole = BigInt(value as number | string | bigint)
  if (BigInt.asIntN(64, whole) !== whole) return false
  builder.addBigint(whole)
  return true
}

function addJson(builder: ColumnBuilder, value: unknown): boolean {
  const text: string | undefined = typeof value === 'bigint' ? undefined : JSON.stringify(value)
  if (text === undefined) return false
  builder.addText(text)
  return true
}

function foundName(value: unknown): string {
  if (typeof value === 'object') return Array.isArray(value) ? 'a list' : 'an object'
  if (typeof value === 'string') return value.length > 40 ? 'a longer text' : JSON.stringify(value)
  return `${String(value)}`
}

/** One value as JavaScript has it; of `json` its text. */
export function valueAt(column: Column, row: number): ColumnValue {
  if (!isValid(column.validity, row)) return null
  if (!isFixed(column)) return textAt(column, row)
  if (column.type === 'bool') return column.values[row] !== 0
  return column.values[row] as number | bigint
}

/** One value as JSON has it: see `numbersAsText`. */
export function jsonValueAt(column: Column, row: number): unknown {
  const value = valueAt(column, row)
  if (typeof value === 'bigint') return value.toString()
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value)
  // A guest wrote it: keys that reach a prototype go.
  if (column.type === 'json' && typeof value === 'string') {
    return parse(value, undefined, { protoAction: 'remove', constructorAction: 'remove' })
  }
  return value
}

export function jsonValues(column: Column): readonly unknown[] {
  return Array.from({ length: column.rows }, (_, row) => jsonValueAt(column, row))
}

function textAt(column: Exclude<Column, { values: unknown }>, row: number): string {
  const { bytes, offsets } = column
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return text.toString('utf8', offsets[row], offsets[row + 1])
}
