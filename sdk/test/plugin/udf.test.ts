import t from 'tap'
import { columnar, definePlugin, scalar } from '../../src/index.ts'

t.test('a function says of itself what it takes and answers', async (t) => {
  const margin = scalar({ args: ['f64', 'f64'], returns: 'f64' }, (price, cost) => price - cost)
  t.same(margin.udf, { shape: 'scalar', args: ['f64', 'f64'], returns: 'f64', nulls: 'skip' })
  t.equal(margin(5, 2), 3)
  t.ok(Object.isFrozen(margin.udf))
})

t.test('a columnar one gets typed columns and memory for its result', async (t) => {
  const twice = columnar({ args: ['f64'], returns: 'f64' }, ([values], rows, out) => {
    for (let row = 0; row < rows; row++) out[row] = (values.values[row] as number) * 2
    return out
  })
  t.equal(twice.udf.shape, 'columnar')
})

t.test('both stand in the table of a plugin beside plain ones', async (t) => {
  const plugin = definePlugin({
    udfs: {
      label: scalar({ args: ['utf8', 'i64'], returns: 'utf8' }, (name, n) => `${name}#${n}`),
      plain: (value: number) => value,
    },
  })
  t.equal(plugin.udfs.label('a', 1n), 'a#1')
})

t.test('a function is declared once', async (t) => {
  const udf = (value: number) => value
  scalar({ args: ['f64'], returns: 'f64' }, udf)
  t.throws(() => scalar({ args: ['i32'], returns: 'f64' }, udf), TypeError)
})

/** Each of these is compiled by `npm run check:types`, which fails when the mistake is not seen. */
export const mistakes = () => [
  // @ts-expect-error no such type
  scalar({ args: ['f32'], returns: 'f64' }, (value: number) => value),
  // @ts-expect-error a 64-bit whole number is a bigint
  scalar({ args: ['i64'], returns: 'f64' }, (value) => value * 2),
  // @ts-expect-error text is no number
  scalar({ args: ['f64'], returns: 'f64' }, (value) => `${value}`),
  // @ts-expect-error with "pass" the argument may be null
  scalar({ args: ['f64'], returns: 'f64', nulls: 'pass' }, (value) => value + 1),
  // @ts-expect-error two columns are declared
  columnar({ args: ['f64', 'f64'], returns: 'f64' }, (columns) => columns[2].values),
  // @ts-expect-error the result is of another type
  columnar({ args: ['f64'], returns: 'i32' }, ([a]) => a.values),
  // @ts-expect-error a promise is no value
  scalar({ args: ['f64'], returns: 'f64' }, async (value) => value),
]
