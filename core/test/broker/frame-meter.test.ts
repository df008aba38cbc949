import { PassThrough } from 'node:stream'
import t from 'tap'
import { fc } from '../../../sdk/test/seeded-check.ts'
import { FrameMeter } from '../../src/broker/db/frame-meter.ts'

/** A message as PostgreSQL frames it: type, length that counts itself, body. */
function message(bodyBytes: number): Buffer {
  const head = Buffer.alloc(5, 'D')
  head.writeUInt32BE(bodyBytes + 4, 1)
  return Buffer.concat([head, Buffer.alloc(bodyBytes)])
}

function isTooLarge(chunks: readonly Buffer[], allowed: number): boolean {
  const stream = new PassThrough()
  let calls = 0
  new FrameMeter(stream).allow(allowed, () => calls++)
  for (const chunk of chunks) stream.emit('data', chunk)
  return calls === 1
}

t.test('an answer is too large by its sum, however the network cuts it', async () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(300), { minLength: 1, maxLength: 8 }),
      fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1 }),
      fc.nat(2500),
      (bodies, cuts, allowed) => {
        const bytes = Buffer.concat(bodies.map(message))
        const chunks: Buffer[] = []
        for (let at = 0, n = 0; at < bytes.length; n++) {
          const size = cuts[n % cuts.length] ?? 1
          chunks.push(bytes.subarray(at, at + size))
          at += size
        }
        return isTooLarge(chunks, allowed) === bytes.length > allowed
      },
    ),
  )
})

t.test('a message too large is known from its head, before its body has come', async (t) => {
  const head = message(0)
  head.writeUInt32BE(600_000_000, 1)
  t.ok(isTooLarge([head.subarray(0, 3), head.subarray(3)], 4_000_000))
})

t.test('what was allowed before does not count against the next answer', async (t) => {
  const stream = new PassThrough()
  const meter = new FrameMeter(stream)
  let calls = 0
  meter.allow(1000, () => calls++)
  stream.emit('data', message(900))
  meter.allowAll()
  stream.emit('data', message(9000))
  meter.allow(1000, () => calls++)
  stream.emit('data', message(900))
  t.equal(calls, 0)
})
