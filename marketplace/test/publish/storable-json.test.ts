import t from 'tap'
import { storageFaults } from '../../src/publish/storable-json.ts'

const room = { kib: 128, depth: 32 }

t.test('ordinary JSON has no fault', async (t) => {
  t.strictSame(storageFaults({ name: '质检', list: [1, null, true, { deep: '😀' }] }, room), [])
})

const nested = JSON.parse(`${'{"a":'.repeat(40)}1${'}'.repeat(40)}`)

const faulty = [
  ['a NUL', { list: ['ok', 'a\u0000b'] }, '/list/1'],
  ['a lone surrogate', { 'a/b': '\ud800' }, '/a~1b'],
  ['a key with a NUL', { deep: { 'x\u0000': 1 } }, '/deep'],
  ['too many levels', nested, '/a'.repeat(32)],
  ['too many bytes', { text: 'x'.repeat(128 * 1024) }, ''],
] as const

for (const [what, value, pointer] of faulty) {
  t.test(`${what} is found where it is`, async (t) => {
    t.match(storageFaults(value, room), [{ pointer }])
  })
}
