import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { FastifyRequest } from 'fastify'
import pino from 'pino'
import t from 'tap'
import { until } from '../../../sandbox/test/until.ts'
import { parseTrustedProxies } from '../../src/gateway/client-address.ts'
import { createServer } from '../../src/gateway/server.ts'

const log = pino({ level: 'silent' })
async function serving(options: Partial<Parameters<typeof createServer>[0]> = {}): Promise<number> {
  const app = await createServer({ log, version: '1.0.0', ...options })
  const look = async (request: FastifyRequest) => ({ ip: request.ip, host: request.host })
  app.route({ method: ['GET', 'POST'], url: '/look', handler: look })
  await app.listen({ host: '127.0.0.1', port: 0 })
  t.teardown(() => app.close())
  return (app.server.address() as { port: number }).port
}

const port = await serving()

/** Sends the text as it is, and reads until the host closes the connection. */
function said(text: string, to = port): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = ''
    const socket = connect(to, '127.0.0.1', () => socket.write(text))
    socket.on('data', (chunk) => (answer += chunk))
    socket.on('error', reject)
    socket.on('close', () => resolve(answer))
  })
}

const rest = 'Connection: close\r\n'
const post = `POST /look HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n${rest}`
const get = `GET /look HTTP/1.1\r\nHost: a\r\n${rest}`
const chunks = '\r\n2\r\n{}\r\n0\r\n\r\n'

const smuggled = {
  'two lengths': `${post}Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}`,
  'two lengths that differ': `${post}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}`,
  'a length with a sign': `${post}Content-Length: +2\r\n\r\n{}`,
  'a list of lengths': `${post}Content-Length: 2, 2\r\n\r\n{}`,
  'a length and a coding': `${post}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n${chunks}`,
  'a coding and a length': `${post}Transfer-Encoding: chunked\r\nContent-Length: 2\r\n${chunks}`,
  'two codings': `${post}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n${chunks}`,
  'a coding in front': `${post}Transfer-Encoding: identity, chunked\r\n${chunks}`,
  'a coding that is none': `${post}Transfer-Encoding: xchunked\r\n${chunks}`,
  'a coding in HTTP/1.0': `${post.replace('1.1', '1.0')}Transfer-Encoding: chunked\r\n${chunks}`,
  'a folded line': `${get}X-A: b\r\n c\r\n\r\n`,
  'a coding in a folded line': `${post}Transfer-Encoding:\r\n chunked\r\n${chunks}`,
  'a blank before the colon': `${post}Content-Length : 2\r\n\r\n{}`,
  'a bare line feed': `${post.replaceAll('\r\n', '\n')}Content-Length: 2\n\n{}`,
  'two hosts': `${get}Host: b\r\n\r\n`,
  'two secrets': `${get}Authorization: Bearer a\r\nAuthorization: Bearer b\r\n\r\n`,
  'two keys': `${get}X-API-Key: a\r\nx-api-key: b\r\n\r\n`,
  'a secret and a key': `${get}Authorization: Bearer a\r\nX-API-Key: b\r\n\r\n`,
  'two types': `${post}Content-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}`,
  'two idempotency keys': `${post}Idempotency-Key: a\r\nIdempotency-Key: b\r\nContent-Length: 2\r\n\r\n{}`,
}

t.test('a head that two readers could read in two ways is read in none', async (t) => {
  t.match(await said(`${get}\r\n`), /^HTTP\/1.1 200 /, 'a sound one is answered')
  t.match(await said(`${post}Transfer-Encoding: chunked\r\n${chunks}`), /^HTTP\/1.1 200 /)
  for (const [name, text] of Object.entries(smuggled)) {
    const answer = await said(text)
    t.match(answer, /^HTTP\/1.1 400 .*application\/problem\+json/s, name)
    t.match(answer, /"code":"CORE_(HEAD_AMBIGUOUS|REQUEST_UNREADABLE|BODY_UNREADABLE)"/, name)
    t.equal(
      answer.match(/HTTP\/1.1 /g)?.length,
      1,
      `${name}: nothing behind it is taken for a request`,
    )
  }
})

t.test('what follows an ambiguous head on its connection is not done', async (t) => {
  const app = await createServer({ log, version: '1.0.0' })
  let done = 0
  app.post('/do', async () => ({ done: ++done }))
  await app.register(async (scope) => {
    scope.setErrorHandler((_error, _request, reply) => reply.code(400).send({ code: 'OF_A_SCOPE' }))
    scope.post('/scoped', async () => ({ done: ++done }))
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  t.teardown(() => app.close())
  const { port: to } = app.server.address() as { port: number }
  const act = 'POST /do HTTP/1.1\r\nHost: a\r\n'
  const next = `${act}Connection: close\r\n\r\n`
  for (const [name, head] of Object.entries({
    'a coding in front': `${act}Transfer-Encoding: identity, chunked\r\n\r\n0\r\n\r\n`,
    'two types': `${act}Content-Type: a/b\r\nContent-Type: c/d\r\n\r\n`,
    'two secrets': `${act}Authorization: a\r\nAuthorization: b\r\n\r\n`,
    'a secret and a key': `${act}Authorization: a\r\nX-API-Key: b\r\n\r\n`,
    'one that a scope refuses': `${act.replace('/do', '/scoped')}Host: b\r\n\r\n`,
    'an address that cannot be read': `${act.replace('/do', '/%ff')}Host: b\r\n\r\n`,
  })) {
    const answer = await said(`${head}${next}`, to)
    t.match(answer, /^HTTP\/1.1 400 .*connection: close/is, name)
    t.equal(answer.match(/HTTP\/1.1 /g)?.length, 1, name)
    t.equal(done, 0, `${name}: what follows is not done`)
  }
  t.match(await said(`${act}\r\n${next}`, to), /"done":1}.*"done":2}/s, 'two that are sound are')
})

t.test('a head that is too large is refused before it is kept', async (t) => {
  const answer = await said(`${get}X-A: ${'a'.repeat(20_000)}\r\n\r\n`)
  t.match(answer, /^HTTP\/1.1 431 .*CORE_HEAD_TOO_LARGE/s)
})

t.test('who sends a head or a body slowly is cut off', async (t) => {
  // Only here: a machine that stands still for so long is slow with any head.
  const times = { headMs: 300, requestMs: 600, idleMs: 60_000, checkMs: 50 }
  const hurried = await serving({ times })
  for (const begun of [
    'GET /look HT',
    'GET /look HTTP/1.1\r\nHost: a\r\nX-A',
    `${post}Content-Length: 200\r\n\r\n{"a":`,
    `${post}Transfer-Encoding: chunked\r\n\r\n5\r\n{"a":\r\n`,
  ]) {
    t.match(
      await said(begun, hurried),
      /^HTTP\/1.1 408 .*CORE_REQUEST_TOO_SLOW/s,
      begun.slice(0, 12),
    )
  }
})

t.test('only a proxy that is named is believed whom it speaks for', async (t) => {
  const claims = `X-Forwarded-For: 198.51.100.9, 203.0.113.5\r\nX-Forwarded-Host: evil\r\nForwarded: for=9.9.9.9\r\n`
  t.match(await said(`${get}${claims}\r\n`), /"ip":"127.0.0.1","host":"a"/)
  const read = parseTrustedProxies('127.0.0.0/8')
  const trustedProxies = 'trusts' in read ? read.trusts : () => false
  const behind = await serving({ trustedProxies })
  // What stands further left was written by whoever is no proxy of ours.
  t.match(await said(`${get}${claims}\r\n`, behind), /"ip":"203.0.113.5"/)
})

t.test('whoever leaves before the answer gives the place back, however many it took', async (t) => {
  const app = await createServer({ log, version: '1.0.0', maxInFlight: 3 })
  let waiting = 0
  const { promise: held, resolve: release } = Promise.withResolvers<object>()
  app.get('/held', async () => {
    waiting += 1
    return held
  })
  app.get('/soon', async () => ({ soon: true }))
  await app.listen({ host: '127.0.0.1', port: 0 })
  t.teardown(() => app.close())
  const { port } = app.server.address() as { port: number }
  const url = `http://127.0.0.1:${port}`
  const open = new Set<Socket>()
  app.server.on('connection', (socket) => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
  })
  const ask = (path: string) => `GET /${path} HTTP/1.1\r\nHost: a\r\n\r\n`
  for (let round = 1; round <= 3; round++) {
    const alone = connect(port, '127.0.0.1')
    alone.write(ask('held'))
    // Two in a pipeline, on a connection that was answered before.
    const piped = connect(port, '127.0.0.1')
    const isAnswered = once(piped, 'data')
    piped.write(ask('soon'))
    await isAnswered
    piped.write(ask('held') + ask('held'))
    await until(() => waiting === 3 * round)
    t.equal((await fetch(`${url}/soon`)).status, 503, 'all three places are taken')
    const kept = open.size - 2
    alone.destroy()
    piped.destroy()
    await until(() => open.size <= kept)
    t.equal((await fetch(`${url}/soon`)).status, 200)
  }
  release({})
  const many = await Promise.all([1, 2, 3].map(async () => (await fetch(`${url}/soon`)).status))
  t.same(many, [200, 200, 200], 'nothing was given back twice, or never')
})

t.test('a node that has taken its most sheds what comes, and takes again', async (t) => {
  const app = await createServer({ log, version: '1.0.0', maxInFlight: 2 })
  const { promise: held, resolve: release } = Promise.withResolvers<object>()
  app.get('/held', async () => held)
  app.get('/healthz', { config: { action: 'host.probe' } }, async () => ({}))
  t.teardown(() => app.close())
  const three = [1, 2, 3].map(() => app.inject({ url: '/held' }))
  const shed = await Promise.race(three)
  t.match(shed.json(), { status: 503, code: 'CORE_OVERLOADED' })
  t.equal(Number(shed.headers['retry-after']), 2)
  t.equal(
    (await app.inject({ url: '/healthz' })).statusCode,
    200,
    'that it lives is told all the same',
  )
  release({})
  t.same((await Promise.all(three)).map(({ statusCode }) => statusCode).sort(), [200, 200, 503])
  t.equal((await app.inject({ url: '/held' })).statusCode, 200)
})
