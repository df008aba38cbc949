import { EchoMask } from '@signalbox/sdk/host-calls/echo-mask'
import t from 'tap'
import type { OutboundRequest } from '../../../src/broker/http/fetcher.ts'
import { fetcherFor, requestFor } from '../../support/fetcher.ts'
import { outboundServer } from '../../support/outbound-server.ts'

t.test(
  'redirections are followed within the grant, and what is personal stays with its origin',
  async (t) => {
    const second = await outboundServer(t, (_, response) => response.end('there'))
    const first = await outboundServer(t, ({ url }, response) => {
      const to = url === '/start' ? '/next' : `${second.origin}/last`
      response.writeHead(302, { location: to }).end('elsewhere')
    })
    const fetcher = fetcherFor(t, { allow: `${first.origin},${second.origin}` })
    const answer = await fetcher.fetch(
      requestFor(`${first.origin}/start`, [first.origin, second.origin], {
        headers: [
          ['authorization', 'Bearer x'],
          ['cookie', 'a=1'],
          ['x-key', 'secret'],
          ['accept', 'text/plain'],
        ],
        withSecret: new Set(['x-key']),
      }),
    )
    t.match(answer, { status: 200, redirected: true, url: `${second.origin}/last` })
    t.match(first.requests[1]?.headers, {
      authorization: 'Bearer x',
      cookie: 'a=1',
      'x-key': 'secret',
    })
    const { authorization, cookie, 'x-key': key, accept } = second.requests[0]?.headers ?? {}
    t.same([authorization, cookie, key, accept], [undefined, undefined, undefined, 'text/plain'])
  },
)

t.test('a redirection is judged like a request of its own', async (t) => {
  const other = await outboundServer(t, (_, response) => response.end('reached'))
  const places: Readonly<Record<string, string>> = {
    '/elsewhere': `${other.origin}/`,
    '/loop': '/302/loop',
    '/file': 'file:///etc/passwd',
    '/user': 'http://user@127.0.0.1/',
    '/metadata': 'http://169.254.169.254/latest/meta-data/',
    '/path': '/admin',
  }
  const server = await outboundServer(t, ({ url }, response) => {
    const location = places[url.slice(4)] ?? `${other.origin}/`
    response.writeHead(Number(url.slice(1, 4)), { location }).end()
  })
  const fetcher = fetcherFor(t, { allow: `${server.origin},${other.origin}` })
  const ask = (path: string, changes: Partial<OutboundRequest> = {}) =>
    fetcher.fetch(requestFor(server.origin + path, [server.origin], changes))
  await t.rejects(ask('/302/elsewhere'), { code: 'CORE_FETCH_NOT_GRANTED' })
  await t.rejects(ask('/302/metadata'), { code: 'CORE_FETCH_NOT_GRANTED' })
  await t.rejects(ask('/302/loop'), { code: 'CORE_FETCH_REDIRECT_REFUSED' })
  t.equal(server.requests.filter(({ url }) => url.endsWith('/loop')).length, 6)
  await t.rejects(ask('/302/file'), { code: 'CORE_FETCH_REDIRECT_REFUSED' })
  await t.rejects(ask('/302/user'), { code: 'CORE_FETCH_REDIRECT_REFUSED' })
  await t.rejects(ask('/302/elsewhere', { redirect: 'error' }), {
    code: 'CORE_FETCH_REDIRECT_REFUSED',
  })
  const seen = await ask('/302/elsewhere', { redirect: 'manual' })
  t.match(seen, { status: 302, redirected: false })
  const prefixed = {
    id: 'grt_2',
    capability: 'http:fetch',
    parameters: { origins: [server.origin], pathPrefix: '/302' },
  }
  await t.rejects(ask('/302/path', { grant: prefixed }), { code: 'CORE_FETCH_NOT_GRANTED' })
  const both = requestFor(`${server.origin}/307/elsewhere`, [server.origin, other.origin], {
    method: 'POST',
    body: Buffer.from('x'),
  })
  await t.rejects(fetcher.fetch(both), { code: 'CORE_FETCH_REDIRECT_REFUSED' })
  t.equal(other.requests.length, 0, 'nobody else was asked')
})

t.test('five redirections are followed, a sixth is not', async (t) => {
  const server = await outboundServer(t, ({ url }, response) => {
    const left = Number(url.slice(1))
    if (left === 0) response.end('arrived')
    else response.writeHead(302, { location: `/${left - 1}` }).end()
  })
  const fetcher = fetcherFor(t, { allow: server.origin })
  const ask = (path: string) => fetcher.fetch(requestFor(server.origin + path, [server.origin]))
  t.equal((await ask('/5')).body.toString(), 'arrived')
  await t.rejects(ask('/6'), { code: 'CORE_FETCH_REDIRECT_REFUSED' })
})

t.test('method and body of a redirection are those of the fetch standard', async (t) => {
  const server = await outboundServer(t, ({ url, method }, response) => {
    const status = Number(url.slice(1))
    if (Number.isNaN(status)) response.end(method)
    else response.writeHead(status, { location: '/end' }).end()
  })
  const fetcher = fetcherFor(t, { allow: server.origin })
  for (const [status, method, after] of [
    [301, 'POST', 'GET'],
    [302, 'POST', 'GET'],
    [303, 'PUT', 'GET'],
    [301, 'PUT', 'PUT'],
    [307, 'POST', 'POST'],
    [308, 'PUT', 'PUT'],
  ] as const) {
    const answer = await fetcher.fetch(
      requestFor(`${server.origin}/${status}`, [server.origin], {
        method,
        headers: [['content-type', 'text/plain']],
        body: Buffer.from('body'),
      }),
    )
    t.equal(answer.body.toString(), after, `${status} ${method}`)
    const last = server.requests.at(-1)
    t.equal(last?.body, after === 'GET' ? '' : 'body')
    t.equal(last?.headers['content-type'], after === 'GET' ? undefined : 'text/plain')
  }
})

t.test('a secret that a server writes into a redirection stays with its origin', async (t) => {
  const value = 'kanarienvogel'
  const other = await outboundServer(t, (_, response) => response.end('told'))
  const server = await outboundServer(t, ({ url }, response) => {
    if (url.startsWith('/last')) response.end('there')
    else response.writeHead(302, { location: `${places[url.slice(1, 5)]}?key=${value}` }).end()
  })
  const places: Readonly<Record<string, string>> = { away: `${other.origin}/`, same: '/last' }
  const fetcher = fetcherFor(t, { allow: `${server.origin},${other.origin}` })
  const mask = new EchoMask([{ name: 'key', user: undefined }], new Map([['key', value]]))
  const ask = (path: string, changes: Partial<OutboundRequest> = {}) => {
    const url = `${server.origin}${path}?key=${value}`
    return fetcher.fetch(requestFor(url, [server.origin, other.origin], { mask, ...changes }))
  }
  await t.rejects(ask('/away'), { code: 'CORE_FETCH_REDIRECT_REFUSED', message: /tell a secret/ })
  t.equal(other.connections(), 0)
  t.equal((await ask('/same')).url, `${server.origin}/last?key={{secret:key}}`)
  const shown = await ask('/away', { redirect: 'manual' })
  t.match(shown.headers[0], ['location', `${other.origin}/?key={{secret:key}}`])
})
