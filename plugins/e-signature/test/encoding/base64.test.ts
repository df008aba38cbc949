import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import { decodeBase64, encodeBase64 } from '../../src/encoding/base64.ts'

t.test('bytes are the text that others make of them, and come back', async () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 20_000 }), (bytes) => {
      const text = encodeBase64(bytes)
      t.equal(text, Buffer.from(bytes).toString('base64'))
      t.same(decodeBase64(text), bytes)
    }),
    { numRuns: 50 },
  )
})

t.test('a document of 5 MiB is read, and what is no base64 is told apart', async (t) => {
  const bytes = Buffer.alloc(5 * 1024 * 1024, 'some bytes')
  t.same(Buffer.from(decodeBase64(bytes.toString('base64')) ?? []), bytes)
  for (const wrong of [
    'a',
    'ab=',
    'ab-_',
    'a b=',
    'ab==cd==',
    '====',
    'a===',
    '中文中文',
    'ab=c',
  ]) {
    t.equal(decodeBase64(wrong), undefined, wrong)
  }
  t.same(decodeBase64(''), new Uint8Array())
})
