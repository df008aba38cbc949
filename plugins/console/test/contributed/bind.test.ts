import t from 'tap'
import { bindInput, linkParams, paramsIn, readPointer, rowsAt } from '../../web/contributed/bind.ts'

const params = new Map([
  ['lot', 'L-1'],
  ['empty', ''],
])

t.test('an input is put together of constants, parameters and fields', async (t) => {
  const input = {
    lot: { $param: 'lot' },
    revision: { $field: '/revision' },
    states: ['open', { $field: '/state' }],
    inner: { deep: { $field: '/lines/1/sku' } },
    approve: false,
  }
  const row = { revision: 3, state: 'held', lines: [{ sku: 'A' }, { sku: 'B' }] }
  t.strictSame(bindInput(input, { params, row }), {
    lot: 'L-1',
    revision: 3,
    states: ['open', 'held'],
    inner: { deep: 'B' },
    approve: false,
  })
})

t.test('what is not there is left out, so that the contract says what is missing', async (t) => {
  const input = { a: { $param: 'absent' }, b: { $param: 'empty' }, c: { $field: '/no' }, d: null }
  t.strictSame(bindInput(input, { params, row: {} }), { d: null })
  t.strictSame(bindInput(undefined, { params }), {})
})

t.test('an object that only looks like a reference is itself', async (t) => {
  const input = { a: { $param: 'lot', more: 1 }, b: { $param: 7 } }
  t.strictSame(bindInput(input, { params }), { a: { $param: 'lot', more: 1 }, b: { $param: 7 } })
})

t.test('no name leads from a value to what all values share', async (t) => {
  const row = JSON.parse('{"a":{"b":1},"__proto__":{"own":2}}')
  for (const pointer of ['/__proto__', '/constructor', '/constructor/prototype', '/a/__proto__']) {
    t.equal(readPointer(row, pointer), undefined, pointer)
  }
  t.equal(readPointer([1], '/length'), undefined)
  t.equal(readPointer('text', '/length'), undefined)
  t.equal(readPointer({}, '/toString'), undefined)
  const input = JSON.parse('{"__proto__":{"polluted":true},"constructor":{"a":1},"a":1}')
  const bound = bindInput(input, { params })
  t.strictSame(Object.keys(bound), ['a'])
  t.equal((bound as { polluted?: true }).polluted, undefined)
  t.strictSame([...linkParams(JSON.parse('{"__proto__":"/a"}'), { a: 1 })], [])
})

t.test('what is too deep or too much is refused, not followed', async (t) => {
  let deep: unknown = 1
  for (let level = 0; level < 40; level++) deep = { deep }
  t.throws(() => bindInput(deep as Record<string, unknown>, { params }), RangeError)
  t.throws(() => bindInput({ many: Array(3000).fill(1) }, { params }), RangeError)
  t.equal(readPointer({}, '/a'.repeat(100)), undefined)
})

t.test('pointers are those of RFC 6901', async (t) => {
  const value = { 'a/b': 1, 'm~n': 2, '': 3, list: ['x', 'y'] }
  t.equal(readPointer(value, '/a~1b'), 1)
  t.equal(readPointer(value, '/m~0n'), 2)
  t.equal(readPointer(value, '/'), 3)
  t.equal(readPointer(value, '/list/1'), 'y')
  t.equal(readPointer(value, '/list/01'), undefined)
  t.equal(readPointer(value, 'list'), undefined)
  t.equal(readPointer(value, ''), value)
})

t.test('rows are a list or none; links hand over scalars; parameters are named', async (t) => {
  t.strictSame(rowsAt({ items: [1] }, '/items'), [1])
  t.strictSame(rowsAt([2], undefined), [2])
  t.strictSame(rowsAt({ items: 'no' }, '/items'), [])
  const handed = linkParams({ lot: '/lot', n: '/n', o: '/o' }, { lot: 'L', n: 0, o: {} })
  t.strictSame(
    [...handed],
    [
      ['lot', 'L'],
      ['n', '0'],
    ],
  )
  t.strictSame([...paramsIn({ inspection: { $param: 'id' }, limit: 5 })], [['inspection', 'id']])
})
