import { setImmediate } from 'node:timers/promises'
import t from 'tap'
import type { ClientOptions, ClientTime } from '../../src/client/index.ts'
import { createServiceClient, ServiceError } from '../../src/client/index.ts'

interface Orders {
  list(input: unknown, options?: object): Promise<{ n: number }>
  add(input: unknown, options?: object): Promise<{ n: number }>
}
const shape = { id: 'orders', major: 1, operations: { list: { safe: true }, add: {} } }

type Step = Response | Error
/** A host that answers one after the other, and a clock that is moved by waiting. */
function scripted(steps: readonly Step[], options: Partial<ClientOptions> = {}) {
  const asked: { path: string; headers: Headers; at: number }[] = []
  const slept: number[] = []
  let now = 1_000_000
  const left = [...steps]
  const fetch = async (url: URL | string | Request, init?: RequestInit) => {
    asked.push({ path: String(url), headers: new Headers(init?.headers), at: now })
    const step = left.shift() ?? new Response('{"n":1}')
    if (step instanceof Error) throw step
    return step
  }
  const time: ClientTime = {
    now: () => now,
    random: () => 0.5,
    sleep: async (ms) => {
      slept.push(ms)
      now += ms
    },
  }
  const all = { url: 'https://host.test', key: 'k', fetch, ...options }
  return { client: createServiceClient<Orders>(shape, all, time), asked, slept }
}

const refused = (status: number, code: string, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify({ code, detail: 'no', errors: [{ pointer: '/a', detail: 'x' }] }), {
    status,
    headers,
  })

t.test('what may be sent twice is, and nothing else', async (t) => {
  const passing = () => refused(503, 'SBX_BUSY')
  const away = () => new TypeError('fetch failed')
  const cases: readonly (readonly [string, 'list' | 'add', object, Step[], number])[] = [
    ['a safe call that the host was too busy for', 'list', {}, [passing()], 2],
    ['a safe call that found no host', 'list', {}, [away()], 2],
    ['a change with a key', 'add', { idempotencyKey: 'a-1' }, [passing(), away()], 3],
    [
      'a change whose first try is under way',
      'add',
      { idempotencyKey: 'a-1' },
      [refused(409, 'CORE_IDEMPOTENCY_IN_PROGRESS', { 'retry-after': '1' })],
      2,
    ],
    ['a change without a key', 'add', {}, [passing()], 1],
    ['a change without a key that found no host', 'add', {}, [away()], 1],
    ['a refusal of the input', 'list', {}, [refused(400, 'CORE_INPUT_INVALID')], 1],
    ['a deadline that passed', 'list', {}, [refused(504, 'SBX_DEADLINE_EXCEEDED')], 1],
    ['a wait of an hour', 'list', {}, [refused(429, 'CORE_X', { 'retry-after': '3600' })], 1],
    ['three failures', 'list', {}, [passing(), passing(), passing()], 3],
  ]
  for (const [name, operation, options, steps, times] of cases) {
    const { client, asked } = scripted(steps)
    await client[operation]({}, options).catch(() => undefined)
    t.equal(asked.length, times, name)
    const keys = new Set(asked.map(({ headers }) => headers.get('idempotency-key')))
    t.equal(keys.size, 1, `${name}: with the same key each time`)
  }
})

t.test('a refusal is an error with its code, places and time', async (t) => {
  const { client } = scripted([refused(429, 'CORE_CALL_QUOTA_EXCEEDED', { 'retry-after': '7200' })])
  const error = await client.list({}).catch((thrown) => thrown)
  t.ok(error instanceof ServiceError)
  t.match(error, { code: 'CORE_CALL_QUOTA_EXCEEDED', status: 429, retryAfterS: 7200 })
  t.same(error.faults, [{ pointer: '/a', detail: 'x' }])
  const page = await scripted([new Response('<html>', { status: 404 })])
    .client.list({})
    .catch((thrown) => thrown)
  t.match(page, { code: 'UNKNOWN', status: 404 })
})

t.test('a retry waits as long as the host says, and a jitter more', async (t) => {
  const { client, slept } = scripted([refused(503, 'SBX_BUSY', { 'retry-after': '2' })])
  await client.list({})
  t.same(slept, [2000 + 0.5 * 200])
})

t.test('a client waits before it is refused', async (t) => {
  const headers = {
    'ratelimit-policy': '"burst";q=2;w=4, "quota";q=10;w=86400',
    ratelimit: '"burst";r=0;t=3, "quota";r=0;t=7000',
  }
  const { client, asked } = scripted([new Response('{"n":1}', { headers })])
  await client.list({})
  for (let calls = 0; calls < 3; calls++) await client.list({})
  t.same(
    asked.map(({ at }) => at - 1_000_000),
    [0, 3000, 3000, 7000],
    'two fit into the next window, the third into the one after; a quota of a day is not waited for',
  )
})

t.test(
  'a token is asked for once, kept while it is good, and anew when it is refused',
  async (t) => {
    let given = 0
    const key = async () => ({ token: `t-${++given}`, expiresInS: 100 })
    const { client, asked, slept } = scripted([], { key })
    await Promise.all([client.list({}), client.list({})])
    t.equal(given, 1)
    const other = scripted([refused(401, 'CORE_AUTHENTICATION_REQUIRED')], { key })
    await other.client.add({})
    t.same(
      other.asked.map(({ headers }) => headers.get('authorization')),
      ['Bearer t-2', 'Bearer t-3'],
      'a change too: nobody ran it',
    )
    t.equal(asked.length + slept.length, 2)
    const fixed = scripted([refused(401, 'CORE_AUTHENTICATION_REQUIRED')])
    t.match(await fixed.client.list({}).catch((thrown) => thrown), { status: 401 })
    t.equal(fixed.asked.length, 1)
  },
)

t.test('a caller who leaves ends the call with his own reason', async (t) => {
  const fetch = async (_: unknown, init?: RequestInit) => {
    const signal = init?.signal as AbortSignal
    while (!signal.aborted) await setImmediate()
    throw signal.reason
  }
  const { client } = scripted([], { fetch: fetch as typeof globalThis.fetch })
  const leaving = new AbortController()
  const call = client.list({}, { signal: leaving.signal })
  leaving.abort(new Error('enough'))
  await t.rejects(call, { message: 'enough' })
  await t.rejects(client.list({}, { timeoutMs: 1 }), { name: 'TimeoutError' })
})
