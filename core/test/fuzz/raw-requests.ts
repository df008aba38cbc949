import { connect } from 'node:net'
import type { SeededRandom } from '../../bench/seeded-random.ts'
import { oneOf } from './hostile-values.ts'
import type { FuzzRequest } from './make-request.ts'

/** What no HTTP client would send: heads that two readers understand differently, and such as nobody can read. */
const smuggled = 'GET /v1/tenants HTTP/1.1\r\nHost: a\r\nX-Smuggled: 1\r\n\r\n'
const json = 'Content-Type: application/json\r\n'
const head = 'POST /v1/sign-in HTTP/1.1\r\nHost: a\r\n'

export const rawRequests: readonly string[] = [
  `${head}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`,
  `${head}Content-Length: 4\r\nContent-Length: 90\r\n\r\nabcd${smuggled}`,
  `${head}Content-Length: 4, 90\r\n\r\nabcd${smuggled}`,
  `${head}Content-Length: +4\r\n\r\nabcd`,
  `${head}Content-Length: -1\r\n\r\n`,
  `${head}Content-Length: 99999999999999999999\r\n\r\n`,
  `${head}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`,
  `${head}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n`,
  `${head}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n`,
  `${head}Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n${smuggled}`,
  `${head}${json}Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n`,
  `${head}${json}Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n`,
  `${head}${json}Transfer-Encoding: chunked\r\n\r\n2;${'x'.repeat(20_000)}\r\n{}\r\n0\r\n\r\n`,
  `${head}${json}Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nX-Smuggled: 1\r\n\r\n`,
  `${head} folded: x\r\nA: b\r\n\r\n`,
  `${head}A: b\nC: d\r\n\r\n`,
  `${head}A: b\rC: d\r\n\r\n`,
  `${head}A\0B: c\r\n\r\n`,
  `${head}A: \0\r\n\r\n`,
  `${head}: empty\r\n\r\n`,
  `${head}${'A: b\r\n'.repeat(4000)}\r\n`,
  `${head}Authorization: Bearer a\r\nAuthorization: Bearer b\r\n\r\n`,
  `${head}Cookie: a=b\r\nCookie: a=c\r\nHost: b\r\n\r\n`,
  `${head}Expect: 200-maybe\r\nContent-Length: 2\r\n\r\n{}`,
  `${head}Upgrade: h2c\r\nConnection: upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAM\r\n\r\n`,
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  'GET / HTTP/1.1\r\n\r\n',
  'GET / HTTP/0.9\r\n\r\n',
  'GET / HTTP/9.9\r\nHost: a\r\n\r\n',
  'GET /v1/apps HTTP/1.1\r\nHost: a b\r\n\r\n',
  'GET /v1/a pps HTTP/1.1\r\nHost: a\r\n\r\n',
  'GET \\v1\\apps HTTP/1.1\r\nHost: a\r\n\r\n',
  'GET http://other.example/v1/apps HTTP/1.1\r\nHost: a\r\n\r\n',
  'GET * HTTP/1.1\r\nHost: a\r\n\r\n',
  'CONNECT other.example:443 HTTP/1.1\r\nHost: a\r\n\r\n',
  'TRACE / HTTP/1.1\r\nHost: a\r\nMax-Forwards: 0\r\n\r\n',
  `GET /${'x'.repeat(40_000)} HTTP/1.1\r\nHost: a\r\n\r\n`,
  'G\xc3\xa9T / HTTP/1.1\r\nHost: a\r\n\r\n',
  '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
  '\0\0\0\0',
]

/** What stands between a head and what comes behind it. */
interface Ambiguous {
  /** Lines of the head. */
  readonly lines: string
  /** Behind the head, before what is smuggled. */
  readonly body?: string
}

/** Each ends the request in two places, for two readers (CWE-444). */
const ambiguous: readonly ((body: string) => Ambiguous)[] = [
  (body) => ({
    lines: `Content-Length: ${body.length}\r\nTransfer-Encoding: chunked`,
    body: '0\r\n\r\n',
  }),
  (body) => ({
    lines: `Transfer-Encoding: chunked\r\nContent-Length: ${body.length}`,
    body: '0\r\n\r\n',
  }),
  (body) => ({ lines: `Content-Length: ${body.length}\r\nContent-Length: 0`, body }),
  (body) => ({ lines: `Content-Length: 0\r\nContent-Length: ${body.length}`, body }),
  (body) => ({ lines: `Content-Length: ${body.length}, 0`, body }),
  (body) => ({ lines: `Content-Length : ${body.length}`, body }),
  (body) => ({ lines: `Content-Length:\r\n ${body.length}`, body }),
  (body) => ({ lines: `Content-Length: 0x${body.length.toString(16)}`, body }),
  (body) => ({ lines: `Content-Length: ${body.length}_0`, body }),
  () => ({ lines: 'Transfer-Encoding: chunked\r\nTransfer-Encoding: identity', body: '0\r\n\r\n' }),
  () => ({ lines: 'Transfer-Encoding: identity, chunked', body: '0\r\n\r\n' }),
  () => ({ lines: 'Transfer-Encoding: chunked;q=1', body: '0\r\n\r\n' }),
  () => ({ lines: 'Transfer-Encoding: x\r\n chunked', body: '0\r\n\r\n' }),
  () => ({ lines: 'Transfer-Encoding: "chunked"', body: '0\r\n\r\n' }),
  () => ({ lines: 'Transfer_Encoding: chunked\r\nContent-Length: -0', body: '0\r\n\r\n' }),
  (body) => ({
    lines: 'Transfer-Encoding: chunked',
    body: `${body.length.toString(16)};a="\r\n${body}\r\n0\r\n\r\n`,
  }),
  (body) => ({
    lines: 'Transfer-Encoding: chunked',
    body: `0x${body.length}\r\n${body}\r\n0\r\n\r\n`,
  }),
  (body) => ({ lines: 'Transfer-Encoding: chunked', body: `${body.length}\n${body}\n0\n\n` }),
  (body) => ({ lines: 'Transfer-Encoding: chunked', body: `-1\r\n${body}\r\n0\r\n\r\n` }),
  (body) => ({
    lines: 'Transfer-Encoding: chunked',
    body: `${body.length.toString(16)}\r\n${body}XX0\r\n\r\n`,
  }),
  (body) => ({ lines: `X-A: b\r\n\tContent-Length: ${body.length}\r\nContent-Length: 9999`, body }),
  (body) => ({ lines: `X-A: b\nContent-Length: 0\r\nContent-Length: ${body.length}`, body }),
  (body) => ({ lines: `X-A: b\rContent-Length: 0\r\nContent-Length: ${body.length}`, body }),
  (body) => ({ lines: `X\0: b\r\nContent-Length: ${body.length}`, body }),
]

/** A request with the secret of whom it is made for, whose head is ambiguous, and another behind it. */
export function smuggling(random: SeededRandom, request: FuzzRequest): string {
  const { method, path, headers, body } = request
  const { lines, body: sent = '' } = oneOf(random, ambiguous)(body?.toString('latin1') || '{}')
  const own = Object.entries(headers).map(([name, value]) => `${name}: ${String(value)}`)
  const head = [`${method} ${path} HTTP/1.1`, 'Host: a', ...own.map(oneLine)]
  return `${head.join('\r\n')}\r\n${lines}\r\n\r\n${sent}${smuggled}`
}

const oneLine = (text: string) => text.replaceAll(/[\r\n\0]/g, '?')

const PATIENCE_MS = 3000

/**
 * Sends the bytes and half-closes.
 * @returns all that came back until the host closed the connection, or nothing more came for some seconds
 */
export function sendRaw(url: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve) => {
    let answer = ''
    const socket = connect({ host: hostname, port: Number(port) })
    socket.setTimeout(PATIENCE_MS, () => socket.destroy())
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1')
    })
    // What is cut off is no answer, and no answer is none to judge.
    socket.on('error', () => undefined)
    socket.once('close', () => resolve(answer))
    socket.end(Buffer.from(bytes, 'latin1'))
  })
}
