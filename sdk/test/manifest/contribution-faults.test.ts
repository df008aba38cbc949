import t from 'tap'
import { contributionFaults } from '../../src/manifest/contribution-faults.ts'

const faultsOf = (...values: unknown[]) =>
  contributionFaults({ provides: { contributes: values.map((value) => ({ value })) } })
const pointer = '/provides/contributes/1/value'
const deep = (levels: number) => {
  let value: unknown = 'end'
  for (let level = 0; level < levels; level++) value = { in: value }
  return value
}

t.test('what a page needs is let through', async (t) => {
  t.same(contributionFaults({}), [])
  t.same(faultsOf({ id: 'lots' }, deep(32), 7, null, 'constructor', { constructor: 'x' }), [])
})

t.test('what is too large or too deep is refused at its value, however deep it is', async (t) => {
  t.match(faultsOf({}, deep(33)), [{ pointer, detail: /32 levels/ }])
  t.match(faultsOf({}, deep(1_000_000)), [{ pointer, detail: /32 levels/ }])
  t.match(faultsOf({}, { title: 'x'.repeat(70_000) }), [{ pointer, detail: /65536 characters/ }])
  const many = Array.from({ length: 40_000 }, () => 'ab')
  t.match(faultsOf({}, many), [{ pointer, detail: /65536 characters/ }])
  const names = Object.fromEntries(many.map((_, index) => [`name-${index}`, 1]))
  t.match(faultsOf({}, names), [{ pointer, detail: /65536 characters/ }])
})

t.test('what could change every object is refused at its place', async (t) => {
  const value = JSON.parse('{"blocks":[{"input":{"__proto__":{"polluted":"yes"}}}]}')
  t.match(faultsOf({}, value), [{ pointer: `${pointer}/blocks/0/input/__proto__` }])
})
