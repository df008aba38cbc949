import t, { type Test } from 'tap'
import { send } from '../src/send.ts'
import { contextWith, hostError, message } from './context.ts'

interface Asked {
  readonly url: string
  readonly init: RequestInit
}

/** Stands for the host's fetch. */
function answering(t: Test, answer: () => Promise<Response> | Response): Asked[] {
  const asked: Asked[] = []
  const fetch = async (url: string, init: RequestInit) => {
    asked.push({ url, init })
    return answer()
  }
  t.intercept(globalThis, 'fetch', { value: fetch })
  return asked
}

t.test('a message goes out once, signed as it is', async (t) => {
  const asked = answering(t, () => new Response('', { status: 202 }))
  const ctx = contextWith()
  const sent = await send({ ...message, data: { id: 'order-7', line: 3 } }, ctx)
  t.strictSame(sent, { id: 'order-7', status: 202 })
  const [{ url, init } = { url: '', init: {} }] = asked
  t.equal(asked.length, 1)
  t.equal(url, 'https://hooks.example/in?token=t0p')
  t.match(init, { method: 'POST', redirect: 'manual' })
  t.match(init.headers, {
    'webhook-id': 'order-7',
    'webhook-timestamp': '7',
    'webhook-signature': 'v1,c2ln',
  })
  t.match(ctx.signed, [{ usage: 'webhook', key: 'hooks', id: 'order-7', payload: init.body }])
  t.strictSame(JSON.parse(String(init.body)), {
    type: 'notification.message',
    timestamp: '1970-01-01T00:00:00.000Z',
    data: { ...message, data: { id: 'order-7', line: 3 } },
  })
})

t.test('an id is drawn for a message that names none, and never a token begun', async (t) => {
  answering(t, () => new Response('', { status: 200 }))
  const { id } = await send(message, contextWith())
  t.match(id, /^msg_[0-9a-f-]{36}$/)
  for (const wrong of ['', 'eyJhbGciOiJub25lIn0', 'a b', 'a.b', 7, 'x'.repeat(129)]) {
    const data = { id: wrong }
    await t.rejects(send({ ...message, data }, contextWith()), { code: 'CHANNEL_REFUSED' })
  }
})

t.test('what a receiver answers is taken, tried later, or final', async (t) => {
  const cases = { 200: 'sent', 204: 'sent', 301: 'CHANNEL_REFUSED', 307: 'CHANNEL_REFUSED' }
  const errors = { 400: 'CHANNEL_REFUSED', 410: 'CHANNEL_REFUSED', 429: 'CHANNEL_TRY_LATER' }
  const later = { 500: 'CHANNEL_TRY_LATER', 503: 'CHANNEL_TRY_LATER' }
  for (const [status, code] of Object.entries({ ...cases, ...errors, ...later })) {
    await t.test(status, async (t) => {
      const headers = { 'retry-after': '90' }
      answering(t, () => new Response(null, { status: Number(status), headers }))
      const sent = send(message, contextWith())
      if (code === 'sent') return t.resolves(sent)
      return t.rejects(sent, { name: 'Refusal', code, message: new RegExp(status) })
    })
  }
  await t.test('with the time it asks for', async (t) => {
    answering(t, () => new Response(null, { status: 429, headers: { 'retry-after': '90' } }))
    await t.rejects(send(message, contextWith()), { message: /90 s/ })
  })
})

t.test(
  'what the host refuses is told in the words of a channel, without the address',
  async (t) => {
    const codes = {
      CORE_FETCH_FAILED: 'CHANNEL_TRY_LATER',
      CORE_FETCH_TIMEOUT: 'CHANNEL_TRY_LATER',
      CORE_BUDGET_SPENT: 'CHANNEL_TRY_LATER',
      CORE_FETCH_ADDRESS_REFUSED: 'CHANNEL_NOT_SET_UP',
      CORE_FETCH_PLAIN_REFUSED: 'CHANNEL_NOT_SET_UP',
      CORE_FETCH_NOT_GRANTED: 'CHANNEL_NOT_SET_UP',
      CORE_FETCH_TOO_LARGE: 'CHANNEL_REFUSED',
      CORE_HOST_CALL_UNKNOWN: 'CORE_HOST_CALL_UNKNOWN',
    }
    for (const [code, told] of Object.entries(codes)) {
      await t.test(code, async (t) => {
        answering(t, () => Promise.reject(hostError(code)))
        const error = await send(message, contextWith()).catch((thrown: unknown) => thrown)
        t.match(error, { code: told })
        t.notMatch(String(error), /t0p/)
      })
    }
  },
)

t.test('keys that are not there, and settings that are not, are for an admin', async (t) => {
  const asked = answering(t, () => new Response(null, { status: 200 }))
  const noKey = contextWith(undefined, () => Promise.reject(hostError('CORE_KEY_MISSING')))
  await t.rejects(send(message, noKey), { code: 'CHANNEL_NOT_SET_UP' })
  const spent = contextWith(undefined, () => Promise.reject(hostError('CORE_KEY_SPENT')))
  await t.rejects(send(message, spent), { code: 'CHANNEL_TRY_LATER' })
  await t.rejects(send(message, contextWith({})), { code: 'CHANNEL_NOT_SET_UP' })
  const data = { note: '长'.repeat(60_001) }
  await t.rejects(send({ ...message, data }, contextWith()), { code: 'CHANNEL_REFUSED' })
  t.strictSame(asked, [])
})

t.test('a receiver that is silent is left before the sender itself is out of time', async (t) => {
  t.intercept(globalThis, 'fetch', {
    value: (_: string, { signal }: { signal: AbortSignal }) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error))
        // Such a signal alone keeps no process alive.
        setTimeout(() => undefined, 5000).unref()
      }),
  })
  const ctx = { ...contextWith(), deadline: 310 }
  const alive = setTimeout(() => undefined, 5000)
  await t.rejects(send(message, ctx), { code: 'CHANNEL_TRY_LATER' })
  clearTimeout(alive)
})
