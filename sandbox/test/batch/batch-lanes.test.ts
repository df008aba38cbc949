import '../plain-spawn.ts'
import t from 'tap'
import { fc } from '../../../sdk/test/seeded-check.ts'
import { BatchLanes } from '../../src/batch/batch-lanes.ts'
import { type Column, fixedColumn } from '../../src/columns/column.ts'
import { columnFromValues, jsonValues } from '../../src/columns/column-values.ts'
import { arbitraryColumn, columnTypes, isSame } from '../columns/arbitrary-columns.ts'
import { type BatchFixture, batchOf, codeOf, columnOf, f64, udfBundle } from './batch-fixture.ts'

const source = udfBundle(`
  margin: scalar({ args: ['f64', 'f64'], returns: 'f64' }, (price, cost) => price - cost),
  total: columnar({ args: ['f64', 'f64'], returns: 'f64' }, ([price, qty], rows, out) => {
    for (let row = 0; row < rows; row++) out[row] = price.values[row] * qty.values[row]
    return out
  }),
  ${['f64', 'i32', 'i64', 'bool', 'utf8', 'json']
    .map(
      (type) => `
  echo_${type}: scalar({ args: ['${type}'], returns: '${type}' }, (value) => value),
  each_${type}: columnar({ args: ['${type}'], returns: '${type}', nulls: 'pass' },
    ([column], rows) => Array.from({ length: rows }, (_, row) => column.get(row))),`,
    )
    .join('')}
  orZero: scalar({ args: ['f64'], returns: 'f64', nulls: 'pass' }, (value) => value ?? 0),
  masked: columnar({ args: ['f64'], returns: 'f64', nulls: 'pass' }, ([column]) =>
    ({ values: column.values, validity: Uint8Array.of(0b101) })),
  wide: scalar({ args: ['i32'], returns: 'utf8' }, (length) => 'x'.repeat(length)),
  bare: (a, b) => ({ a, b }),
  refuse: scalar({ args: ['f64'], returns: 'f64' }, (value) => {
    if (value === 3) throw new Refusal('NO_THREE', 'Anything but 3')
    return value
  }),
  throwing: scalar({ args: ['f64'], returns: 'f64' }, (value) => {
    if (value === 3) throw new Error('three')
    return value
  }),
  wrong: scalar({ args: ['f64'], returns: 'i32' }, (value) => value === 3 ? 1.5 : 1),
  later: scalar({ args: ['f64'], returns: 'json' }, async (value) => value),
  tooFew: columnar({ args: ['f64'], returns: 'f64' }, () => new Float64Array(1)),
  other: columnar({ args: ['f64'], returns: 'f64' }, ([column], rows) => new Int32Array(rows)),
  lying: Object.assign((value) => value, { udf: { shape: 'scalar', args: 'f64', returns: 'f64' } }),
  reach: scalar({ args: ['f64'], returns: 'utf8' }, () => typeof SharedArrayBuffer
    + typeof Atomics + typeof Intl + typeof WebAssembly + typeof process),
  shared: columnar({ args: ['f64'], returns: 'utf8' }, ([column], rows) => {
    const { buffer } = column.values
    const reached = [buffer.constructor === Object, buffer.slice, buffer.grow].join()
    return Array.from({ length: rows }, () => reached)
  }),
`)

t.test('functions over columns', async (t) => {
  const lanes = await BatchLanes.start({ threads: 2, hasStandby: false })
  t.teardown(() => lanes.stop())
  const run = (udf: string, columns: readonly Column[], fixture: BatchFixture = {}) =>
    lanes.run(batchOf(source, columns, { udf, ...fixture }))
  const valuesOf = async (udf: string, columns: readonly Column[], fixture: BatchFixture = {}) =>
    jsonValues(columnOf(await run(udf, columns, fixture)))

  t.test('a scalar one is run row by row', async (t) => {
    t.same(await valuesOf('margin', [f64(5, 7, 9), f64(1, 2, 3)]), [4, 5, 6])
  })

  t.test('a columnar one gets the columns, and memory for its result', async (t) => {
    t.same(await valuesOf('total', [f64(5, 7, 9), f64(1, 2, 3)]), [5, 14, 27])
  })

  t.test('every type goes in and comes out as it was, nulls included', async (t) => {
    for (const type of columnTypes) {
      await fc.assert(
        fc.asyncProperty(arbitraryColumn(type, 20), async ({ column, values }) => {
          const outcomes = await Promise.all([
            run(`echo_${type}`, [column]),
            run(`each_${type}`, [column]),
          ])
          return outcomes.every((outcome) => isSame(columnOf(outcome), values))
        }),
        { numRuns: 12 },
      )
      t.pass(type)
    }
  })

  t.test('many rows are cut into morsels and come back in order', async (t) => {
    const rows = 200_003
    const price = Float64Array.from({ length: rows }, (_, row) => row)
    const one = new Float64Array(rows).fill(1)
    const columns = [fixedColumn('f64', price), fixedColumn('f64', one)]
    t.match(columnOf(await run('margin', columns)), { values: price.map((value) => value - 1) })
    const lengths = columnFromValues(
      'i32',
      Array.from({ length: 50_000 }, (_, n) => n % 7),
      'n',
    )
    const texts = await valuesOf('wide', [lengths])
    t.ok(texts.every((text, row) => (text as string).length === row % 7))
  })

  t.test('a row with a null is null unnoticed, or passed to who asks for it', async (t) => {
    const column = columnFromValues('f64', [1, null, 3], 'x')
    t.same(await valuesOf('margin', [column, f64(1, 1, 1)]), [0, null, 2])
    t.same(await valuesOf('total', [column, f64(2, 2, 2)]), [2, null, 6])
    t.same(await valuesOf('orZero', [column]), [1, 0, 3])
    t.same(await valuesOf('masked', [f64(1, 2, 3)]), [1, null, 3])
  })

  t.test('no rows give no rows, of the right type', async (t) => {
    t.match(columnOf(await run('margin', [f64(), f64()])), { type: 'f64', rows: 0 })
  })

  t.test('one that declares nothing takes what comes and answers JSON', async (t) => {
    const columns = [f64(1), columnFromValues('json', [{ k: [true] }], 'b')]
    t.same(await valuesOf('bare', columns), [{ a: 1, b: { k: [true] } }])
  })

  t.test('it tells what it takes and answers', async (t) => {
    const described = await lanes.describe(batchOf(source, [], { udf: 'orZero' }), 5000)
    const signature = { shape: 'scalar', args: ['f64'], returns: 'f64', nulls: 'pass' }
    t.match(described, { kind: 'described', signature })
    const bare = await lanes.describe(batchOf(source, [], { udf: 'bare' }), 5000)
    t.match(bare, { kind: 'described', signature: null })
  })

  t.test('text that does not fit is asked for in fewer rows', async (t) => {
    const lengths = columnFromValues('i32', new Array(4096).fill(10_000), 'n')
    const column = columnOf(await run('wide', [lengths]))
    t.match(column, { rows: 4096, offsets: { 4096: 40_960_000 } })
    const huge = columnFromValues('i32', [20_000_000], 'n')
    t.equal(codeOf(await run('wide', [huge])), 'SBX_BATCH_OUTPUT_TOO_LARGE')
  })

  t.test('what goes wrong is told with its row, and whose fault it is', async (t) => {
    const rows = [f64(1, 2, 3, 4)]
    const cases = [
      ['refuse', 'refused:NO_THREE', { row: 2 }],
      [
        'throwing',
        'SBX_BATCH_UDF_THREW',
        { blame: 'plugin', error: { parameters: { rows: '2' } } },
      ],
      ['wrong', 'SBX_BATCH_RESULT', { error: { parameters: { rows: '2', found: '1.5' } } }],
      ['tooFew', 'SBX_BATCH_RESULT', { error: { parameters: { found: 'Float64Array(1)' } } }],
      ['other', 'SBX_BATCH_RESULT', { error: { parameters: { found: 'Int32Array(4)' } } }],
      ['lying', 'SBX_BATCH_SIGNATURE', { blame: 'plugin' }],
      ['margin', 'SBX_BATCH_ARGUMENTS', { blame: 'host' }],
      ['none', 'SBX_BATCH_UDF_MISSING', { blame: 'plugin' }],
    ] as const
    for (const [udf, code, more] of cases) {
      const outcome = await run(udf, rows)
      t.equal(codeOf(outcome), code, udf)
      t.match(outcome, more, udf)
    }
    const broken = batchOf('var __signalbox_plugin = (() => { throw new Error("x") })()', rows)
    t.equal(codeOf(await lanes.run(broken)), 'SBX_BATCH_LOAD_FAILED')
  })

  t.test('a promise is no result', async (t) => {
    t.equal(codeOf(await run('later', [f64(1)])), 'SBX_BATCH_RESULT')
  })

  t.test('nothing of the shared memory can be made more of', async (t) => {
    t.same(await valuesOf('reach', [f64(1)]), ['undefined'.repeat(5)])
    t.same(await valuesOf('shared', [f64(1)]), ['true,,'])
  })

  t.test('a variable of one tenant is not another’s', async (t) => {
    const counting = udfBundle(`run: (() => {
      let calls = 0
      return scalar({ args: ['f64'], returns: 'f64' }, () => ++calls)
    })()`)
    const count = async (tenant: string) =>
      jsonValues(columnOf(await lanes.run(batchOf(counting, [f64(0)], { tenant }))))
    t.same(await count('acme'), [1])
    t.same(await count('other'), [1])
  })
})
