import { createSocket } from 'node:dgram'
import t, { type Test } from 'tap'
import { resolveAt, resolveLocal } from '../../../src/broker/http/resolve-host.ts'

/** RFC 1035 §3.2.2, RFC 3596. */
const A = 1
const AAAA = 28

/** A name server that knows two names, has nothing for others, and says nothing of silent ones. */
async function nameServer(t: Test): Promise<string> {
  const server = createSocket('udp4', (question, from) => {
    const labels = question.subarray(12, question.indexOf(0, 12)).toString('latin1')
    if (labels.includes('silent')) return
    const end = question.indexOf(0, 12) + 5
    const type = question.readUInt16BE(end - 4)
    const data = labels.includes('\x05known') ? known[type] : undefined
    const head = Buffer.from(question.subarray(0, end))
    head.writeUInt16BE(0x8180, 2)
    head.writeUInt16BE(data === undefined ? 0 : 1, 6)
    head.fill(0, 8, 12)
    const record = Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 60, 0, data?.length ?? 0])
    const answer = data === undefined ? [head] : [head, record, Buffer.from(data)]
    server.send(Buffer.concat(answer), from.port, from.address)
  })
  t.teardown(() => server.close())
  await new Promise<void>((resolve) => server.bind(0, '127.0.0.1', resolve))
  return `127.0.0.1:${server.address().port}`
}

const known: Readonly<Record<number, readonly number[]>> = {
  [A]: [93, 184, 216, 34],
  [AAAA]: [0x26, 6, 0x47, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x11, 0x11],
}

t.test(
  'all addresses of a name are found, IPv4 first; a name that is not there has none',
  async (t) => {
    const resolve = resolveAt(await nameServer(t))
    const signal = new AbortController().signal
    t.same(await resolve('known.example', signal), ['93.184.216.34', '2606:4700::1111'])
    t.same(await resolve('unknown.example', signal), [])
  },
)

t.test('a silent name server is left when the request is over', async (t) => {
  const resolve = resolveAt(await nameServer(t))
  const ending = new AbortController()
  const started = performance.now()
  const resolving = resolve('silent.example', ending.signal)
  setImmediate(() => ending.abort())
  t.same(await resolving, [])
  t.ok(performance.now() - started < 4000, 'its own three tries take longer')
})

t.test("a host of the operator's is found as the machine finds it", async (t) => {
  t.ok((await resolveLocal('localhost', new AbortController().signal)).includes('127.0.0.1'))
  t.same(await resolveLocal('not a host', new AbortController().signal), [])
})
