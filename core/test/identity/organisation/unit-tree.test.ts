import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import {
  MAX_DEPTH,
  moveFault,
  pathOf,
  subTree,
} from '../../../src/identity/organisation/unit-tree.ts'

const names = Array.from({ length: 12 }, (_, at) => `u${at}`)

t.test(
  'whatever is moved where, as long as it is allowed every unit hangs from the top',
  async (t) => {
    const move = fc.tuple(fc.constantFrom(...names), fc.option(fc.constantFrom(...names)))
    fc.assert(
      fc.property(fc.array(move, { maxLength: 60 }), (moves) => {
        const parents = new Map<string, string | null>(names.map((name) => [name, null]))
        for (const [unit, parent] of moves) {
          if (moveFault(parents, unit, parent) === undefined) parents.set(unit, parent)
        }
        for (const name of names) {
          const top = pathOf(parents, name).at(-1) ?? name
          t.equal(parents.get(top), null, 'no way up ends where it began')
          t.ok(subTree(parents, top).has(name), 'and the way down finds it')
        }
      }),
    )
  },
)

t.test('a unit does not stand below itself or what is below it', async (t) => {
  const parents = new Map([
    ['plant', null],
    ['line', 'plant'],
    ['team', 'line'],
  ])
  t.equal(moveFault(parents, 'plant', 'team'), 'cycle')
  t.equal(moveFault(parents, 'plant', 'plant'), 'cycle')
  t.equal(moveFault(parents, 'team', 'plant'), undefined)
  t.same([...subTree(parents, 'line')], ['line', 'team'])
})

t.test('a branch that is moved counts with its height', async (t) => {
  const chain = (prefix: string, length: number): [string, string | null][] =>
    Array.from({ length }, (_, at) => [`${prefix}${at}`, at === 0 ? null : `${prefix}${at - 1}`])
  const parents = new Map([...chain('a', MAX_DEPTH - 2), ...chain('b', 3)])
  t.equal(moveFault(parents, 'b0', `a${MAX_DEPTH - 3}`), 'too-deep')
  t.equal(moveFault(parents, 'b0', `a${MAX_DEPTH - 4}`), undefined)
})
