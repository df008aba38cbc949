import { CodedError } from '@signalbox/sdk/errors'
import { misfitOf } from '@signalbox/sdk/host-calls/fetch-grant'
import { RateLimiter } from '@signalbox/sdk/host-calls/rate-limiter'
import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import { Broker } from '../../../src/broker/broker.ts'
import type { CallScope } from '../../../src/broker/call-scope.ts'
import type { InboundAnswer, OutboundRequest } from '../../../src/broker/http/fetcher.ts'
import { Flights } from '../../../src/broker/http/flights.ts'
import { httpFetch } from '../../../src/broker/http/http-fetch.ts'
import type { GrantUse } from '../../../src/broker/uses/grant-uses.ts'
import { emptySnapshot, type Grant, tenantKey } from '../../../src/rollout/routing/snapshot.ts'

const plugin = '@acme/one'
const grants: readonly Grant[] = [
  {
    id: 'grt_read',
    capability: 'http:fetch',
    parameters: { origins: ['https://api.example.com'], pathPrefix: '/v1/', maxKb: 4 },
  },
  {
    id: 'grt_write',
    capability: 'http:fetch',
    parameters: { origins: ['https://*.example.com'], methods: ['POST'] },
  },
  { id: 'grt_key', capability: 'secret:use', parameters: { name: 'key' } },
  {
    id: 'grt_narrow',
    capability: 'secret:use',
    parameters: { name: 'narrow', origins: ['https://api.example.com'] },
  },
  { id: 'grt_unset', capability: 'secret:use', parameters: { name: 'unset' } },
]

const answer: InboundAnswer = {
  status: 200,
  statusText: 'OK',
  headers: [['x', 'y']],
  body: Buffer.from('body'),
  url: 'https://api.example.com/v1/x',
  redirected: false,
}

function brokerFor(fetch: (request: OutboundRequest) => Promise<InboundAnswer>) {
  const uses: GrantUse[] = []
  const entries: object[] = []
  const secrets: Readonly<Record<string, string>> = { key: 'canary-value', narrow: 'canary-two' }
  let now = 0
  const broker = new Broker({
    snapshot: () => ({ ...emptySnapshot, grants: new Map([[tenantKey('acme', plugin), grants]]) }),
    calls: {
      'http.fetch': httpFetch({
        fetch,
        secret: async ({ tenant, name }) => (tenant === 'acme' ? secrets[name] : undefined),
        flights: new Flights(),
        now: () => 0,
      }),
    },
    // A second for each request: the budget is tried elsewhere.
    limiter: new RateLimiter(() => (now += 1000)),
    effects: {
      record: async (entry) => {
        entries.push(entry)
      },
    },
    onUse: (use) => uses.push(use),
  })
  return { broker, uses, entries }
}

const scope = {
  tenant: 'acme',
  version: { plugin, version: '1.0.0', limits: { payloadKb: 64 } },
  deadline: 5000,
  traceId: 'trace',
} as unknown as CallScope

const plain = { method: 'GET', headers: [], body: null, redirect: 'follow' }

function ask(broker: Broker, request: object, by = scope): Promise<string> {
  const signal = new AbortController().signal
  return broker.hostCall(by, 'http.fetch', JSON.stringify({ ...plain, ...request }), signal)
}

t.test('a request that a grant covers is sent, with what the grant allows', async (t) => {
  let sent: OutboundRequest | undefined
  const { broker, uses, entries } = brokerFor(async (request) => {
    sent = request
    return answer
  })
  const url = 'https://api.example.com/v1/x?key=%7B%7Bsecret%3Akey%7D%7D'
  const headers = [
    ['Host', 'evil'],
    ['Proxy-Authorization', 'x'],
    ['Sec-Fetch-Site', 'x'],
    ['Connection', 'x-mine'],
    ['Content-Length', '9'],
    ['X-Mine', '{{secret:narrow}}'],
  ]
  t.same(JSON.parse(await ask(broker, { url, headers })), {
    ...answer,
    body: Buffer.from('body').toString('base64'),
  })
  t.match(sent, { method: 'GET', maxBytes: 4096, timeoutMs: 5000, redirect: 'follow' })
  t.equal(sent?.url.href, 'https://api.example.com/v1/x?key=canary-value')
  t.same(sent?.headers, [['x-mine', 'canary-two']])
  t.same(entries, [], 'reading is not in the audit')
  t.match(uses, [
    { grant: 'grt_read', facet: 'GET https://api.example.com', outcome: 'done' },
    { grant: 'grt_narrow', capability: 'secret:use' },
    { grant: 'grt_key', capability: 'secret:use' },
  ])
})

t.test(
  'what may change something is in the audit before it is sent, without query and secrets',
  async (t) => {
    const { broker, entries, uses } = brokerFor(async () => {
      t.equal(entries.length, 1)
      return answer
    })
    const url = 'https://api.example.com/orders/7?token={{secret:key}}'
    await ask(broker, { method: 'POST', url, body: 'aGVsbG8=' })
    t.match(entries, [
      {
        tenant: 'acme',
        actor: `plugin:${plugin}`,
        action: 'capability.http.fetch',
        subject: 'https://api.example.com',
        detail: { method: 'POST', path: '/orders/7', grant: 'grt_write' },
      },
    ])
    t.notMatch(JSON.stringify(entries), /canary|token/)
    t.same(uses[0]?.moved, { sent: 5, received: 4 }, 'bytes of the bodies, not of base64')
    t.equal(broker.hasEffect('http.fetch', JSON.stringify({ ...plain, url, method: 'POST' })), true)
    t.equal(broker.hasEffect('http.fetch', JSON.stringify({ ...plain, url })), false)
  },
)

t.test('what no grant covers is refused by what does not fit, and nothing is sent', async (t) => {
  const { broker, uses } = brokerFor(async () => {
    throw new Error('nothing may be sent')
  })
  const api = 'https://api.example.com/v1/'
  const refused: readonly (readonly [string, object, RegExp?])[] = [
    ['CORE_FETCH_NOT_GRANTED', { url: 'https://evil.example/' }, /origin: https:\/\/evil/],
    ['CORE_FETCH_NOT_GRANTED', { url: 'https://api.example.com/v2/' }, /path: \/v2\//],
    ['CORE_FETCH_NOT_GRANTED', { url: api, method: 'DELETE' }, /method: DELETE/],
    ['CORE_FETCH_NOT_GRANTED', { url: 'nonsense' }, /url: nonsense/],
    ['CORE_FETCH_HEADER_INVALID', { url: api, headers: [['x', 'a\r\nHost: evil']] }],
    ['CORE_FETCH_HEADER_INVALID', { url: api, headers: [['x y', 'a']] }],
    ['CORE_FETCH_HEADER_INVALID', { url: api, headers: [['x', '价']] }],
    [
      'CORE_FETCH_HEADER_INVALID',
      { url: api, headers: ['a', 'b', 'c'].map((n) => [n, 'x'.repeat(16_000)]) },
    ],
    ['CORE_INPUT_INVALID', { url: api, body: 'aGVsbG8=' }],
    ['CORE_INPUT_INVALID', { url: api, body: 'no base64!' }],
    ['CORE_INPUT_INVALID', { url: api, extra: 1 }],
    ['CORE_SECRET_MISPLACED', { url: `${api}{{secret:key}}` }],
    ['CORE_SECRET_MISPLACED', { url: api, method: 'POST', body: base64('{{secret:key}}') }],
    ['CORE_SECRET_NOT_GRANTED', { url: `${api}?k={{secret:other}}` }],
    ['CORE_SECRET_NOT_GRANTED', { url: api, headers: [['a', '{{secret:../key}}']] }],
    [
      'CORE_SECRET_NOT_GRANTED',
      { url: 'https://b.example.com/', method: 'POST', headers: [['a', '{{secret:narrow}}']] },
    ],
    ['CORE_SECRET_NOT_SET', { url: api, headers: [['a', '{{secret:unset}}']] }],
  ]
  for (const [code, request, message = /./] of refused) {
    const name = JSON.stringify(request).slice(0, 100)
    await t.rejects(ask(broker, request), { code, message }, name)
  }
  const stranger = { ...scope, tenant: 'globex' }
  await t.rejects(ask(broker, { url: api }, stranger), { code: 'CORE_GRANT_MISSING' })
  const late = { ...scope, deadline: 0 }
  await t.rejects(ask(broker, { url: api }, late), { code: 'CORE_FETCH_TIMEOUT' })
  t.equal(uses.filter(({ outcome }) => outcome === 'done').length, 0)
})

t.test('a text of a body that looks like a secret of another is sent as it is', async (t) => {
  let sent = ''
  const { broker } = brokerFor(async ({ body }) => {
    sent = String(body)
    return answer
  })
  const text = 'write {{secret:name}} there'
  await ask(broker, { method: 'POST', url: 'https://api.example.com/', body: base64(text) })
  t.equal(sent, text)
})

t.test('requests under way and a minute are bounded', async (t) => {
  const ends: (() => void)[] = []
  const { broker } = brokerFor(() => new Promise((resolve) => ends.push(() => resolve(answer))))
  const url = 'https://api.example.com/v1/'
  const running = Array.from({ length: 64 }, () => ask(broker, { url }))
  await t.rejects(ask(broker, { url }), { code: 'CORE_FETCH_BUSY', retryAfterS: 1 })
  for (const end of ends) end()
  await Promise.all(running)
  const again = ask(broker, { url })
  await Promise.resolve()
  while (ends.length < 65) await new Promise(setImmediate)
  ends[64]?.()
  await again
  const { budget } = httpFetch({
    fetch: async () => answer,
    secret: async () => undefined,
    flights: new Flights(),
    now: () => 0,
  })
  t.same(budget, { ratePerS: 10, burst: 60 })
})

function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}

const texts = fc.oneof(
  fc.string(),
  fc.constantFrom(
    'https://api.example.com/v1/',
    '{{secret:key}}',
    '{{basic:%:key}}',
    '%7B%7Bsecret',
    '..',
  ),
)
const requests = fc.record({
  method: fc.oneof(fc.constantFrom('GET', 'POST', 'HEAD', 'get'), fc.string()),
  url: fc.oneof(
    texts,
    fc.array(texts).map((parts) => `https://api.example.com/v1/${parts.join('')}`),
  ),
  headers: fc.oneof(fc.array(fc.tuple(texts, texts)), fc.jsonValue()),
  body: fc.oneof(fc.constant(null), fc.base64String(), texts, fc.jsonValue()),
  redirect: fc.oneof(fc.constantFrom('follow', 'error', 'manual'), fc.jsonValue()),
})

t.test(
  'whatever is sent: an answer or a coded error, and nothing leaves that was not granted',
  async (t) => {
    let outside = 0
    const { broker } = brokerFor(async ({ url, method, headers }) => {
      const isWithin = grants.some(
        (grant) => grant.capability === 'http:fetch' && misfitOf(grant, method, url) === undefined,
      )
      const isClean = headers.every(([, text]) => !/[\r\n\0]/.test(text))
      if (!isWithin || !isClean) outside++
      return answer
    })
    const signal = new AbortController().signal
    await fc.assert(
      fc.asyncProperty(fc.oneof(requests, fc.jsonValue()), async (request) => {
        try {
          await broker.hostCall(scope, 'http.fetch', JSON.stringify(request), signal)
          return true
        } catch (error) {
          return error instanceof CodedError || error instanceof SyntaxError
        }
      }),
      { numRuns: 2000 },
    )
    t.equal(outside, 0)
  },
)
