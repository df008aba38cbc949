import { isDeepStrictEqual } from 'node:util'
import t from 'tap'
import { structuredClone as guestClone } from '../../src/guest/structured-clone.ts'
import { fc } from '../seeded-check.ts'

const anything = fc.anything({
  withBigInt: true,
  withDate: true,
  withMap: true,
  withSet: true,
  withTypedArray: true,
  withSparseArray: true,
  withBoxedValues: true,
  withNullPrototype: true,
})

t.test('the copy is the one that Node makes', async () => {
  fc.assert(
    fc.property(anything, (value) => {
      // Not tap's comparison: it prints what it compares, and cannot print a Date that is none.
      return isDeepStrictEqual(guestClone(value), structuredClone(value))
    }),
    { numRuns: 400, examples: [[new Map([['', new Date(Number.NaN)]])]] },
  )
})

t.test('cycles, shared parts and errors keep their shape', async (t) => {
  const shared = { n: 1 }
  const value = { shared, again: shared, self: undefined as unknown, when: new Date(7), re: /a/gi }
  value.self = value
  const copy = guestClone(value)
  t.equal(copy.self, copy)
  t.equal(copy.again, copy.shared)
  t.not(copy.shared, shared)
  t.equal(copy.when.getTime(), 7)
  t.equal(String(copy.re), '/a/gi')
  class Special extends RangeError {}
  const error = guestClone(new Special('x', { cause: [1] }))
  t.equal(Object.getPrototypeOf(error), RangeError.prototype)
  t.same([error.message, error.cause], ['x', [1]])
})

t.test('views share the copy of their buffer', async (t) => {
  const buffer = new ArrayBuffer(8)
  const copy = guestClone({ one: new Uint8Array(buffer, 2, 3), two: new DataView(buffer, 1) })
  t.equal(copy.one.buffer, copy.two.buffer)
  t.same([copy.one.byteOffset, copy.one.length, copy.two.byteLength], [2, 3, 7])
  t.not(copy.one.buffer, buffer)
})

t.test('what is transferred is gone here and there in the copy', async (t) => {
  const bytes = Uint8Array.of(1, 2, 3, 4)
  const view = bytes.subarray(1, 3)
  const copy = guestClone({ view, plain: 1 }, { transfer: [bytes.buffer] })
  t.same([...copy.view], [2, 3])
  t.equal(copy.view.buffer.byteLength, 4)
  t.ok(bytes.buffer.detached)
})

const refused: Readonly<Record<string, () => unknown>> = {
  'a function': () => guestClone({ f: () => 1 }),
  'a symbol': () => guestClone([Symbol('x')]),
  'a weak map': () => guestClone(new WeakMap()),
  'a promise': () => guestClone(Promise.resolve()),
  'an iterator': () => guestClone([1].values()),
  'a buffer named twice': () => {
    const buffer = new ArrayBuffer(1)
    return guestClone(buffer, { transfer: [buffer, buffer] })
  },
}

for (const [name, make] of Object.entries(refused)) {
  t.test(`${name} has no copy`, async (t) => {
    t.throws(make, { name: 'DataCloneError', code: 25 })
  })
}

t.test('nothing is taken away when the rest has no copy', async (t) => {
  const buffer = new ArrayBuffer(1)
  t.throws(() => guestClone([buffer, () => 1], { transfer: [buffer] }), { name: 'DataCloneError' })
  t.notOk(buffer.detached)
})
