import t from 'tap'
import { type Assignment, assignmentIn } from '../../src/openfeature/assignment.ts'
import { AssignmentCache } from '../../src/openfeature/assignment-cache.ts'
import { fc } from '../seeded-check.ts'

const of = (generation: number, version = `1.${generation}.0`): Assignment => ({
  version,
  arm: 'stable',
  generation,
  reason: 'no rollout shares its calls',
})

t.test('an answer is fresh for so long, and kept after that', async (t) => {
  const cache = new AssignmentCache({ freshMs: 1000, most: 10 })
  cache.keep('a', of(1), 0)
  t.same(cache.fresh('a', 999), of(1))
  t.equal(cache.fresh('a', 1000), undefined)
  t.same(cache.last('a'), of(1))
  t.equal(cache.last('b'), undefined)
})

t.test('a change that one answer tells of makes all older ones be asked again', async (t) => {
  const cache = new AssignmentCache({ freshMs: 1000, most: 10 })
  cache.keep('a', of(1), 0)
  cache.keep('b', of(2), 1)
  t.equal(cache.fresh('a', 2), undefined)
  t.same(cache.fresh('b', 2), of(2))
})

t.test('a node that lags behind takes nothing back; a host set up anew does', async (t) => {
  const cache = new AssignmentCache({ freshMs: 60_000, most: 10 })
  cache.keep('a', of(7), 0)
  t.same(cache.keep('a', of(6), 500), of(7))
  t.same(cache.fresh('a', 500), of(7))
  t.same(cache.keep('a', of(2), 20_000), of(2))
  t.same(cache.fresh('a', 20_000), of(2), 'and counts from there')
})

t.test('no more is kept than allowed, and what is used stays', async () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ question: fc.nat(30), isKept: fc.boolean() }), { maxLength: 200 }),
      fc.integer({ min: 1, max: 8 }),
      (uses, most) => {
        const cache = new AssignmentCache({ freshMs: 1000, most })
        // Those that are to be there, the one used longest ago first.
        let recent: readonly string[] = []
        return uses.every(({ question, isKept }, at) => {
          const name = `${question}`
          const found = isKept ? cache.keep(name, of(1), at) : cache.last(name)
          const isThere = isKept || recent.includes(name)
          if (isThere) recent = [...recent.filter((one) => one !== name), name].slice(-most)
          return (found !== undefined) === isThere
        })
      },
    ),
  )
})

t.test('whatever is answered is an assignment or nothing', async (t) => {
  fc.assert(
    fc.property(fc.anything(), (answer) => {
      const found = assignmentIn(answer)
      t.ok(found === undefined || typeof found.version === 'string')
    }),
  )
  const answer = { ...of(3), rollout: 'rol_1', bucket: 17, weightBp: 100, plugin: 'orders' }
  t.same(assignmentIn(answer), { ...of(3), rollout: 'rol_1', bucket: 17 })
  t.equal(assignmentIn({ ...answer, generation: '3' }), undefined)
  t.equal(assignmentIn({ ...answer, arm: 'blue' }), undefined)
})
