import fc from 'fast-check'
import t from 'tap'
import { readableFetch, sentFetch } from '../../src/invocations/fetch-text.ts'

const base64 = (text: string) => Buffer.from(text).toString('base64')

t.test('a body that is text is kept as text, and crosses again as it did', (t) => {
  const answer = { status: 200, body: base64('{"price":7,"of":"轴承"}') }
  t.same(readableFetch('http.fetch', answer), {
    status: 200,
    body: { text: '{"price":7,"of":"轴承"}' },
  })
  t.same(sentFetch('http.fetch', readableFetch('http.fetch', answer)), answer)
  t.same(readableFetch('db.query', answer), answer)
  t.end()
})

t.test('whatever the bytes, a replay gives the guest the same', (t) => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      const answer = { body: Buffer.from(bytes).toString('base64') }
      t.same(sentFetch('http.fetch', readableFetch('http.fetch', answer)), answer)
    }),
    { numRuns: 200 },
  )
  for (const value of [null, 'text', 7, [], { body: null }, { body: { text: 7 } }]) {
    t.same(sentFetch('http.fetch', readableFetch('http.fetch', value)), value)
  }
  t.end()
})
