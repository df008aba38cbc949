import t from 'tap'
import { fc } from '../../../sdk/test/seeded-check.ts'
import { readArrow, writeArrow } from '../../src/columns/arrow.ts'
import type { Column } from '../../src/columns/column.ts'
import { columnFromValues, jsonValues } from '../../src/columns/column-values.ts'
import { cutColumn, morselEnd } from '../../src/columns/cut-columns.ts'
import { joinColumns } from '../../src/columns/join-columns.ts'
import { packColumns, unpackColumns } from '../../src/columns/pack-columns.ts'
import { RowBinaryReader } from '../../src/columns/row-binary-reader.ts'
import { rowBinaryType } from '../../src/columns/row-binary-types.ts'
import { writeRowBinary } from '../../src/columns/row-binary-writer.ts'
import { arbitraryColumns, columnTypes, type GivenColumn, isSame } from './arbitrary-columns.ts'

const columnsOf = (given: readonly GivenColumn[]) => given.map(({ column }) => column)
const areSame = (columns: readonly Column[], given: readonly GivenColumn[]) =>
  columns.length === given.length &&
  given.every(({ values }, index) => isSame(columns[index], values))

t.test('every type with its nulls comes back', async (t) => {
  t.test('from the packed buffer, whose parts are 8-aligned', async () => {
    fc.assert(
      fc.property(arbitraryColumns, (given) => {
        const packed = packColumns(columnsOf(given), given[0]?.column.rows ?? 0)
        const bytes = new Uint8Array(Buffer.concat(packed.parts))
        return bytes.length === packed.byteLength && areSame(unpackColumns(bytes), given)
      }),
    )
  })

  t.test('from Arrow', async () => {
    fc.assert(
      fc.property(arbitraryColumns, (given) => {
        const names = given.map((_, index) => `c${index}`)
        const columns = readArrow(writeArrow(columnsOf(given), names))
        return areSame(columns, given)
      }),
    )
  })

  t.test('from RowBinary, however its bytes are cut into chunks', async () => {
    const wire = { f64: 'Float64', i32: 'Int32', i64: 'Int64', bool: 'Bool' } as const
    fc.assert(
      fc.property(arbitraryColumns, fc.integer({ min: 1, max: 50 }), (given, step) => {
        const types = given.map(({ column }) =>
          rowBinaryType(`Nullable(${wire[column.type as 'f64'] ?? 'String'})`),
        )
        const bytes = writeRowBinary(columnsOf(given), types)
        const reader = new RowBinaryReader(types)
        for (let at = 0; at < bytes.length; at += step) {
          reader.push(bytes.subarray(at, at + step), Number.POSITIVE_INFINITY)
        }
        reader.end()
        return areSame(reader.take(), given)
      }),
    )
  })

  t.test('from morsels that are cut and joined again', async () => {
    fc.assert(
      fc.property(arbitraryColumns, fc.integer({ min: 1, max: 200 }), (given, bytes) => {
        const columns = columnsOf(given)
        const rows = columns[0]?.rows ?? 0
        const pieces: Column[][] = columns.map(() => [])
        for (let from = 0; from < rows; ) {
          const to = morselEnd(columns, rows, from, { rows: 16, bytes })
          for (const [n, column] of columns.entries()) pieces[n]?.push(cutColumn(column, from, to))
          from = to
        }
        const joined = columns.map(({ type }, n) => joinColumns(type, pieces[n] ?? []))
        return areSame(joined, given)
      }),
    )
  })

  t.test('from JSON, but for the sign of -0 and keys that reach a prototype', async () => {
    fc.assert(
      fc.property(arbitraryColumns, (given) => {
        const back = given.map(({ column }) => {
          const values = JSON.parse(JSON.stringify(jsonValues(column))) as unknown[]
          return columnFromValues(column.type, values, 'back')
        })
        const withoutSign = given.map(({ column, values }) => ({
          column,
          values: values.map((value) => {
            if (column.type === 'json' && typeof value === 'string') return withoutPrototypes(value)
            return Object.is(value, -0) ? 0 : value
          }),
        }))
        return areSame(back, withoutSign)
      }),
    )
  })
})

/** As `jsonValues` hands texts out: what a guest wrote must not change what an object inherits. */
function withoutPrototypes(text: string): string {
  const isPrototype = (key: string, value: unknown) =>
    key === '__proto__' ||
    (key === 'constructor' &&
      typeof value === 'object' &&
      value !== null &&
      Object.hasOwn(value, 'prototype'))
  return JSON.stringify(
    JSON.parse(text, (key, value) => (isPrototype(key, value) ? undefined : value)),
  )
}

t.test('no rows are a column too', async (t) => {
  for (const type of columnTypes) {
    const column = columnFromValues(type, [], 'none')
    t.equal(
      unpackColumns(new Uint8Array(Buffer.concat(packColumns([column], 0).parts)))[0]?.rows,
      0,
    )
    t.equal(readArrow(writeArrow([column], ['none']))[0]?.rows, 0)
    t.equal(joinColumns(type, []).rows, 0)
  }
})

t.test('half a surrogate pair becomes U+FFFD: UTF-8 has no word for it', async (t) => {
  const column = columnFromValues('utf8', ['a\ud83d', '\ude00b', '\ud83d\ude00'], 'text')
  t.same(jsonValues(column), ['a\ufffd', '\ufffdb', '😀'])
})
