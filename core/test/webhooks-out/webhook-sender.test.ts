import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import { ConnectionPools } from '../../src/broker/http/connection-pools.ts'
import { parsePlaces } from '../../src/broker/http/operator-list.ts'
import type { ResolveHost } from '../../src/broker/http/resolve-host.ts'
import { WebhookSender } from '../../src/webhooks-out/webhook-sender.ts'
import { type Answer, outboundServer } from '../support/outbound-server.ts'

interface Setup {
  readonly allow?: string
  readonly resolve?: ResolveHost
  readonly timeoutMs?: number
}

function senderFor(
  t: Test,
  { allow = '127.0.0.1', resolve = async () => [], timeoutMs }: Setup = {},
) {
  const read = parsePlaces(allow)
  if ('wrong' in read) throw new Error(read.wrong)
  const pools = new ConnectionPools({ now: () => performance.now() })
  t.teardown(() => pools.stop())
  const resolved = { resolvePublic: resolve, resolveLocal: resolve }
  const time = timeoutMs === undefined ? {} : { timeoutMs }
  const sender = new WebhookSender({ places: read.places, ...resolved, pools, ...time })
  return (url: string) =>
    sender.send({ endpoint: 'whe_1', url, headers: { 'webhook-id': 'msg_1' }, body: '{"a":1}' })
}

async function answered(t: Test, answer: Answer, setup: Setup = {}) {
  const server = await outboundServer(t, answer)
  return { server, outcome: await senderFor(t, setup)(`${server.origin}/hook?x=1`) }
}

t.test('a request has the body as it is signed, and the answer is told', async (t) => {
  const { server, outcome } = await answered(t, (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/plain' }).end('thanks')
  })
  t.match(outcome, { kind: 'answered', status: 200, excerpt: 'thanks' })
  t.match(server.requests, [
    {
      method: 'POST',
      url: '/hook?x=1',
      body: '{"a":1}',
      headers: {
        'webhook-id': 'msg_1',
        'content-type': 'application/cloudevents+json; charset=utf-8',
        'user-agent': 'signalbox',
      },
    },
  ])
})

t.test('a redirection is not followed, not even to a place that may be reached', async (t) => {
  const { server, outcome } = await answered(t, (_request, response) => {
    response.writeHead(307, { location: '/elsewhere' }).end()
  })
  t.match(outcome, { kind: 'answered', status: 307 })
  t.equal(server.requests.length, 1)
})

t.test('of an endless answer the beginning is read, and its status counts', async (t) => {
  const { server, outcome } = await answered(t, (_request, response) => {
    response.writeHead(500, { 'content-type': 'text/plain' })
    const more = () => {
      while (response.write('no '.repeat(1000)));
    }
    response.on('drain', more)
    more()
  })
  t.match(outcome, { kind: 'answered', status: 500, excerpt: /^no no/ })
  await server.cutOff
})

t.test('a receiver that is silent, cuts off or is away fails by a class', async (t) => {
  const silent = await answered(t, () => undefined, { timeoutMs: 300 })
  t.match(silent.outcome, { kind: 'failed', reason: 'timeout' })
  const cut = await answered(t, (_request, response) => response.destroy())
  t.match(cut.outcome, { kind: 'failed', reason: 'reset' })
  const gone = createServer()
  await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve))
  const { port } = gone.address() as AddressInfo
  await new Promise((resolve) => gone.close(resolve))
  t.match(await senderFor(t)(`http://127.0.0.1:${port}/`), { kind: 'failed', reason: 'connect' })
  t.match(await senderFor(t)('https://nobody.example/'), { kind: 'failed', reason: 'dns' })
})

t.test('nothing is sent inside, whatever a name says', async (t) => {
  const server = await outboundServer(t, (_request, response) => response.end())
  const inside = [
    ...['127.0.0.1', '169.254.169.254', '10.0.0.1', '100.64.0.1', '192.168.1.1', '0.0.0.0'],
    ...['::1', 'fc00::1', 'fe80::1', 'fd00:ec2::254', '::ffff:127.0.0.1', '64:ff9b::7f00:1'],
    ...['64:ff9b:1::a00:1', '2002:7f00:1::', '::127.0.0.1'],
  ]
  for (const address of inside) {
    const send = senderFor(t, { allow: '', resolve: async () => [address] })
    const outcome = await send(`https://hook.example:${server.port}/`)
    t.match(outcome, { kind: 'failed', reason: /^address: / }, address)
  }
  const halves = senderFor(t, { allow: '', resolve: async () => ['8.8.8.8', '127.0.0.1'] })
  t.match(await halves('https://hook.example/'), { reason: 'address: loopback' }, 'nor by halves')
  const plain = senderFor(t, { allow: '', resolve: async () => ['127.0.0.1'] })
  t.match(await plain(`http://hook.example:${server.port}/`), { reason: 'plain' })
  t.match(await plain('https://[::ffff:127.0.0.1]/'), { reason: 'address: translated' })
  t.equal(server.connections(), 0)
})

t.test('a name that leads inside by the time of the connection leads nowhere', async (t) => {
  const server = await outboundServer(t, (_request, response) => response.end())
  let asked = 0
  // Public when it is looked at, and each time after that the machine itself: 192.0.0.9 answers nobody here.
  const resolve = async () => (asked++ === 0 ? ['192.0.0.9'] : ['127.0.0.1'])
  const send = senderFor(t, { allow: '192.0.0.9/32', resolve, timeoutMs: 500 })
  const outcome = await send(`https://rebind.example:${server.port}/`)
  t.equal(outcome.kind, 'failed')
  t.equal(asked, 1, 'the name is asked for once, and the connection goes where that led')
  t.equal(server.connections(), 0)
})
