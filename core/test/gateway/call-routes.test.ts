import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import { compileContracts } from '@signalbox/sdk/compile-contract'
import type { ContractOperation } from '@signalbox/sdk/contract'
import type { FastifyInstance, InjectOptions } from 'fastify'
import pino from 'pino'
import { parseList } from 'structured-headers'
import t from 'tap'
import type { ServiceAnswer, ServiceCall } from '../../src/broker/call-scope.ts'
import type { ServiceCaller } from '../../src/broker/service-caller.ts'
import type { EventStreams } from '../../src/events/event-streams.ts'
import { FailedAuthentications } from '../../src/gateway/admission/failed-authentications.ts'
import { AnswerCache } from '../../src/gateway/answers/answer-cache.ts'
import { makeApiKey } from '../../src/gateway/api-key.ts'
import { CALL_URL, callRoutes } from '../../src/gateway/call-routes.ts'
import { preflightRoutes } from '../../src/gateway/cors/cors.ts'
import type { IdempotentCalls } from '../../src/gateway/idempotency/idempotent-calls.ts'
import { BurstLimits } from '../../src/gateway/limits/burst-limits.ts'
import { Concurrency } from '../../src/gateway/limits/concurrency.ts'
import { QuotaLeases } from '../../src/gateway/limits/quota-leases.ts'
import { Metrics } from '../../src/gateway/metrics.ts'
import { createServer } from '../../src/gateway/server.ts'
import { AppAuthenticator } from '../../src/identity/app-authenticator.ts'
import {
  emptySnapshot,
  type Snapshot,
  type Subscription,
} from '../../src/rollout/routing/snapshot.ts'

const { id: credential, key, hash } = makeApiKey(Buffer.alloc(45, 7))
const service = 'orders.one'

const operations: Record<string, ContractOperation> = {
  look: { input: { type: 'object' }, safe: true },
  kept: { input: { type: 'object' }, safe: true, cache: { maxAgeS: 60 } },
  book: { input: { type: 'object', required: ['a'] } },
  bytes: { input: {}, safe: true, delivery: 'bytes', contentType: 'text/plain' },
}
const manifest = { runtime: { tier: 'sandbox', entry: 'x' } } as never
const contract = { id: service, major: 1, title: { en: 'Orders' }, operations }
const compiled = compileContracts(manifest, { [service]: contract })

/** A gateway of one node before a caller that answers as it is told, without PostgreSQL. */
async function gateway(
  subscription: Partial<Subscription>,
  answer: (call: ServiceCall) => Promise<string> | string = () => '{"ok":true}',
) {
  const clock = { now: Date.UTC(2026, 10, 26, 23, 59) }
  const now = () => clock.now
  let snapshot: Snapshot = {
    ...emptySnapshot,
    credentials: new Map([[credential, { hash: hash.toString('base64'), subscription: 'sub' }]]),
    subscriptions: new Map([
      [
        'sub',
        {
          ...{ id: 'sub', tenant: 'acme', app: 'app', service, major: 1, plan: 'small' },
          ...{ limit: { ratePerS: 1, burst: 100 }, scopes: null, state: 'active', ...subscription },
        },
      ],
    ]),
  }
  const calls: ServiceCall[] = []
  const target = ({ operation }: { operation: string }) => ({
    operation: compiled.get(`${service}/${operation}`),
    version: { plugin: 'p', version: '1.0.0', limits: { payloadKb: 64 } },
    arm: 'stable',
  })
  const caller = {
    target,
    targetOf: (before: unknown) => before,
    callTarget: async (_target: unknown, call: ServiceCall): Promise<ServiceAnswer> => {
      calls.push(call)
      return { outputJson: await answer(call), plugin: 'p', version: '1.0.0', arm: 'stable' }
    },
  } as unknown as ServiceCaller
  const used = new Map<number, number>()
  const streams = { prepare: async () => Promise.reject(new Error('no stream here')) }
  const app = await createServer({ log: pino({ level: 'silent' }), version: '1.0.0' })
  const nodes = () => 1
  const away = (error: unknown) => {
    throw error
  }
  await app.register(async (scope) =>
    callRoutes(scope, {
      snapshot: () => snapshot,
      caller,
      limits: {
        bursts: new BurstLimits({ takeBursts: async () => new Map(), nodes, now, onAway: away }),
        quotas: new QuotaLeases({
          lease: async ({ count, startsAt }, { waiting }) => {
            const before = used.get(startsAt) ?? 0
            const granted = Math.min(waiting, count - before)
            used.set(startsAt, before + granted)
            return { granted, used: before + granted }
          },
          giveBack: async () => undefined,
          ...{ nodes, now, onAway: away },
        }),
        concurrency: new Concurrency(nodes),
      },
      failures: new FailedAuthentications(now),
      users: { byToken: async () => undefined, byCookie: async () => undefined },
      apps: new AppAuthenticator({
        tokens: { isToken: () => false } as never,
        uses: { used: () => undefined },
        now,
      }),
      issuer: 'http://127.0.0.1',
      clock: now,
      usage: {
        recorder: {
          admit: async () => undefined,
          count: () => undefined,
          follow: () => () => undefined,
        },
        levels: { add: () => undefined },
      },
      cache: new AnswerCache({ now, maxBytes: 1e6, maxAnswerBytes: 1e5 }),
      streams: streams as unknown as EventStreams,
      idempotent: {
        once: async (_ask: unknown, run: () => Promise<object>) => ({
          ...(await run()),
          isReplay: true,
        }),
      } as unknown as IdempotentCalls,
      audit: { add: () => undefined, addRead: () => undefined },
      metrics: new Metrics({
        ...{ sandbox: () => ({ lanes: [] }) as never, batches: () => undefined },
        ...{
          compute: () => ({}) as never,
          trusted: () => ({}),
          pools: {},
          traces: () => undefined,
          generation: () => 0,
        },
        ...{ usage: () => [], invocations: () => ({}) as never, logs: () => ({}) as never },
      }),
      now,
      monotonic: now,
    }),
  )
  const cors = { snapshot: () => snapshot, issuer: 'http://127.0.0.1' }
  await app.register(async (scope) => preflightRoutes(scope, cors, [CALL_URL]))
  t.teardown(() => app.close())
  const change = () => {
    snapshot = { ...snapshot, generation: snapshot.generation + 1 }
  }
  return { app, calls, clock, change }
}

function asked(app: FastifyInstance, operation: string, more: InjectOptions = {}) {
  const headers = { authorization: `Bearer ${key}`, ...more.headers }
  return app.inject({ method: 'GET', url: `/api/${service}/v1/${operation}`, ...more, headers })
}

const posted = { method: 'POST', payload: '{"a":1}' } as const
const json = { 'content-type': 'application/json' }

t.test('an answer says what the plan allows and what is left, as structured fields', async (t) => {
  const { app } = await gateway({ quota: { count: 3, per: 'day' }, concurrency: 5 })
  const { headers } = await asked(app, 'look')
  t.same(
    parseList(String(headers['ratelimit-policy'])).map(([name, of]) => [name, ...of]),
    [
      ['burst', ['q', 100], ['w', 100]],
      ['quota', ['q', 3], ['w', 86_400]],
      ['concurrency', ['q', 5]],
    ],
  )
  t.same(
    parseList(String(headers['ratelimit'])).map(([name, of]) => [name, ...of]),
    [
      ['burst', ['r', 99], ['t', 1]],
      ['quota', ['r', 2], ['t', 60]],
    ],
  )
})

t.test('a quota that is used up is refused until its period ends', async (t) => {
  const { app, clock, calls } = await gateway({ quota: { count: 3, per: 'day' } })
  for (let n = 0; n < 3; n++) t.equal((await asked(app, 'look')).statusCode, 200)
  const refused = await asked(app, 'look')
  t.equal(refused.statusCode, 429)
  t.equal(Number(refused.headers['retry-after']), 60)
  t.match(refused.json(), {
    type: 'https://iana.org/assignments/http-problem-types#quota-exceeded',
    code: 'CORE_CALL_QUOTA_EXCEEDED',
    'violated-policies': ['quota'],
  })
  t.equal(calls.length, 3)
  clock.now += 60_000
  t.equal((await asked(app, 'look')).statusCode, 200, 'the next day begins')
})

t.test('calls at the same time are as many as the plan has', async (t) => {
  const { promise: held, resolve: release } = Promise.withResolvers<string>()
  const { app, calls } = await gateway({ concurrency: 2 }, () => held)
  const three = [1, 2, 3].map(() => asked(app, 'look'))
  const refused = await Promise.race(three)
  t.match(refused.json(), {
    status: 429,
    code: 'CORE_CONCURRENCY_EXCEEDED',
    'violated-policies': ['concurrency'],
  })
  release('{}')
  t.same((await Promise.all(three)).map(({ statusCode }) => statusCode).sort(), [200, 200, 429])
  t.equal(calls.length, 2)
  t.equal((await asked(app, 'look')).statusCode, 200, 'who has left makes room')
})

t.test(
  'a flood of wrong keys of an address is held back, and its right ones are not',
  async (t) => {
    const { app } = await gateway({})
    const wrong = { headers: { authorization: `Bearer ${key.slice(0, -1)}x` } }
    const codes = []
    for (let n = 0; n < 31; n++) codes.push((await asked(app, 'look', wrong)).statusCode)
    t.same(codes, [...new Array(30).fill(401), 429])
    t.equal((await asked(app, 'look')).statusCode, 200)
    t.equal((await asked(app, 'look', wrong)).statusCode, 429, 'a right one forgives nothing')
  },
)

t.test(
  'what a plan hides is in no answer, and what cannot be looked through is not answered',
  async (t) => {
    const { app } = await gateway({ fields: { look: ['/rows/*/price'], bytes: ['/x'] } }, () =>
      JSON.stringify({ rows: [{ id: 1, price: 2 }] }),
    )
    t.same((await asked(app, 'look')).json(), { rows: [{ id: 1 }] })
    t.same(
      (await asked(app, 'kept')).json(),
      { rows: [{ id: 1, price: 2 }] },
      'of another operation nothing',
    )
    t.match((await asked(app, 'bytes')).json(), { code: 'CORE_BYTES_NOT_MASKABLE' })
    const broken = await gateway({ fields: { look: ['/a'] } }, () => '{"a":1')
    const { statusCode, body } = await asked(broken.app, 'look')
    t.equal(statusCode, 500)
    t.notMatch(body, '"a"')
  },
)

t.test('an answer that may be kept is asked for once, and not sent to who has it', async (t) => {
  const { app, calls, clock, change } = await gateway({}, () => '{"n":1}')
  const first = await asked(app, 'kept')
  t.match(first.headers, { 'cache-control': 'private, max-age=60', etag: /^"[\w-]{27}"$/ })
  clock.now += 10_000
  const again = await asked(app, 'kept')
  t.match(again.headers, {
    'cache-control': 'private, max-age=50',
    age: 10,
    etag: first.headers.etag,
  })
  t.equal(again.body, first.body)
  t.equal(calls.length, 1)
  const headers = { 'if-none-match': `"x", ${first.headers.etag}` }
  const known = await asked(app, 'kept', { headers })
  t.same([known.statusCode, known.body], [304, ''])
  change()
  await asked(app, 'kept')
  t.equal(calls.length, 2, 'settings, grants or a version may be others')
  const { headers: plain } = await asked(app, 'look')
  t.match(plain, { 'cache-control': 'no-store' })
  t.equal(plain.etag, undefined)
})

t.test('a large answer is compressed for who can read it, and has a tag of its own', async (t) => {
  const large = JSON.stringify({ text: 'lorem ipsum '.repeat(2000) })
  const { app } = await gateway({}, () => large)
  for (const [accepted, coding, read] of [
    ['gzip, br', 'gzip', gunzipSync],
    ['gzip;q=0.5, zstd', 'zstd', zstdDecompressSync],
    ['gzip;q=0', undefined, (bytes: Buffer) => bytes],
    ['identity', undefined, (bytes: Buffer) => bytes],
  ] as const) {
    const { headers, rawPayload } = await asked(app, 'kept', {
      headers: { 'accept-encoding': accepted },
    })
    t.equal(headers['content-encoding'], coding, accepted)
    t.equal(read(rawPayload).toString(), large)
    t.equal(String(headers.etag).includes('-'.concat(coding ?? '?')), coding !== undefined)
    t.match(headers.vary, 'accept-encoding')
  }
  const small = await gateway({})
  const { headers } = await asked(small.app, 'look', { headers: { 'accept-encoding': 'gzip' } })
  t.equal(headers['content-encoding'], undefined)
})

t.test('a key is for what changes something, after the contract', async (t) => {
  const { app, calls } = await gateway({})
  const headers = { ...json, 'idempotency-key': '"k"' }
  const replayed = await asked(app, 'book', { ...posted, headers })
  t.equal(replayed.headers['idempotency-replayed'], 'true')
  const unfit = await asked(app, 'book', { ...posted, payload: '{}', headers })
  t.match(unfit.json(), { code: 'CORE_INPUT_INVALID' })
  t.equal(calls.length, 1)
  const strange = { ...json, 'idempotency-key': 'a b' }
  t.match((await asked(app, 'book', { ...posted, headers: strange })).json(), {
    code: 'CORE_IDEMPOTENCY_KEY_INVALID',
  })
  const safe = await asked(app, 'look', { ...posted, headers })
  t.equal(safe.headers['idempotency-replayed'], undefined, 'what only reads needs none')
})

const page = 'https://board.example.com'

t.test('a page that the app lists may call and read, and is told what is left', async (t) => {
  const { app, calls } = await gateway({ origins: [page] })
  const { headers, statusCode } = await asked(app, 'look', { headers: { origin: page } })
  t.equal(statusCode, 200)
  t.equal(headers['access-control-allow-origin'], page)
  t.equal(headers['access-control-allow-credentials'], undefined)
  t.match(headers['vary'], /\borigin\b/)
  const exposed = String(headers['access-control-expose-headers']).toLowerCase().split(', ')
  for (const name of ['ratelimit', 'ratelimit-policy', 'retry-after', 'etag', 'deprecation']) {
    t.ok(exposed.includes(name), name)
  }
  for (const name of ['sunset', 'link', 'signalbox-version', 'traceparent']) {
    t.ok(exposed.includes(name), name)
  }
  t.equal(calls.length, 1)
})

t.test('a page that the app does not list costs no call, and reads nothing', async (t) => {
  const { app, calls } = await gateway({ origins: [page] })
  for (const origin of ['https://evil.example', 'null', `${page}.evil.example`]) {
    const answer = await asked(app, 'book', { ...posted, headers: { ...json, origin } })
    t.match(answer.json(), { code: 'CORE_ORIGIN_NOT_ALLOWED' }, origin)
    t.equal(answer.headers['access-control-allow-origin'], undefined)
  }
  const none = await gateway({})
  t.equal((await asked(none.app, 'look', { headers: { origin: page } })).statusCode, 403)
  t.equal(calls.length, 0)
})

t.test('a program and a page of the host need no list', async (t) => {
  const { app } = await gateway({})
  t.equal((await asked(app, 'look')).statusCode, 200)
  const own = { headers: { origin: 'http://127.0.0.1' } }
  const answer = await asked(app, 'look', own)
  t.equal(answer.statusCode, 200)
  t.match(answer.headers['vary'], /\borigin\b/, 'caches tell pages apart all the same')
})

t.test('a page with a wrong key is let read that it is wrong', async (t) => {
  const { app } = await gateway({ origins: [page] })
  const headers = { origin: page, authorization: `Bearer ${key.slice(0, -1)}x` }
  const known = await asked(app, 'look', { headers })
  t.equal(known.statusCode, 401)
  t.equal(known.headers['access-control-allow-origin'], page)
  const strange = await asked(app, 'look', {
    headers: { ...headers, origin: 'https://evil.example' },
  })
  t.equal(strange.statusCode, 401)
  t.equal(strange.headers['access-control-allow-origin'], undefined)
})

t.test('a preflight is answered by its origin, for the service that it asks for', async (t) => {
  const { app, calls } = await gateway({ origins: [page, 'http://localhost:*'] })
  const preflight = (origin: string, of = service) =>
    app.inject({
      method: 'OPTIONS',
      url: `/api/${of}/v1/book`,
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type',
      },
    })
  for (const origin of [page, 'http://localhost:5173']) {
    const { statusCode, headers } = await preflight(origin)
    t.equal(statusCode, 204)
    t.equal(headers['access-control-allow-origin'], origin)
    t.match(headers['access-control-allow-headers'], /authorization/i)
    t.match(headers['access-control-allow-methods'], /POST/)
    t.match(headers['vary'], /origin/)
    t.equal(headers['access-control-allow-credentials'], undefined)
  }
  for (const answer of [await preflight('https://evil.example'), await preflight(page, 'other')]) {
    t.equal(answer.statusCode, 403)
    t.equal(answer.headers['access-control-allow-origin'], undefined)
  }
  t.equal(calls.length, 0)
})
