import t from 'tap'
import { NO_ANSWER, PAGE_FAULT, problemOf } from '../../web/api/problem.ts'
import { request } from '../../web/api/request.ts'

// What a browser has, and a path of the host is put onto.
Object.assign(globalThis, { location: { origin: 'http://console.example' } })

const asked = async (fetched: () => Promise<Response>, signal?: AbortSignal) => {
  const before = globalThis.fetch
  globalThis.fetch = fetched
  try {
    const ask = signal === undefined ? {} : { signal }
    return await request('GET', '/v1/me', { language: 'en', ...ask }).catch(
      (error: unknown) => error,
    )
  } finally {
    globalThis.fetch = before
  }
}

t.test('only where no answer came at all, none did', async (t) => {
  const away = await asked(() => Promise.reject(new TypeError('Failed to fetch')))
  t.match(problemOf(away), { code: NO_ANSWER })
  const late = await asked(() => Promise.reject(new DOMException('late', 'TimeoutError')))
  t.match(problemOf(late), { code: NO_ANSWER })
  const fault = new TypeError("cannot read 'x' of undefined")
  t.match(problemOf(fault), { code: PAGE_FAULT, title: fault.message })
  const bare = await asked(async () => new Response('bad gateway', { status: 502 }))
  t.match(problemOf(bare), { code: 'HTTP_502', status: 502 })
})

t.test('who gave up himself is not told that nobody answered', async (t) => {
  const controller = new AbortController()
  controller.abort()
  const gone = new DOMException('gone', 'AbortError')
  t.equal(await asked(() => Promise.reject(gone), controller.signal), gone)
})
