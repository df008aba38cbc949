import { readFileSync } from 'node:fs'
import t from 'tap'
import { calendarEffectAt, calendarEffects } from '../../src/calendar/calendar-effects.ts'
import {
  isChineseWorkday,
  isLikelyWorkday,
  springFestivalOf,
} from '../../src/calendar/chinese-calendar.ts'
import { civilDateOf, dayOf, formatDay, parseDay, weekdayOf } from '../../src/calendar/civil-day.ts'
import { addPeriods, periodStart, periodsBetween } from '../../src/calendar/period.ts'
import { casesMissing } from '../cases.ts'

const day = (text: string): number => parseDay(text)!

t.test('days count as the Gregorian calendar does', async (t) => {
  for (let number = -40_000; number < 60_000; number += 37) {
    const date = new Date(number * 86_400_000).toISOString().slice(0, 10)
    if (formatDay(number) !== date || dayOf(civilDateOf(number)) !== number) t.fail(date)
  }
  t.equal(weekdayOf(day('2026-11-27')), 5)
  t.equal(parseDay('2026-02-29'), undefined)
  t.equal(parseDay('2026-13-01T00:00:00Z'), undefined)
  t.equal(parseDay('next week'), undefined)
})

t.test('periods follow each other without a gap', async (t) => {
  for (const period of ['day', 'week', 'month', 'quarter'] as const) {
    const start = periodStart(day('2023-11-17'), period)
    const counts = Array.from({ length: 40 }, (_, k) => k)
    const starts = counts.map((k) => addPeriods(start, period, k))
    t.strictSame(
      starts.map((next) => periodStart(next, period)),
      starts,
    )
    t.strictSame(
      starts.map((next) => periodsBetween(start, next, period)),
      counts,
    )
  }
  t.equal(formatDay(periodStart(day('2026-11-27'), 'week')), '2026-11-23')
  t.equal(formatDay(periodStart(day('2026-11-27'), 'quarter')), '2026-10-01')
})

t.test(
  'Spring Festival is on the days of the reference, 1950 to 2030',
  { skip: casesMissing },
  async (t) => {
    const file = new URL(
      '../../../../../shared/cases/domain/forecast/cny_dates_1950_2030.csv',
      import.meta.url,
    )
    const dates = readFileSync(file, 'utf8').trim().split('\n').slice(1)
    t.equal(dates.length, 81)
    t.strictSame(
      dates.map((date) => formatDay(springFestivalOf(Number(date.slice(0, 4)))!)),
      dates,
    )
  },
)

t.test('Spring Festival is right where the calendar of ICU is a day off', async (t) => {
  t.equal(formatDay(springFestivalOf(2027)!), '2027-02-06')
  t.equal(formatDay(springFestivalOf(2030)!), '2030-02-03')
  t.equal(springFestivalOf(1949), undefined)
  t.equal(springFestivalOf(2101), undefined)
})

t.test('make-up workdays are workdays, bridged weekdays are not', async (t) => {
  const expected = {
    '2026-02-14': true, // Saturday, made up for the festival
    '2026-02-17': false,
    '2025-10-08': false, // Wednesday, the eighth day off
    '2025-10-11': true, // Saturday, made up
    '2024-05-11': true,
    '2024-05-12': false,
    '2026-11-27': true,
  }
  for (const [date, isAtWork] of Object.entries(expected)) {
    t.equal(isChineseWorkday(day(date)), isAtWork, date)
  }
  t.equal(isChineseWorkday(day('2003-05-01')), undefined, 'a year that is not known')
  t.equal(isChineseWorkday(day('2031-05-01')), undefined)
  t.equal(isLikelyWorkday(day('2031-10-01')), false, 'a statutory holiday is likely off')
  t.equal(isLikelyWorkday(day('2031-10-09')), true)
})

/** Ten years of months in which a percent more workdays is a percent more demand, and the festival takes 30 %. */
function demandOf(months: number, noise: (t: number) => number): number[] {
  const effects = {
    period: 'month',
    start: day('2014-01-01'),
    multiplies: true,
    terms: [
      { name: 'workdays', effect: 1 },
      { name: 'after-spring-festival', effect: -0.3 },
    ],
  } as const
  return Array.from(
    { length: months },
    (_, t) => (300 + t) * (1 + 0.1 * Math.sin(t / 1.9)) * calendarEffectAt(effects, t) * noise(t),
  )
}

t.test('effects of workdays and of the festival are found again', async (t) => {
  const values = demandOf(120, (i) => 1 + (((i * 7919) % 13) - 6) / 2000)
  const found = calendarEffects(values, 'month', day('2014-01-01'))
  const effect = Object.fromEntries(found!.terms.map(({ name, effect }) => [name, effect]))
  t.ok(Math.abs(effect['workdays']! - 1) < 0.15, `workdays ${effect['workdays']}`)
  t.ok(Math.abs(effect['after-spring-festival']! + 0.3) < 0.06)
})

t.test('noise is seldom taken for a calendar, and a short history never is proof', async (t) => {
  let state = 1
  const random = () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return state / 2_147_483_648
  }
  let taken = 0
  for (let k = 0; k < 100; k++) {
    const noise = Array.from({ length: 72 }, () => 100 * (1 + 0.3 * (random() - 0.5)))
    taken += calendarEffects(noise, 'month', day('2018-01-01'))?.terms.length ?? 0
  }
  t.ok(taken / 300 < 0.1, `${taken} of 300 effects`)
  const short = demandOf(20, () => 1)
  t.equal(calendarEffects(short, 'month', day('2014-01-01')), undefined)
})
