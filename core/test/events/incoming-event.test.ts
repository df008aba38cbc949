import { cloudEvent, hopsOf } from '@signalbox/sdk/host-calls/cloud-event'
import { isDeeperThan } from '@signalbox/sdk/host-calls/json-depth'
import t from 'tap'
import { fc } from '../../../sdk/test/seeded-check.ts'
import { appSource, readIncoming } from '../../src/events/incoming-event.ts'

const own = appSource('acme', 'erp')
const good = { specversion: '1.0', id: '1', source: own, type: 'erp.counted', data: { n: 1 } }

const pointersOf = (value: unknown) => {
  const read = readIncoming(value, own)
  return 'faults' in read ? read.faults.map(({ pointer }) => pointer) : []
}

t.test('what an app may leave out is left out, and its own attributes are kept', async (t) => {
  const { data, ...without } = good
  t.match(readIncoming(without, own), { event: { data: null, key: undefined } })
  const more = { partitionkey: 'k', subject: 'bin 7', plant: 7, urgent: true, tracestate: 'a=b' }
  t.same(readIncoming({ ...good, ...more }, own), {
    event: {
      id: '1',
      source: own,
      type: 'erp.counted',
      key: 'k',
      data,
      extensions: { subject: 'bin 7', plant: 7, urgent: true, tracestate: 'a=b' },
    },
  })
})

t.test('an app speaks from itself or from below itself', async (t) => {
  for (const source of [own, `${own}/plant-7/line~1`]) t.same(pointersOf({ ...good, source }), [])
  const others = [
    '',
    '/',
    `${own}/`,
    `${own}x`,
    `${own}/..`,
    `${own}/./x`,
    `${own}/%2e%2e/x`,
    `${own}//x`,
    `${own}/x?y`,
    `${own}/x#y`,
    `${own}\n`,
    `https://acme.example${own}`,
    own.toUpperCase(),
    7,
    null,
  ]
  for (const source of others) t.same(pointersOf({ ...good, source }), ['/source'], `${source}`)
})

t.test(
  'whatever is sent is an event that may be written, or faults that name their places',
  async () => {
    const names = fc.oneof(
      fc.constantFrom(...Object.keys(good), 'partitionkey', 'hops', 'datacontenttype', '__proto__'),
      fc.string({ maxLength: 30 }),
    )
    const values = fc.oneof(fc.jsonValue(), fc.constantFrom(...Object.values(good)))
    const object = fc.dictionary(names, values, { maxKeys: 8 })
    const likely = object.map((more) => ({ ...good, ...more }))
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), object, likely), (value) => {
        const read = readIncoming(value, own)
        if ('faults' in read) {
          return read.faults.length > 0 && read.faults.every(({ detail }) => detail.length > 0)
        }
        const { id, source, type, key, data, extensions } = read.event
        const parts = { id, source, type, key, data, at: 0, traceparent: 'x', origin: undefined }
        const event = cloudEvent({ ...parts, extensions })
        // No attribute of the app's takes the place of one of the host's.
        return event.hops === 1 && event.source.startsWith(own) && event.time.startsWith('1970')
      }),
      { numRuns: 500 },
    )
  },
)

t.test('what is nested without end is told from what is only long', async (t) => {
  const deep = JSON.parse(`${'['.repeat(5000)}${']'.repeat(5000)}`)
  t.ok(isDeeperThan(deep, 64))
  t.same(pointersOf({ ...good, data: deep }), ['/data'])
  t.notOk(
    isDeeperThan(
      Array.from({ length: 5000 }, () => [[]]),
      64,
    ),
  )
  t.notOk(isDeeperThan('x', 0))
})

t.test('a published event names the one it came from, and counts on', async (t) => {
  const parts = {
    id: '2',
    source: '/plugins/p',
    type: 't',
    key: undefined,
    data: 1,
    at: 0,
    traceparent: 'x',
  }
  const origin = { correlationId: 'first', causationId: '1', hops: 3 }
  t.match(cloudEvent({ ...parts, origin }), { correlationid: 'first', causationid: '1', hops: 4 })
  const first = cloudEvent({ ...parts, origin: undefined })
  t.match(first, { correlationid: '2', hops: 1 })
  t.notOk('causationid' in first)
  t.equal(hopsOf({ ...origin, hops: 16 }), 17)
})
