import t from 'tap'
import { fc } from '../../../sdk/test/seeded-check.ts'
import { readArrow, writeArrow } from '../../src/columns/arrow.ts'
import { castColumn } from '../../src/columns/cast-column.ts'
import { columnFromValues, jsonValues } from '../../src/columns/column-values.ts'
import { packColumns, unpackColumns } from '../../src/columns/pack-columns.ts'
import { RowBinaryReader } from '../../src/columns/row-binary-reader.ts'
import { rowBinaryType } from '../../src/columns/row-binary-types.ts'
import { writeRowBinary } from '../../src/columns/row-binary-writer.ts'

const packed = () => {
  const columns = [
    columnFromValues('f64', [1, null, 3], 'a'),
    columnFromValues('utf8', ['x', 'yz', null], 'b'),
  ]
  return new Uint8Array(Buffer.concat(packColumns(columns, 3).parts))
}

t.test('a packed buffer is not believed', async (t) => {
  t.test('flipped bytes give columns or a refusal, never anything else', async () => {
    fc.assert(
      fc.property(fc.nat(399), fc.nat(255), (at, byte) => {
        const bytes = packed()
        bytes[at % bytes.length] = byte
        try {
          for (const column of unpackColumns(bytes)) jsonValues(column)
          return true
        } catch (error) {
          return (error as { code?: string }).code === 'SBX_COLUMNS_INVALID'
        }
      }),
      { numRuns: 500 },
    )
  })

  t.test('nor one that is cut short', async (t) => {
    const bytes = packed()
    for (const length of [0, 7, 8, 100, bytes.length - 8]) {
      t.throws(() => unpackColumns(bytes.slice(0, length)), { code: 'SBX_COLUMNS_INVALID' })
    }
  })
})

t.test('a value of another type is refused with its row', async (t) => {
  const cases = [
    ['f64', '1'],
    ['f64', true],
    ['i32', 1.5],
    ['i32', 2 ** 31],
    ['i64', '9223372036854775808'],
    ['i64', 2 ** 53],
    ['bool', 1],
    ['utf8', 1],
    ['json', 1n],
  ] as const
  for (const [type, value] of cases) {
    t.throws(
      () => columnFromValues(type, [null, value], 'x'),
      { code: 'SBX_COLUMN_VALUE', parameters: { row: 1, column: 'x' } },
      `${type} ${typeof value}`,
    )
  }
})

t.test('keys that reach a prototype do not come out of a column of JSON', async (t) => {
  const column = columnFromValues('json', [JSON.parse('{"__proto__":{"a":1},"b":2}')], 'x')
  const [value] = jsonValues(column) as [object]
  t.same(value, { b: 2 })
  t.notOk(Object.hasOwn(value, '__proto__'))
})

t.test('RowBinary is read as ClickHouse writes it', async (t) => {
  const types = ['UInt8', 'Nullable(String)', 'Int16', 'UInt32', 'Float32'].map(rowBinaryType)
  // SELECT 200, 'é', -2, 4000000000, 0.5 UNION ALL SELECT 1, NULL, 5, 0, -1
  const bytes = Buffer.from(
    'c8 00 02 c3a9 feff 00286bee 0000003f 01 01 0500 00000000 000080bf'.replaceAll(' ', ''),
    'hex',
  )
  const reader = new RowBinaryReader(types)
  reader.push(bytes, 10)
  const columns = reader.take()
  t.same(columns.map(jsonValues), [
    [200, 1],
    ['é', null],
    [-2, 5],
    ['4000000000', '0'],
    [0.5, -1],
  ])
  t.same(writeRowBinary(columns, types), bytes)
})

t.test('RowBinary that is none says where', async (t) => {
  const reader = () => new RowBinaryReader([rowBinaryType('Nullable(Float64)')])
  t.throws(() => reader().push(Buffer.from([2]), 1), {
    code: 'SBX_FORMAT_BYTES',
    parameters: { at: 0 },
  })
  const cut = reader()
  cut.push(Buffer.from([1, 0, 1, 2]), 10)
  t.throws(() => cut.end(), { code: 'SBX_FORMAT_BYTES' })
  const long = new RowBinaryReader([rowBinaryType('String')])
  t.throws(() => long.push(Buffer.alloc(8, 0xff), 1), { code: 'SBX_FORMAT_BYTES' })
  for (const type of ['UInt64', 'Decimal(9, 2)', 'Array(Int8)', 'Nullable(Nullable(Int8))', '']) {
    t.throws(() => rowBinaryType(type), { code: 'SBX_FORMAT_TYPE' }, type)
  }
})

t.test('a result that its type cannot hold is refused with its row', async (t) => {
  const column = columnFromValues('i32', [1, 300], 'x')
  t.throws(() => writeRowBinary([column], [rowBinaryType('UInt8')], 10), {
    code: 'SBX_FORMAT_RANGE',
    parameters: { row: 11, found: '300', type: 'UInt8' },
  })
  const nulls = columnFromValues('f64', [null], 'x')
  t.throws(() => writeRowBinary([nulls], [rowBinaryType('Float64')]), { code: 'SBX_FORMAT_RANGE' })
})

t.test('Arrow that is none is refused, wherever it is cut or bent', async () => {
  const stream = writeArrow(
    [columnFromValues('utf8', ['x', 'yz', null], 'b'), columnFromValues('i64', [1, 2, 3], 'c')],
    ['b', 'c'],
  )
  fc.assert(
    fc.property(fc.nat(stream.length - 1), fc.nat(255), fc.boolean(), (at, byte, isCut) => {
      const bytes = isCut ? stream.slice(0, at) : stream.slice()
      if (!isCut) bytes[at] = byte
      try {
        for (const column of readArrow(bytes)) jsonValues(column)
        return true
      } catch (error) {
        return /^SBX_(FORMAT_|COLUMN)/.test((error as { code?: string }).code ?? '')
      }
    }),
    { numRuns: 400 },
  )
})

t.test('values change their type only where each of them has one there', async (t) => {
  const of = (type: 'i32' | 'i64', values: unknown[]) => columnFromValues(type, values, 'x')
  t.match(castColumn(of('i32', [1, null]), 'f64'), { values: Float64Array.of(1, 0) })
  t.match(castColumn(of('i64', [5n, null]), 'f64'), { values: Float64Array.of(5, 0) })
  t.equal(castColumn(of('i64', [2n ** 60n]), 'f64'), undefined)
  t.equal(castColumn(of('i64', [1n]), 'utf8'), undefined)
})
