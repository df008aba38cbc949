import { EchoMask } from '@signalbox/sdk/host-calls/echo-mask'
import { misplacedSecret, placedSecrets, putSecrets } from '@signalbox/sdk/host-calls/placeholders'
import { secretGrant } from '@signalbox/sdk/host-calls/secret-grant'
import t from 'tap'

const value = 'S3cr&t "v+lue"/=?'
const values = new Map([['weather-key', value]])

function put(url: string, headers: readonly (readonly [string, string])[] = []) {
  return putSecrets({ url: new URL(url), headers }, values)
}

t.test('a secret is put into headers and the query, as it stands there', (t) => {
  const ref = '{{secret:weather-key}}'
  const asked = new URL('https://a.example/')
  asked.searchParams.set('key', ref)
  for (const url of [`https://a.example/?key=${ref}`, asked.href]) {
    t.equal(put(url).url.searchParams.get('key'), value, url)
  }
  const { headers, withSecret } = put('https://a.example/', [
    ['authorization', `Bearer ${ref}`],
    ['x-both', `${ref}:${ref}`],
    ['x-basic', 'Basic {{basic:m%C3%BCller%3A:weather-key}}'],
    ['accept', 'text/plain'],
  ])
  t.same(headers, [
    ['authorization', `Bearer ${value}`],
    ['x-both', `${value}:${value}`],
    ['x-basic', `Basic ${Buffer.from(`müller::${value}`).toString('base64')}`],
    ['accept', 'text/plain'],
  ])
  t.same([...withSecret], ['authorization', 'x-both', 'x-basic'])
  t.end()
})

t.test('what a request names is known before anything is put in', (t) => {
  const url = new URL('https://a.example/?a={{secret:one}}&b=%7B%7bsecret%3Atwo%7D}')
  const headers = [['x', 'Basic {{basic:u:three}}']] as const
  t.same(placedSecrets({ url, headers }), [
    { name: 'three', user: 'u' },
    { name: 'one', user: undefined },
    { name: 'two', user: undefined },
  ])
  t.end()
})

t.test('in a path, a body, or as Basic in a query a secret is misplaced', (t) => {
  const at = (url: string, body?: string) =>
    misplacedSecret({
      url: new URL(url),
      headers: [],
      body: body === undefined ? undefined : Buffer.from(body),
    })
  t.same(at('https://a.example/{{secret:k}}/x'), { name: 'k', place: 'path' })
  t.same(at('https://a.example/%7B%7Bsecret%3Ak%7D%7D'), { name: 'k', place: 'path' })
  t.same(at('https://a.example/?k={{basic:u:k}}'), { name: 'k', place: 'query' })
  t.same(at('https://a.example/', '{"key":"{{secret:k}}"}'), { name: 'k', place: 'body' })
  t.equal(at('https://a.example/?k={{secret:k}}', 'plain {{text}}'), undefined)
  t.end()
})

t.test('a secret goes to the origins of its grant, or to all where it names none', (t) => {
  const grant = (name: string, origins?: readonly string[]) => ({
    id: `grt_${name}`,
    capability: 'secret:use',
    parameters: { name, ...(origins === undefined ? {} : { origins }) },
  })
  const grants = [
    { ...grant('other'), capability: 'http:fetch' },
    grant('narrow', ['https://a.example', 'https://*.b.example']),
    grant('wide'),
  ]
  const to = (name: string, url: string) => secretGrant(grants, name, new URL(url))?.id
  t.equal(to('narrow', 'https://a.example/x'), 'grt_narrow')
  t.equal(to('narrow', 'https://x.b.example/'), 'grt_narrow')
  t.equal(to('narrow', 'https://c.example/'), undefined)
  t.equal(to('narrow', 'http://a.example/'), undefined)
  t.equal(to('wide', 'https://c.example/'), 'grt_wide')
  t.equal(to('other', 'https://a.example/'), undefined)
  t.end()
})

t.test('an answer that repeats a secret is shown with its name instead', (t) => {
  const placed = [
    { name: 'weather-key', user: undefined },
    { name: 'weather-key', user: 'planner' },
  ]
  const mask = new EchoMask(placed, values)
  const escaped = encodeURIComponent(value)
  const echoes = [
    value,
    escaped,
    escaped.toLowerCase().replace('s3cr%26t', 'S3cr%26t'),
    escaped.replace(/%20/g, '+'),
    JSON.stringify({ value }),
    JSON.stringify(value).replaceAll('/', '\\/'),
    value.replaceAll('&', '&amp;').replaceAll('"', '&quot;'),
    Buffer.from(value).toString('base64'),
    Buffer.from(value).toString('base64url'),
    ...['a', 'ab', 'abc'].map((before) => Buffer.from(`${before}${value} more`).toString('base64')),
    Buffer.from(`planner:${value}`).toString('base64'),
  ]
  for (const echo of echoes) {
    const shown = mask.text(`before ${echo} after`)
    t.match(shown, '{{secret:weather-key}}', echo)
    t.notOk(shown.includes('v+lue') || shown.includes('v%2Blue'), shown)
    t.ok(mask.isIn(echo))
  }
  const bytes = Buffer.from([0, 255, ...Buffer.from(value), 254])
  const masked = Buffer.from([0, 255, ...Buffer.from('{{secret:weather-key}}'), 254])
  t.ok(mask.bytes(bytes).equals(masked))
  const other = Buffer.from('nothing of it')
  t.equal(mask.bytes(other), other)
  t.notOk(mask.isIn('https://a.example/'))
  t.end()
})
