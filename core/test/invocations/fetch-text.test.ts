import type { GuestOutcome } from '@signalbox/sandbox'
import t from 'tap'
import { fc } from '../../../sdk/test/seeded-check.ts'
import { readableFetch, sentFetch } from '../../src/invocations/fetch-text.ts'
import { recordingOf } from '../support/recorded-call.ts'

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

t.test(
  'what is marked is taken out of bodies, and what proves who asks out of headers',
  async (t) => {
    const customer = 'Grace Hopper'
    const asked = {
      url: 'https://api.example.com/',
      headers: [
        ['authorization', 'token-of-the-tenant'],
        ['accept', 'text/plain'],
      ],
      body: base64(`name=${customer}`),
    }
    const answered = {
      status: 200,
      headers: [['Set-Cookie', 'session=4711abc']],
      body: base64(`hello ${customer}, your token-of-the-tenant`),
    }
    const recording = await recordingOf(
      async (call) => {
        const { signal } = new AbortController()
        await call.hostCall('http.fetch', JSON.stringify(asked), signal)
        return { kind: 'ok', outputJson: '{}', hostCalls: 1 } as GuestOutcome
      },
      { bundle: '', input: { customer }, answer: async () => JSON.stringify(answered) },
    )
    const [{ request, answer } = {}] = recording.hostCalls
    t.match(request, {
      headers: [
        ['authorization', /^⟦redacted/],
        ['accept', 'text/plain'],
      ],
    })
    t.match(request, { body: { text: /^name=⟦redacted string \d+⟧$/ } })
    t.match(answer, {
      headers: [['Set-Cookie', /^⟦redacted/]],
      body: { text: /^hello ⟦redacted string \d+⟧, your ⟦redacted string \d+⟧$/ },
    })
  },
)
