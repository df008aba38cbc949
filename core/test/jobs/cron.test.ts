import t from 'tap'
import { cronFault, isTimeZone } from '../../../sdk/src/manifest/cron-fields.ts'
import { fc } from '../../../sdk/test/seeded-check.ts'
import { countInstants, latestInstant, MAX_COUNTED, nextInstant } from '../../src/jobs/cron.ts'

/** The first `count` instants after `after`. */
function instants(cron: string, tz: string, after: string, count: number): string[] {
  const found: string[] = []
  for (let at: number | undefined = Date.parse(after); found.length < count; ) {
    at = nextInstant({ cron, tz }, at)
    if (at === undefined) break
    found.push(new Date(at).toISOString().replace(':00.000Z', 'Z'))
  }
  return found
}

const table: readonly [
  title: string,
  cron: string,
  tz: string,
  after: string,
  expected: readonly string[],
][] = [
  [
    'a time of day that the clock jumps over comes at the end of the jump, in Berlin',
    '30 2 * * *',
    'Europe/Berlin',
    '2026-03-28T12:00:00Z',
    ['2026-03-29T01:00Z', '2026-03-30T00:30Z'],
  ],
  [
    'the same in New York',
    '30 2 * * *',
    'America/New_York',
    '2026-03-07T12:00:00Z',
    ['2026-03-08T07:00Z', '2026-03-09T06:30Z'],
  ],
  [
    'a time of day that comes twice runs once, in Berlin',
    '30 2 * * *',
    'Europe/Berlin',
    '2026-10-24T12:00:00Z',
    ['2026-10-25T00:30Z', '2026-10-26T01:30Z'],
  ],
  [
    'the same in New York',
    '30 1 * * *',
    'America/New_York',
    '2026-10-31T12:00:00Z',
    ['2026-11-01T05:30Z', '2026-11-02T06:30Z'],
  ],
  [
    'every half hour runs on through an hour that comes twice',
    '*/30 * * * *',
    'Europe/Berlin',
    '2026-10-24T23:50:00Z',
    ['2026-10-25T00:00Z', '2026-10-25T00:30Z', '2026-10-25T01:00Z', '2026-10-25T01:30Z'],
  ],
  [
    'every hour leaves out the one that there is not',
    '0 * * * *',
    'Europe/Berlin',
    '2026-03-28T23:30:00Z',
    ['2026-03-29T00:00Z', '2026-03-29T01:00Z', '2026-03-29T02:00Z'],
  ],
  [
    'the 29th of February waits for leap years, over a century that is none',
    '0 0 29 2 *',
    'UTC',
    '2092-03-01T00:00:00Z',
    ['2096-02-29T00:00Z', '2104-02-29T00:00Z'],
  ],
  [
    'the 31st leaves out short months',
    '0 0 31 * *',
    'UTC',
    '2026-01-01T00:00:00Z',
    ['2026-01-31T00:00Z', '2026-03-31T00:00Z', '2026-05-31T00:00Z'],
  ],
  [
    'with both days limited, either is enough',
    '0 0 13 * FRI',
    'UTC',
    '2026-01-01T00:00:00Z',
    ['2026-01-02T00:00Z', '2026-01-09T00:00Z', '2026-01-13T00:00Z'],
  ],
  [
    'a zone without summer time is as far from UTC all year',
    '0 2 * * *',
    'Asia/Shanghai',
    '2026-06-30T12:00:00Z',
    ['2026-06-30T18:00Z', '2026-07-01T18:00Z'],
  ],
  [
    'an instant is after, never at',
    '* * * * *',
    'UTC',
    '2026-01-01T00:00:00Z',
    ['2026-01-01T00:01Z', '2026-01-01T00:02Z'],
  ],
]

for (const [title, cron, tz, after, expected] of table) {
  t.test(title, async (t) => {
    t.same(instants(cron, tz, after, expected.length), expected)
  })
}

t.test('a part of a second before an instant is before it', async (t) => {
  const midnight = Date.parse('2026-01-01T00:00:00Z')
  const time = { cron: '0 0 * * *', tz: 'UTC' }
  t.equal(nextInstant(time, midnight - 1), midnight)
  t.equal(nextInstant(time, midnight), midnight + 86_400_000)
  t.equal(latestInstant(time, midnight), midnight)
  t.equal(latestInstant(time, midnight + 1), midnight)
  t.equal(latestInstant(time, midnight - 1), midnight - 86_400_000)
})

t.test('instants between two are counted, the second included, up to a bound', async (t) => {
  const time = { cron: '*/10 * * * *', tz: 'UTC' }
  const hour = Date.parse('2026-01-01T00:00:00Z')
  t.equal(countInstants(time, hour, hour + 3_600_000), 6)
  t.equal(countInstants(time, hour, hour + 3_599_999), 5)
  t.equal(countInstants(time, hour, hour), 0)
  t.equal(countInstants(time, hour, hour + 365 * 86_400_000), MAX_COUNTED)
})

/** Expressions as an author might write them, right and wrong. */
const item = (least: number, most: number) =>
  fc.oneof(
    { weight: 8, arbitrary: fc.constant('*') },
    { weight: 8, arbitrary: fc.integer({ min: least, max: most }).map(String) },
    {
      weight: 4,
      arbitrary: fc
        .tuple(fc.integer({ min: least, max: most }), fc.integer({ min: 0, max: 9 }))
        .map(([from, more]) => `${from}-${from + more}`),
    },
    { weight: 4, arbitrary: fc.integer({ min: 0, max: most }).map((step) => `*/${step}`) },
    fc.constantFrom('MON', 'jan', 'FRI-SAT', 'L', '?', '5/5', '', '9-1', '1-2-3', '07', '1e1', '٣'),
  )
const field = (least: number, most: number) =>
  fc.array(item(least, most), { minLength: 1, maxLength: 2 }).map((items) => items.join(','))
const expression = fc
  .tuple(field(0, 60), field(0, 24), field(0, 32), field(0, 13), field(0, 8))
  .map((fields) => fields.join(' '))

t.test('whatever the manifest accepts has a next instant, on a whole minute', async (t) => {
  let accepted = 0
  fc.assert(
    fc.property(
      fc.oneof(expression, fc.string({ maxLength: 30 })),
      fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe'),
      fc.integer({ min: 1.7e12, max: 1.9e12 }),
      (cron, tz, after) => {
        if (cronFault(cron) !== undefined) return
        accepted += 1
        const next = nextInstant({ cron, tz }, after)
        t.ok(next !== undefined && next > after && next % 60_000 === 0, `${cron} ${tz} ${after}`)
      },
    ),
    { numRuns: 1500 },
  )
  t.ok(accepted > 50, `${accepted} were accepted`)
})

t.test('what no cron should be is refused with a cure', async (t) => {
  const refused = [
    '* * * *',
    '* * * * * *',
    '*  * * * *',
    '@daily',
    '60 * * * *',
    '* 24 * * *',
    '* * 0 * *',
    '* * 32 * *',
    '* * * 13 *',
    '* * * * 8',
    '5-1 * * * *',
    '5/5 * * * *',
    '*/0 * * * *',
    '* * L * *',
    '* * * * MONDAY',
    '0 0 30 2 *',
    '0 0 31 4,6,SEP-NOV/2 *',
    '-1 * * * *',
    '',
  ]
  for (const cron of refused) t.type(cronFault(cron), 'string', cron)
  for (const cron of ['0 2 * * *', '*/5 8-18 * JAN-MAR MON-FRI', '0 0 29 2 *', '0 0 31 2 MON']) {
    t.equal(cronFault(cron), undefined, cron)
  }
  t.equal(cronFault('0 0 31 4-5 *'), undefined)
  for (const zone of ['UTC', 'Asia/Shanghai', 'America/Argentina/Buenos_Aires']) {
    t.ok(isTimeZone(zone), zone)
  }
  for (const zone of ['', 'Mars/Base', '+01:00', '../etc', 'Europe/Berlin ', 'x'.repeat(60)]) {
    t.notOk(isTimeZone(zone), zone)
  }
})
