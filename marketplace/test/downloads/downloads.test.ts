import t from 'tap'
import { DownloadRecorder } from '../../src/downloads/download-recorder.ts'
import { DownloadTally } from '../../src/downloads/download-tally.ts'
import { daysOf, parsePeriod } from '../../src/downloads/period.ts'
import { publishBody } from '../support/plugin-package.ts'
import { serve, startRegistry } from '../support/registry.ts'

const NOW = Date.parse('2026-03-10T12:00:00Z')
const DAY_MS = 24 * 60 * 60 * 1000

let now = NOW
const registry = await startRegistry(t, { now: () => now })
const token = await registry.publisher('acme', ['@acme'])
const name = '@acme/gate'

t.test('periods are npm’s, in UTC, and end today', async (t) => {
  t.same(parsePeriod('last-day', NOW), { start: '2026-03-10', end: '2026-03-10' })
  t.same(parsePeriod('last-week', NOW), { start: '2026-03-04', end: '2026-03-10' })
  t.same(parsePeriod('2026-02-01', NOW), { start: '2026-02-01', end: '2026-02-01' })
  t.equal(daysOf(parsePeriod('2026-02-01:2026-03-01', NOW)).length, 29)
  const wrong = [
    '',
    'last-decade',
    'constructor',
    '2026-02-30',
    '2026-03-02:2026-03-01',
    '2020-01-01:2026-01-01',
    'a:b:c',
  ]
  for (const text of wrong)
    t.throws(() => parsePeriod(text, NOW), { code: 'MKT_INPUT_INVALID' }, text)
})

t.test('the tally has so many places and no more, and is taken in one order', async (t) => {
  const tally = new DownloadTally(2)
  const one = (version: string) => ({ name: 'a', version, day: '2026-03-10', count: 1 })
  t.equal(tally.add(one('2.0.0')), true)
  t.equal(tally.add(one('1.0.0')), true)
  t.equal(tally.add(one('3.0.0')), false)
  t.equal(tally.add(one('1.0.0')), true, 'who has a place keeps it')
  t.same(tally.takeAll(), [{ ...one('1.0.0'), count: 2 }, one('2.0.0')])
  t.same(tally.takeAll(), [])
})

t.test(
  'fetched tarballs are counted by day, and written at the latest when the host stops',
  async (t) => {
    const put = { method: 'PUT', token, body: publishBody({ name, version: '1.0.0' }) }
    t.equal((await registry.call('/@acme%2fgate', put)).status, 201)
    const other = await serve(t, registry.knex, { now: () => now })
    for (const day of [0, 0, 1, 2]) {
      now = NOW + day * DAY_MS
      t.equal((await other.call(`/${name}/-/gate-1.0.0.tgz`)).status, 200)
    }
    await other.call(`/${name}/-/gate-1.0.0.tgz`, { method: 'HEAD' })
    await other.call(`/${name}/-/gate-9.0.0.tgz`)
    await other.app.close()
    const point = await registry.call(`/downloads/point/last-week/${name}`)
    t.same(point.body, { downloads: 4, start: '2026-03-06', end: '2026-03-12', package: name })
    t.same((await registry.call('/downloads/point/last-day/@acme%2fgate')).body.downloads, 1)
    const range = await registry.call(`/downloads/range/2026-03-10:2026-03-12/${name}`)
    t.same(range.body.downloads, [
      { downloads: 2, day: '2026-03-10' },
      { downloads: 1, day: '2026-03-11' },
      { downloads: 1, day: '2026-03-12' },
    ])
    t.equal((await registry.call('/downloads/point/last-week')).body.downloads, 4)
    t.equal((await registry.call('/downloads/point/last-week/@acme/none')).status, 404)
    t.equal((await registry.call(`/downloads/point/always/${name}`)).status, 400)
  },
)

t.test('counts wait for a database that is away', async (t) => {
  let isAway = true
  const knex = {
    raw: (...given: [string, never]) =>
      isAway ? Promise.reject(new Error('away')) : registry.knex.raw(...given),
  }
  const recorder = new DownloadRecorder({ knex: knex as never, now: () => NOW + 20 * DAY_MS })
  for (let round = 0; round < 3; round += 1) recorder.note(name, '1.0.0')
  await recorder.flush()
  isAway = false
  await Promise.all([recorder.flush(), recorder.flush(), recorder.stop()])
  t.equal((await registry.call(`/downloads/point/2026-03-30/${name}`)).body.downloads, 3)
})
