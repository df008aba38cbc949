import t from 'tap'
import { fc } from '../../../sdk/test/seeded-check.ts'
import { ByteStream } from '../../src/trusted/byte-stream.ts'
import { BytePump } from '../../src/trusted/child/byte-pump.ts'
import { byteSource } from '../../src/trusted/child/byte-source.ts'
import { CREDIT_BYTES, creditFor } from '../../src/trusted/child/trusted-wire.ts'

const pieces = fc.array(fc.integer({ min: 0, max: 3 * CREDIT_BYTES }), { maxLength: 12 })

t.test('pieces of any size arrive whole and in order, and never more than the credit', async () => {
  await fc.assert(
    fc.asyncProperty(pieces, async (sizes) => {
      const sent = sizes.map((size, n) => Buffer.alloc(size, n + 1))
      let owed = 0
      const stream: ByteStream = new ByteStream({
        // As over a socket: never within the call that asks.
        onTaken: (credit) => {
          owed -= credit
          setImmediate(() => pump.add(credit))
        },
        onLeft: () => undefined,
      })
      const source = byteSource(from(sent))
      if (source === undefined) throw new Error('an async iterable is a source')
      const pump = new BytePump(source, {
        begin: () => undefined,
        send: (bytes) => {
          owed += creditFor(bytes.length)
          if (owed > CREDIT_BYTES) throw new Error(`${owed} are on their way`)
          if (!stream.receive(Buffer.from(bytes))) throw new Error('it was refused')
        },
        waits: () => undefined,
        goesOn: () => undefined,
      })
      const running = pump.run().then((end) => {
        stream.finish()
        return end
      })
      const got: Buffer[] = []
      for await (const piece of stream) got.push(piece as Buffer)
      return (await running).kind === 'done' && Buffer.concat(got).equals(Buffer.concat(sent))
    }),
    { numRuns: 60 },
  )
})

async function* from(sent: readonly Buffer[]) {
  yield* sent
}

t.test('only what gives bytes in time is a source', async (t) => {
  for (const answer of [null, 1, 'text', [], {}, { body: 1 }, Buffer.from('x'), () => 1]) {
    t.equal(byteSource(answer), undefined, String(answer))
  }
  t.equal(byteSource({ body: from([]), fileName: 7 })?.fileName, '')
})

t.test('more than the credit is refused', async (t) => {
  const stream = new ByteStream({ onTaken: () => undefined, onLeft: () => undefined })
  t.ok(stream.receive(Buffer.alloc(CREDIT_BYTES)))
  t.notOk(stream.receive(Buffer.alloc(1)))
})
