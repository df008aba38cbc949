import t from 'tap'
import { changedMembers, configOf, hasSettings } from '../../../web/pages/plugins/config.ts'

t.test('a text that is no JSON object is no settings', async (t) => {
  t.strictSame(configOf('{"a":1}'), { a: 1 })
  for (const text of ['', '[1]', 'null', '"a"', '{']) t.equal(configOf(text), undefined)
})

t.test('two revisions differ in the members that are named', async (t) => {
  t.strictSame(changedMembers({ a: 1, b: [1], c: 2 }, { a: 1, b: [2], d: 3 }), ['b', 'c', 'd'])
  t.strictSame(changedMembers({ a: { b: 1 } }, { a: { b: 1 } }), [])
})

t.test('a plugin that takes nothing but the empty object has no settings', async (t) => {
  t.notOk(hasSettings({ schema: { type: 'object', maxProperties: 0 } }))
  t.ok(hasSettings({ schema: { type: 'object', properties: {} } }))
})
