import t from 'tap'
import { fc } from '../../../sdk/test/seeded-check.ts'
import { Outbox } from '../../src/lane/child/guest/outbox.ts'
import { capturePrimordials } from '../../src/lane/child/guest/primordials.ts'
import { type OutboxRecord, readOutbox } from '../../src/lane/child/outbox-records.ts'

const read = (text: string): OutboxRecord[] => {
  const records: OutboxRecord[] = []
  readOutbox(text, (record) => records.push(record))
  return records
}

t.test('what a guest emits is what the lane reads, whatever the texts hold', async (t) => {
  const u32 = fc.integer({ min: 0, max: 0xffffffff })
  const text = fc.string({ unit: 'binary' })
  const kind = fc.constantFrom('O', 'N', 'F', 'H', 'G')
  const parts = { kind, call: u32, number: u32, name: text, body: text }
  const record = fc.record(parts, { noNullPrototype: true })
  fc.assert(
    fc.property(fc.array(record, { maxLength: 5 }), (records) => {
      const outbox = new Outbox(capturePrimordials())
      for (const { kind, call, number, name, body } of records) {
        outbox.emit(kind, call, number, name, body)
      }
      t.strictSame(read(outbox.take()), records)
    }),
    { numRuns: 50, seed: 4 },
  )
})

t.test('a turn brings what came since the last, and a lost one is brought again', async (t) => {
  const outbox = new Outbox(capturePrimordials())
  outbox.emit('O', 1, 0, '', 'first')
  t.equal(read(outbox.take()).length, 1)
  outbox.emit('O', 2, 0, '', 'from a microtask')
  t.equal(outbox.isEmpty, false)
  outbox.begin()
  t.same(
    read(outbox.take()).map(({ call }) => call),
    [2],
  )
  t.same(
    read(outbox.take()).map(({ call }) => call),
    [2],
    'without begin: the same again',
  )
  outbox.begin()
  t.equal(outbox.take(), '')
})

t.test('text that is no record ends the reading, and nothing is invented', async (t) => {
  for (const text of [
    'O',
    'O1 2 3',
    'O1 2 3 4\nshort',
    'O-1 0 0 0\n',
    'O1 0 x 0\n',
    'O1 0 1e9 1\n',
  ]) {
    t.same(read(text), [], JSON.stringify(text))
  }
  fc.assert(
    fc.property(fc.string(), (text) => {
      for (const { name, body } of read(text)) t.ok(text.includes(name + body))
    }),
    { numRuns: 100, seed: 5 },
  )
})
