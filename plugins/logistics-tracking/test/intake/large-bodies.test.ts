import t from 'tap'
import { NOW, trackingHost } from '../tracking-host.ts'

const tracking = await trackingHost(t)
const { host, call, query, empty } = tracking
const HOUR = 3_600_000
const DAY = 24 * HOUR

t.beforeEach(empty)

/** Of one parcel, so that no half of the parcels makes less of it. */
function scansOf(count: number, text: string) {
  return Array.from({ length: count }, (_, i) => ({
    ...{ trackingNumber: 'SF1', status: 'in-transit', text },
    at: new Date(NOW - 4 * DAY + i * 120_000).toISOString(),
  }))
}

const parts = async () => (await query('select content from message_parts order by part')).rows
const scansKept = async () => (await query('select 1 from scans')).rows.length

t.test('a body that is longer than a statement is kept in parts and taken in whole', async (t) => {
  const scans = scansOf(1000, '😀"\\'.repeat(60))
  await host.deliver('carrier', { id: 'm-1', json: { scans } })
  await host.advance(1000)
  t.match(await call('messages'), { items: [{ state: 'read', scans: 1000 }] })
  t.equal(await scansKept(), 1000)
  const kept = (await parts()).map((row) => String(Reflect.get(row, 'content')))
  t.ok(kept.length > 2)
  t.same(JSON.parse(kept.join('')), { scans }, 'as it came, no character cut in two')
})

t.test('scans of one parcel that no single statement holds are taken in', async (t) => {
  await host.deliver('carrier', { id: 'm-1', json: { scans: scansOf(700, 'x'.repeat(20)) } })
  t.match(await call('messages'), { items: [{ state: 'read', scans: 700 }] })
  t.equal(await scansKept(), 700)
})

t.test('a body in parts is read again by the job, and forgotten with its message', async (t) => {
  await host.deliver('aftership', { id: 'm-2', json: { note: 'x'.repeat(300_000) } })
  t.match(await call('messages'), { items: [{ state: 'refused' }] })
  t.match(await call('replay'), { messages: 1, taken: 0, failed: 0 })
  await host.advance(1000)
  t.match(await call('messages'), { items: [{ state: 'refused' }] })
  await host.deliver('shippo', { id: 'm-3', json: { data: 'x'.repeat(60_000) } })
  const all = await parts()
  t.equal(all.length, 5, 'four, and one of a body that waits for a person')
  const later = await tracking.another({ config: { intake: { keepDays: 1 } } })
  await later.host.advance(2 * DAY)
  await later.host.runJob('forget-messages')
  t.same(await parts(), [])
  t.match(await call('messages'), { items: [] })
})

t.test('a short body stays in its row', async (t) => {
  await host.deliver('carrier', { id: 'm-4', json: { scans: scansOf(20, 'short') } })
  t.same(await parts(), [])
})
