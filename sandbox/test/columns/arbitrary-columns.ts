import { fc } from '../../../sdk/test/seeded-check.ts'
import type { Column, ColumnType } from '../../src/columns/column.ts'
import { columnFromValues, valueAt } from '../../src/columns/column-values.ts'

/** Values of every type as JavaScript has them, the awkward ones often. Text is well-formed: what becomes of other text has its own test. */
const values: Readonly<Record<ColumnType, fc.Arbitrary<unknown>>> = {
  f64: fc.oneof(
    fc.double(),
    fc.constantFrom(Number.NaN, -0, Number.POSITIVE_INFINITY, Number.MIN_VALUE),
  ),
  i32: fc.integer(),
  i64: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  bool: fc.boolean(),
  utf8: fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('', '\0', '你好', '😀')),
  json: fc.jsonValue().filter((value) => value !== null),
}

export interface GivenColumn {
  readonly column: Column
  /** With null where there is no value; of `json` the text. */
  readonly values: readonly unknown[]
}

export function arbitraryColumn(type: ColumnType, rows: number): fc.Arbitrary<GivenColumn> {
  const value = fc.oneof({ weight: 4, arbitrary: values[type] }, fc.constant(null))
  return fc.array(value, { minLength: rows, maxLength: rows }).map((given) => ({
    column: columnFromValues(type, given, type),
    values:
      type === 'json' ? given.map((each) => (each === null ? null : JSON.stringify(each))) : given,
  }))
}

export const columnTypes: readonly ColumnType[] = ['f64', 'i32', 'i64', 'bool', 'utf8', 'json']

/** A few columns of as many rows, none of them now and then. */
export const arbitraryColumns: fc.Arbitrary<readonly GivenColumn[]> = fc
  .tuple(
    fc.array(fc.constantFrom(...columnTypes), { minLength: 1, maxLength: 4 }),
    fc.oneof(fc.constant(0), fc.nat(40)),
  )
  .chain(([types, rows]) => fc.tuple(...types.map((type) => arbitraryColumn(type, rows))))

function valuesOf(column: Column): readonly unknown[] {
  return Array.from({ length: column.rows }, (_, row) => valueAt(column, row))
}

/** Equal value by value, with NaN equal to itself and -0 unequal to 0. */
export function isSame(column: Column | undefined, expected: readonly unknown[]): boolean {
  if (column === undefined || column.rows !== expected.length) return false
  return valuesOf(column).every((value, row) => Object.is(value, expected[row]))
}
