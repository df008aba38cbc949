import {
  type Misfit,
  misfitOf,
  nearestMisfit,
  parseTarget,
} from '@signalbox/sdk/host-calls/fetch-grant'
import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import type { Grant } from '../../../src/rollout/routing/snapshot.ts'

function grantOf(parameters: Readonly<Record<string, unknown>>): Grant {
  return { id: 'grt_1', capability: 'http:fetch', parameters }
}

const api = grantOf({ origins: ['https://api.example.com'], pathPrefix: '/v1/' })
const below = grantOf({ origins: ['https://*.example.com'] })
const odd = grantOf({ origins: ['https://API.Example.com:443', 'https://bücher.example:8443'] })
const local = grantOf({ origins: ['http://127.0.0.1:9000', 'https://[2001:db8::1]'] })
const border = grantOf({ origins: ['https://api.example.com'], pathPrefix: '/v1' })

/** What is asked, by which grant, and what of it does not fit; null: it is covered. */
const attacks: readonly (readonly [text: string, grant: Grant, misfit: Misfit['part'] | null])[] = [
  ['https://api.example.com/v1/rates', api, null],
  ['https://api.example.com/v1/', api, null],
  ['HTTPS://API.EXAMPLE.COM/v1/rates', api, null],
  ['https://api.example.com:443/v1/rates', api, null],
  ['https:\\\\api.example.com\\v1\\rates', api, null],
  ['https://api.example.com/v1/group%2Fproject', api, null],
  ['https://api.example.com/v1/a;b=c/..d', api, null],
  ['https://api.example.com/v1/x?next=/../../etc', api, null],
  ['https://api.example.com/v1', api, 'path'],
  ['https://api.example.com/v10', border, 'path'],
  ['https://api.example.com/v1', border, null],
  ['https://api.example.com/v1/x', border, null],
  ['https://api.example.com/V1/x', api, 'path'],
  ['https://api.example.com/v1/../admin', api, 'path'],
  ['https://api.example.com/v1/%2e%2e/admin', api, 'path'],
  ['https://api.example.com/v1/.%2E/admin', api, 'path'],
  ['https://api.example.com/v1/..%2fadmin', api, 'path'],
  ['https://api.example.com/v1/..%5cadmin', api, 'path'],
  ['https://api.example.com/v1/%2e%2e%2fadmin', api, 'path'],
  ['https://api.example.com/v1/%252e%252e%252fadmin', api, 'path'],
  ['https://api.example.com/v1/%25252e%25252e/admin', api, 'path'],
  [`https://api.example.com/v1/%${'25'.repeat(20)}2e%${'25'.repeat(20)}2e/`, api, 'path'],
  ['https://api.example.com/v1/..;/admin', api, 'path'],
  ['https://api.example.com/v1/..;x=1/admin', api, 'path'],
  ['https://api.example.com/v1/%2e%2e;/admin', api, 'path'],
  ['https://api.example.com/v1/..\\admin', api, 'path'],
  ['https://api.example.com/v1/x%00/../y', api, null],
  ['https://api.example.com/v1/x%00.json', api, 'path'],
  ['https://api.example.com/v1/x%0d%0aHost:evil', api, 'path'],
  ['https://api.example.com/%761/x', api, 'path'],
  ['https://api.example.com//v1/x', api, 'path'],
  ['https://api.example.com/\t../v1/../x', api, 'path'],
  ['https://evil.com/v1/', api, 'origin'],
  ['https://api.example.com.evil.com/v1/', api, 'origin'],
  ['https://api.example.com:8443/v1/', api, 'origin'],
  ['https://evilapi.example.com/v1/', api, 'origin'],
  ['http://api.example.com/v1/', api, 'origin'],
  ['https://evil.com\\@api.example.com/v1/', api, 'origin'],
  ['https://evil.com#@api.example.com/v1/', api, 'origin'],
  ['https://evil.com?@api.example.com/v1/', api, 'origin'],
  ['https://api.example.com@evil.com/v1/', api, 'url'],
  ['https://user:pass@api.example.com/v1/', api, 'url'],
  ['https://api.example.com./v1/', api, 'url'],
  ['https://api..example.com/v1/', api, 'url'],
  ['https:///v1/', api, 'origin'],
  ['//api.example.com/v1/', api, 'url'],
  ['/v1/', api, 'url'],
  ['ftp://api.example.com/v1/', api, 'url'],
  ['file:///etc/passwd', api, 'url'],
  ['javascript:alert(1)', api, 'url'],
  ['data:text/plain,x', api, 'url'],
  ['blob:https://api.example.com/v1/', api, 'url'],
  [`https://api.example.com/v1/${'x'.repeat(9000)}`, api, 'url'],
  ['https://a.example.com/', below, null],
  ['https://a.b.example.com/', below, null],
  ['https://example.com/', below, 'origin'],
  ['https://evilexample.com/', below, 'origin'],
  ['https://.example.com/', below, 'url'],
  ['https://example.com.evil.com/', below, 'origin'],
  ['https://*.example.com/', below, null],
  ['https://a.example.com:444/', below, 'origin'],
  ['https://api.example.com/', odd, null],
  ['https://ａpi.example.com/', odd, null],
  ['https://аpi.example.com/', odd, 'origin'],
  ['https://xn--bcher-kva.example:8443/', odd, null],
  ['https://BÜCHER.example:8443/', odd, null],
  ['https://bücher.example/', odd, 'origin'],
  ['http://2130706433:9000/', local, null],
  ['http://0x7f.1:9000/', local, null],
  ['http://0177.0.0.1:9000/', local, null],
  ['http://127.1:9000/', local, null],
  ['http://127.0.0.1/', local, 'origin'],
  ['http://127.0.0.2:9000/', local, 'origin'],
  ['http://[::ffff:127.0.0.1]:9000/', local, 'origin'],
  ['https://[2001:DB8:0::1]/', local, null],
  ['https://[2001:db8::1%25eth0]/', local, 'url'],
  ['https://[fe80::1%eth0]/', local, 'url'],
]

t.test(
  'what a grant covers is judged as servers could read it, and nothing more is covered',
  (t) => {
    for (const [text, grant, misfit] of attacks) {
      const url = parseTarget(text)
      const found = url === undefined ? 'url' : (misfitOf(grant, 'GET', url)?.part ?? null)
      t.equal(found, misfit, text.slice(0, 80))
    }
    t.end()
  },
)

t.test('methods are those of the grant, and GET where it names none', (t) => {
  const url = new URL('https://api.example.com/v1/x')
  t.equal(misfitOf(api, 'POST', url)?.part, 'method')
  t.equal(misfitOf(api, 'get', url)?.part, 'method')
  const posting = grantOf({ origins: ['https://api.example.com'], methods: ['POST'] })
  t.equal(misfitOf(posting, 'GET', url)?.part, 'method')
  t.equal(misfitOf(posting, 'POST', url), undefined)
  t.end()
})

t.test('an origin of a manifest that is more or less than one covers nothing', (t) => {
  const url = new URL('https://a.example.com/')
  for (const origin of [
    'https://',
    'https://*',
    'https://*.com',
    'https://*.*.com',
    'https://a.*.com',
    'https://a.example.com/path',
    'https://a.example.com?x',
    'https://a.example.com#x',
    'https://user@a.example.com',
    'https://a.example.com.',
    'https:a.example.com',
    'https://a.example.com\\',
    ' https://a.example.com',
    'https://a.exa mple.com',
    '*',
    '*.example.com',
  ]) {
    t.equal(misfitOf(grantOf({ origins: [origin] }), 'GET', url)?.part, 'origin', origin)
  }
  t.equal(misfitOf(grantOf({ origins: ['https://a.example.com/'] }), 'GET', url), undefined)
  t.end()
})

t.test('of several grants the one that comes nearest says what is missing', (t) => {
  const elsewhere = grantOf({ origins: ['https://other.example'] })
  const text = 'https://api.example.com/v2/x'
  t.same(nearestMisfit([elsewhere, api], 'GET', text), { part: 'path', value: '/v2/x' })
  t.same(nearestMisfit([api, elsewhere], 'PUT', text), { part: 'method', value: 'PUT' })
  t.same(nearestMisfit([elsewhere], 'GET', text), {
    part: 'origin',
    value: 'https://api.example.com',
  })
  t.same(nearestMisfit([api], 'GET', 'nonsense'), { part: 'url', value: 'nonsense' })
  t.end()
})

const hosts = fc.constantFrom('api.example.com', 'example.com', 'a.b.example.com', '127.0.0.1')
const piece = fc.constantFrom(
  'v1',
  '..',
  '.',
  '%2e%2e',
  '%252e',
  ';',
  '\\',
  '%2f',
  'x',
  '',
  '?',
  '#',
  '@',
)
const urls = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.webUrl({ withQueryParameters: true, withFragments: true }),
  fc
    .tuple(fc.constantFrom('https://', 'http://', 'https:\\'), hosts, fc.array(piece))
    .map(([scheme, host, path]) => `${scheme}${host}/${path.join('/')}`),
)
const grants = fc.record(
  {
    origins: fc.array(
      fc.oneof(
        hosts.map((host) => `https://${host}`),
        fc.constant('https://*.example.com'),
        fc.string(),
      ),
      { minLength: 1 },
    ),
    methods: fc.array(fc.constantFrom<string>('GET', 'POST'), { minLength: 1 }),
    pathPrefix: fc.constantFrom('/', '/v1', '/v1/', '/v1/x'),
  },
  { requiredKeys: ['origins'] },
)

t.test('whatever is asked: refused, or within origin, method and path of the grant', (t) => {
  fc.assert(
    fc.property(
      urls,
      grants,
      fc.constantFrom<string>('GET', 'POST', 'PUT'),
      (text, parameters, method) => {
        const url = parseTarget(text)
        if (url === undefined || misfitOf(grantOf(parameters), method, url) !== undefined)
          return true
        const { origins, methods = ['GET'], pathPrefix = '/' } = parameters
        const isOrigin = origins.some((origin) =>
          origin === 'https://*.example.com'
            ? url.protocol === 'https:' && url.hostname.endsWith('.example.com') && url.port === ''
            : URL.canParse(origin) && new URL(origin).origin === url.origin,
        )
        const path = decodeURIComponent(url.pathname.replace(/%(?![0-9a-f]{2})/gi, '%25'))
        const isPath =
          path === pathPrefix ||
          path.startsWith(pathPrefix.replace(/\/?$/, '/')) ||
          pathPrefix === '/'
        return isOrigin && methods.includes(method) && isPath && url.username === ''
      },
    ),
    { numRuns: 3000 },
  )
  t.end()
})
