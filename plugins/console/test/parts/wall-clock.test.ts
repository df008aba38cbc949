import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import { instantOfWall, isKnownZone, wallClock } from '../../web/parts/wall-clock.ts'

const HOUR_MS = 3_600_000
/** With and without a summer, by half an hour and by quarters, over the date line, and one that left a day out. */
const zones = [
  ...['UTC', 'Asia/Shanghai', 'Europe/Berlin', 'America/New_York', 'America/St_Johns'],
  ...['Australia/Lord_Howe', 'Asia/Kathmandu', 'Pacific/Apia', 'Pacific/Kiritimati'],
  ...['Africa/Casablanca', 'America/Sao_Paulo', 'Antarctica/Troll', 'Pacific/Chatham'],
]
const zone = fc.constantFrom(...zones)
const second = fc
  .integer({ min: Date.UTC(1975, 0, 1) / 1000, max: Date.UTC(2080, 0, 1) / 1000 })
  .map((s) => s * 1000)
const at = (iso: string | undefined) => Date.parse(iso ?? '')

t.test('what a clock shows leads back to an instant at which it shows the same', async () => {
  fc.assert(
    fc.property(second, zone, (ms, name) => {
      const shown = wallClock(new Date(ms).toISOString(), name) ?? ''
      const meant = instantOfWall(shown, name)
      // Where clocks are put back, the first of two is meant.
      return (
        wallClock(meant ?? '', name) === shown && at(meant) <= ms && ms - at(meant) <= 2 * HOUR_MS
      )
    }),
  )
})

t.test(
  'any time that can be written means an instant, that of the clock or one after a gap',
  async () => {
    fc.assert(
      fc.property(second, zone, (ms, name) => {
        const written = new Date(ms).toISOString().slice(0, 19)
        const shown = wallClock(instantOfWall(written, name) ?? '', name) ?? ''
        const putOn = Date.parse(`${shown}Z`) - ms
        return putOn === 0 || (putOn > 0 && putOn <= 24 * HOUR_MS)
      }),
    )
  },
)

t.test(
  'a time that clocks leave out is put on, and of one that they show twice the first is meant',
  async (t) => {
    t.equal(instantOfWall('2026-03-29T02:30', 'Europe/Berlin'), '2026-03-29T01:30:00.000Z')
    t.equal(wallClock('2026-03-29T01:30:00Z', 'Europe/Berlin'), '2026-03-29T03:30:00')
    t.equal(instantOfWall('2026-10-25T02:30', 'Europe/Berlin'), '2026-10-25T00:30:00.000Z')
    t.equal(instantOfWall('2026-10-04T02:15', 'Australia/Lord_Howe'), '2026-10-03T15:45:00.000Z')
    t.equal(instantOfWall('2026-05-01T08:00', 'Asia/Shanghai'), '2026-05-01T00:00:00.000Z')
  },
)

t.test('what is no time is none, and a zone may not be known', async (t) => {
  for (const text of [
    '',
    'soon',
    '2026-13-01T00:00',
    '2026-01-01',
    '12026-01-01T00:00',
    '2026-01-01T25:00',
  ]) {
    t.equal(instantOfWall(text, 'UTC'), undefined, text)
  }
  t.equal(wallClock('soon', 'UTC'), undefined)
  t.equal(isKnownZone('Asia/Shanghai'), true)
  t.equal(isKnownZone('Mars/Olympus'), false)
})
