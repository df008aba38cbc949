import t from 'tap'
import { fc } from '../../../sdk/test/seeded-check.ts'
import { illFormedIn } from '../../src/gateway/ill-formed-text.ts'

t.test('half of a surrogate pair is found wherever it stands, and told by a pointer', async (t) => {
  const value = JSON.parse(String.raw`{
    "a": ["x", {"b/c": "\ud800"}],
    "🚂": "🚂",
    "\udc00": 1,
    "deep": {"x\ud83d": "\ud83d"}
  }`)
  t.same(
    illFormedIn(value)
      .map(({ pointer }) => pointer)
      .sort(),
    ['/a/1/b~1c', '/deep/x\ufffd', '/\ufffd'],
  )
  t.match(illFormedIn('\ud800'), [{ pointer: '' }])
  for (const none of [undefined, null, 1, true, 'text', {}, [], Buffer.alloc(3), new Map()])
    t.same(illFormedIn(none), [])
})

t.test('what JSON says in well-formed texts is let through, and nothing else', async () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
      const text = JSON.stringify(value)
      // Well-formed JSON.stringify writes what is half a pair, and nothing else, as an escape.
      const isIllFormed = /(?<!\\)(?:\\\\)*\\ud[89a-f]/.test(text)
      return illFormedIn(JSON.parse(text)).length > 0 === isIllFormed
    }),
  )
})

t.test('a megabyte of brackets, or of faults, is no burden', async (t) => {
  const depth = 500_000
  t.same(illFormedIn(JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`)), [])
  t.equal(illFormedIn(Array.from({ length: 100_000 }, () => '\ud800')).length, 20)
})
