import { misfitOf, parseTarget } from '@signalbox/sdk/host-calls/fetch-grant'
import { settledGrants } from '@signalbox/sdk/host-calls/settled-origins'
import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import type { OutboundRequest } from '../../../src/broker/http/fetcher.ts'
import { Flights } from '../../../src/broker/http/flights.ts'
import { httpFetch } from '../../../src/broker/http/http-fetch.ts'
import { rules } from '../../../src/identity/authorise.ts'
import type { Grant } from '../../../src/rollout/routing/snapshot.ts'
import { askingBroker } from '../../support/asking-broker.ts'

const grant = (parameters: object): Grant => ({
  id: 'grt_1',
  capability: 'http:fetch',
  parameters: { ...parameters },
})
const fromUrl = grant({ originsFrom: '/url', methods: ['POST'] })
const originsOf = (grants: readonly Grant[], config: unknown) =>
  settledGrants(grants, () => JSON.stringify(config)).map(({ parameters }) => parameters.origins)

t.test('the origin of a setting is granted beside those of the manifest', async (t) => {
  const url = 'https://Hooks.Example:443/in?token=1#x'
  t.strictSame(originsOf([fromUrl], { url }), [['https://hooks.example']])
  const both = grant({ originsFrom: '/hooks/url', origins: ['https://api.example.com'] })
  t.strictSame(originsOf([both], { hooks: { url } }), [
    ['https://api.example.com', 'https://hooks.example'],
  ])
})

t.test('a setting that is no address grants nothing', async (t) => {
  const wrong = [
    undefined,
    7,
    null,
    {},
    ['https://hooks.example'],
    '',
    'hooks.example',
    'ftp://hooks.example/',
    'https://user@hooks.example/',
    'https://*.example/',
    'https://*.hooks.example/',
    'https://hooks.example./',
    'javascript:x',
  ]
  for (const url of wrong) t.strictSame(originsOf([fromUrl], { url }), [undefined], String(url))
  t.strictSame(originsOf([grant({ originsFrom: '/a/b' })], { a: 'https://x.example' }), [undefined])
  t.strictSame(originsOf([grant({ originsFrom: '/constructor/name' })], {}), [undefined])
  t.strictSame(originsOf([fromUrl], null), [undefined])
})

t.test('who asks for no setting costs nothing, and is what was given', async (t) => {
  const grants = [grant({ origins: ['https://api.example.com'] })]
  const unread = () => {
    throw new Error('settings were read')
  }
  t.equal(settledGrants(grants, unread), grants)
})

function fetching(config: object) {
  const sent: OutboundRequest[] = []
  const call = httpFetch({
    fetch: async (request) => {
      sent.push(request)
      const { href } = request.url
      return {
        status: 204,
        statusText: '',
        headers: [],
        body: Buffer.alloc(0),
        url: href,
        redirected: false,
      }
    },
    secret: async () => undefined,
    flights: new Flights(),
    now: () => 0,
  })
  let now = 0
  const clock = () => (now += 1000)
  const { ask, audited } = askingBroker({
    calls: { 'http.fetch': call },
    grants: [fromUrl],
    config,
    clock,
  })
  const post = (url: string, by = {}) =>
    ask('http.fetch', { method: 'POST', url, headers: [], body: null, redirect: 'manual' }, by)
  return { post, sent, audited }
}

t.test('a request goes to the origin of the setting, by the methods of the grant', async (t) => {
  const { post, sent, audited } = fetching({ url: 'https://hooks.example/in' })
  await post('https://hooks.example/in?token=1')
  t.match(audited, [{ subject: 'https://hooks.example', detail: { method: 'POST', path: '/in' } }])
  t.match(sent, [{ grant: { parameters: { origins: ['https://hooks.example'] } } }])
  const refused = { code: 'CORE_FETCH_NOT_GRANTED' }
  await t.rejects(post('https://api.hooks.example/in'), refused)
  await t.rejects(post('https://hooks.example:8443/in'), refused)
  await t.rejects(post('http://hooks.example/in'), refused)
  await t.rejects(post('https://hooks.example/', { tenant: 'globex' }), {
    code: 'CORE_GRANT_MISSING',
  })
  t.equal(sent.length, 1)
})

t.test('who may change a setting may consent, and nobody else', async (t) => {
  t.strictSame(rules['config.write'], rules['grant.write'])
})

t.test('whatever a setting holds, only its own origin is asked', async () => {
  const part = fc.constantFrom(
    'hooks',
    'example',
    '*',
    'a.b',
    '@',
    '127.0.0.1',
    ':8443',
    '.',
    '/',
    '',
  )
  const scheme = fc.constantFrom('https://', 'http://', 'https:', '//', '')
  const address = fc
    .tuple(scheme, fc.array(part, { maxLength: 5 }))
    .map(([first, parts]) => `${first}${parts.join('')}`)
  fc.assert(
    fc.property(fc.oneof(address, fc.jsonValue()), address, (url, asked) => {
      const target = parseTarget(asked)
      const [settled = fromUrl] = settledGrants([fromUrl], () => JSON.stringify({ url }))
      if (target === undefined || misfitOf(settled, 'POST', target) !== undefined) return true
      return typeof url === 'string' && new URL(url).origin === target.origin
    }),
    { numRuns: 1000 },
  )
})
