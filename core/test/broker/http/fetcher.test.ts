import { createServer } from 'node:net'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import t from 'tap'
import { ConnectionPools } from '../../../src/broker/http/connection-pools.ts'
import type { ResolveHost } from '../../../src/broker/http/resolve-host.ts'
import { fetcherFor, requestFor } from '../../support/fetcher.ts'
import { certificateFor, outboundServer } from '../../support/outbound-server.ts'

t.test(
  'a request reaches the server as the plugin made it, and its answer the plugin',
  async (t) => {
    const server = await outboundServer(t, (_, response) => {
      response.writeHead(201, 'Made', [
        ...['X-One', 'a', 'X-One', 'b', 'Set-Cookie', 'c=1'],
        ...['X-Text', Buffer.from('价格').toString('latin1')],
      ])
      response.end('made')
    })
    const fetcher = fetcherFor(t, { allow: server.origin })
    const answer = await fetcher.fetch(
      requestFor(`${server.origin}/a%20b?q=1#part`, [server.origin], {
        method: 'POST',
        headers: [
          ['content-type', 'text/plain'],
          ['x-mine', '1'],
        ],
        body: Buffer.from('hello'),
      }),
    )
    t.match(server.requests, [
      {
        method: 'POST',
        url: '/a%20b?q=1',
        headers: { 'content-type': 'text/plain', 'x-mine': '1', 'user-agent': 'signalbox' },
        body: 'hello',
      },
    ])
    t.match(answer, { status: 201, statusText: 'Made', redirected: false })
    t.equal(answer.body.toString(), 'made')
    const shown = answer.headers.filter(([name]) => name.startsWith('x-') || name === 'set-cookie')
    t.same(shown.slice(0, 3), [
      ['x-one', 'a'],
      ['x-one', 'b'],
      ['set-cookie', 'c=1'],
    ])
  },
)

t.test(
  'an answer that grows too large is left, packed or not, and its connection closed',
  async (t) => {
    const zeroes = gzipSync(Buffer.alloc(50 * 1024 * 1024))
    for (const kind of ['plain', 'packed'] as const) {
      const server = await outboundServer(t, (_, response) => {
        if (kind === 'packed') {
          response.writeHead(200, { 'content-encoding': 'gzip' })
          response.write(zeroes)
          return
        }
        const more = () => {
          while (response.write(Buffer.alloc(16_384)));
          response.once('drain', more)
        }
        more()
      })
      const fetcher = fetcherFor(t, { allow: server.origin })
      await t.rejects(fetcher.fetch(requestFor(server.origin, [server.origin])), {
        code: 'CORE_FETCH_TOO_LARGE',
        message: /97 KiB/,
      })
      await server.cutOff
    }
  },
)

t.test('a packed answer is unpacked; what cannot be is told', async (t) => {
  const text = Buffer.from('price '.repeat(1000))
  const packed: Readonly<Record<string, readonly [string, Buffer]>> = {
    '/gzip': ['gzip', gzipSync(text)],
    '/br': ['br', brotliCompressSync(text)],
    '/twice': ['br, gzip', gzipSync(brotliCompressSync(text))],
    '/unknown': ['compress', text],
    '/thrice': ['gzip, gzip, gzip', gzipSync(gzipSync(gzipSync(text)))],
    '/broken': ['gzip', text],
    '/half': ['gzip', gzipSync(text).subarray(0, 20)],
  }
  const server = await outboundServer(t, ({ url }, response) => {
    const [encoding, bytes] = packed[url] ?? ['', Buffer.alloc(0)]
    response.writeHead(200, { 'content-encoding': encoding, 'content-length': bytes.length })
    response.end(bytes)
  })
  const fetcher = fetcherFor(t, { allow: server.origin })
  const ask = (path: string, method = 'GET') =>
    fetcher.fetch(requestFor(server.origin + path, [server.origin], { method }))
  for (const path of ['/gzip', '/br', '/twice']) {
    const { body, headers } = await ask(path)
    t.ok(body.equals(text), path)
    const names = headers.map(([name]) => name)
    t.notOk(names.includes('content-encoding') || names.includes('content-length'), path)
  }
  for (const path of ['/unknown', '/thrice', '/broken', '/half']) {
    await t.rejects(ask(path), { code: 'CORE_FETCH_FAILED', message: /\(encoding\)/ }, path)
  }
  t.match((await ask('/gzip', 'HEAD')).headers.flat(), ['content-encoding', 'gzip'])
})

t.test('a silent or slow server is left in time, and sees its connection close', async (t) => {
  const leave = async (kind: 'silent' | 'slow') => {
    const server = await outboundServer(t, (_, response) => {
      if (kind === 'slow') response.write('x')
    })
    const fetcher = fetcherFor(t, { allow: server.origin })
    // Long enough for a busy machine to bring the request there: else there is nothing to cut off.
    const timed = { timeoutMs: 2000, signal: AbortSignal.timeout(2000) }
    await t.rejects(fetcher.fetch(requestFor(server.origin, [server.origin], timed)), {
      code: 'CORE_FETCH_TIMEOUT',
    })
    await server.cutOff
  }
  await Promise.all([leave('silent'), leave('slow')])
})

t.test('a call that is over ends its request', async (t) => {
  const ending = new AbortController()
  const server = await outboundServer(t, () => ending.abort())
  const fetcher = fetcherFor(t, { allow: server.origin })
  const { signal } = ending
  await t.rejects(fetcher.fetch(requestFor(server.origin, [server.origin], { signal })))
  await server.cutOff
})

t.test('what fails on the way is told by its class, without addresses', async (t) => {
  const gone = createServer()
  const port = await new Promise<number>((resolve) => {
    gone.listen(0, '127.0.0.1', () => resolve((gone.address() as { port: number }).port))
  })
  await new Promise((resolve) => gone.close(resolve))
  const rude = createServer((socket) => socket.end('this is no HTTP\r\n\r\n'))
  const shut = createServer((socket) => socket.once('data', () => socket.resetAndDestroy()))
  const ports = await Promise.all(
    [rude, shut].map(
      (server) =>
        new Promise<number>((resolve) => {
          t.teardown(() => server.close())
          server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port))
        }),
    ),
  )
  const resolve: ResolveHost = async (name) => (name === 'erp.corp' ? ['127.0.0.1'] : [])
  const fetcher = fetcherFor(t, { allow: 'erp.corp,gone.corp', resolve })
  for (const [origin, reason] of [
    [`http://erp.corp:${port}`, 'connect'],
    [`http://erp.corp:${ports[0]}`, 'protocol'],
    [`http://erp.corp:${ports[1]}`, 'reset'],
    ['http://gone.corp', 'dns'],
  ] as const) {
    const failed = await fetcher
      .fetch(requestFor(origin, [origin]))
      .catch((error: unknown) => error)
    t.match(failed, {
      code: 'CORE_FETCH_FAILED',
      message: `The request to ${origin} failed (${reason}).`,
    })
    t.equal((failed as Error).cause, undefined)
  }
})

t.test(
  'without TLS, and to addresses that are not public, nobody is asked unless named',
  async (t) => {
    const server = await outboundServer(t, (_, response) => response.end())
    const resolve: ResolveHost = async (name) =>
      name === 'mixed.example' ? ['93.184.216.34', '127.0.0.1'] : ['::ffff:127.0.0.1']
    const fetcher = fetcherFor(t, { resolve })
    const ask = (origin: string) => fetcher.fetch(requestFor(origin, [origin]))
    await t.rejects(ask(server.origin), { code: 'CORE_FETCH_PLAIN_REFUSED' })
    for (const origin of [
      `https://127.0.0.1:${server.port}`,
      `https://[::1]:${server.port}`,
      `https://[::ffff:7f00:1]:${server.port}`,
      `https://mixed.example:${server.port}`,
      `https://mapped.example:${server.port}`,
      'https://169.254.169.254',
    ]) {
      await t.rejects(ask(origin), { code: 'CORE_FETCH_ADDRESS_REFUSED' }, origin)
    }
    t.equal(server.connections(), 0)
  },
)

t.test('a name that leads elsewhere the second time does not get there', async (t) => {
  const certificate = await certificateFor(t, ['DNS:rebind.example'])
  let port = 0
  const outside = await outboundServer(
    t,
    ({ url }, response) => {
      if (url === '/again') response.writeHead(302, { location: '/inside' }).end()
      else response.end(response.req.headers.host)
    },
    { address: '127.0.0.2', certificate },
  )
  port = outside.port
  const inside = await outboundServer(t, (_, response) => response.end('inside'), {
    port,
    certificate,
  })
  const answers = [['127.0.0.2'], ['127.0.0.1'], ['127.0.0.2'], ['127.0.0.1']]
  let asked = 0
  const resolve: ResolveHost = async () => answers[asked++] ?? []
  const allow = '127.0.0.2/32'
  const fetcher = fetcherFor(t, { allow, resolve, ca: certificate.cert })
  const origin = `https://rebind.example:${port}`
  const ask = (path: string) => fetcher.fetch(requestFor(origin + path, [origin]))
  t.equal((await ask('/')).body.toString(), `rebind.example:${port}`)
  t.equal(asked, 1, 'the connection asks no name server again')
  await t.rejects(ask('/'), { code: 'CORE_FETCH_ADDRESS_REFUSED' })
  await t.rejects(ask('/again'), { code: 'CORE_FETCH_ADDRESS_REFUSED' })
  t.equal(inside.connections(), 0)
})

t.test('certificates are held to the name that was asked, and to what is trusted', async (t) => {
  const certificate = await certificateFor(t, ['DNS:right.example'])
  const server = await outboundServer(t, (_, response) => response.end('well'), { certificate })
  const resolve: ResolveHost = async () => ['127.0.0.1']
  const allow = '127.0.0.0/8'
  const trusting = fetcherFor(t, { allow, resolve, ca: certificate.cert })
  const right = `https://right.example:${server.port}`
  const wrong = `https://wrong.example:${server.port}`
  t.equal((await trusting.fetch(requestFor(right, [right]))).body.toString(), 'well')
  await t.rejects(trusting.fetch(requestFor(wrong, [wrong])), {
    message: /\(tls: ERR_TLS_CERT_ALTNAME_INVALID\)/,
  })
  const strict = fetcherFor(t, { allow, resolve })
  await t.rejects(strict.fetch(requestFor(right, [right])), {
    message: /\(tls: DEPTH_ZERO_SELF_SIGNED_CERT\)/,
  })
  t.equal(server.requests.length, 1)
})

t.test('the next address is tried where the first takes no connection', async (t) => {
  const server = await outboundServer(t, (_, response) => response.end('second'))
  const resolve: ResolveHost = async () => ['127.0.0.3', '127.0.0.1']
  const fetcher = fetcherFor(t, { allow: 'two.corp', resolve })
  const origin = `http://two.corp:${server.port}`
  t.equal((await fetcher.fetch(requestFor(origin, [origin]))).body.toString(), 'second')
})

t.test(
  'a connection is kept for the next request, and idle pools are closed for new ones',
  async (t) => {
    const server = await outboundServer(t, (_, response) => response.end('x'))
    const fetcher = fetcherFor(t, { allow: server.origin })
    for (let round = 0; round < 6; round++) {
      await fetcher.fetch(requestFor(server.origin, [server.origin]))
    }
    // undici takes a connection back one turn after the answer's end: two of them take turns.
    t.ok(server.connections() <= 2)
    const before = server.connections()
    const globex = requestFor(server.origin, [server.origin], { owner: 'globex @acme/one' })
    await fetcher.fetch(globex)
    t.equal(server.connections(), before + 1, 'another tenant gets one of its own')
    const pools = new ConnectionPools({ now: () => 0 })
    t.teardown(() => pools.stop())
    for (let port = 1; port <= 300; port++)
      pools.take('acme', `http://a.corp:${port}`, '127.0.0.1')?.release()
    t.equal(pools.size, 256)
    for (let port = 1001; port <= 1256; port++)
      pools.take('acme', `http://a.corp:${port}`, '127.0.0.1')
    t.equal(
      pools.take('acme', 'http://a.corp', '127.0.0.1'),
      undefined,
      'none of those in use is closed',
    )
  },
)
