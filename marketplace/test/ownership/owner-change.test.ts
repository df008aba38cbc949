import t from 'tap'
import { fc } from '../../../sdk/test/seeded-check.ts'
import { MAX_OWNERS, ownerChange } from '../../src/ownership/owner-change.ts'

const scoped = { by: 'acme', isScoped: true }

t.test('who holds a package lets others in and takes that back', async (t) => {
  t.same(ownerChange(['acme'], ['acme', 'bob'], scoped), {
    added: ['bob'],
    removed: [],
    holder: 'acme',
  })
  t.match(ownerChange(['acme', 'bob'], ['acme'], scoped), { removed: ['bob'] })
})

t.test('the others may only leave', async (t) => {
  const bob = { by: 'bob', isScoped: true }
  t.equal(ownerChange(['acme', 'bob'], ['acme', 'bob', 'eve'], bob), 'not-theirs')
  t.equal(ownerChange(['acme', 'bob', 'eve'], ['acme', 'bob'], bob), 'not-theirs')
  t.match(ownerChange(['acme', 'bob'], ['acme'], bob), { removed: ['bob'], holder: 'acme' })
})

t.test('a scope’s holder stays; an unscoped name goes to the next', async (t) => {
  t.equal(ownerChange(['acme', 'bob'], ['bob'], scoped), 'holder-stays')
  t.match(ownerChange(['acme', 'bob'], ['bob'], { by: 'acme', isScoped: false }), {
    removed: ['acme'],
    holder: 'bob',
  })
})

t.test('there are fifty at most', async (t) => {
  const many = Array.from({ length: MAX_OWNERS }, (_, index) => `p${index}`)
  t.equal(ownerChange(['acme'], ['acme', ...many], scoped), 'too-many')
})

t.test(
  'whatever is wanted: nobody but the holder and the operator takes another in or out',
  async () => {
    const names = fc.uniqueArray(fc.constantFrom('acme', 'bob', 'eve', 'dan'), { minLength: 1 })
    fc.assert(
      fc.property(names, names, fc.boolean(), (current, wanted, isScoped) => {
        const by = 'eve'
        const next = ownerChange(current, wanted, { by, isScoped })
        if (typeof next === 'string' || current[0] === by) return true
        return next.added.length === 0 && next.removed.every((name) => name === by)
      }),
    )
  },
)
