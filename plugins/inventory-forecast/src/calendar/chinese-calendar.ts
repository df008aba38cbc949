import { FIRST_FESTIVAL_YEAR, festivals, officialCalendar } from './chinese-calendar-data.ts'
import { civilDateOf, type Day, dayOf, weekdayOf } from './civil-day.ts'

type Festival = keyof typeof festivals

const years = Object.keys(officialCalendar).map(Number)

/** The last year whose days off and make-up workdays the State Council has announced, as far as this version knows. */
export const LAST_OFFICIAL_YEAR = Math.max(...years)

/**
 * Whether people are at work on a day in mainland China, make-up workdays (调休) counted.
 * @returns undefined for a year whose arrangement is not known.
 */
export function isChineseWorkday(day: Day): boolean | undefined {
  const year = officialYear(civilDateOf(day).year)
  if (year === undefined) return undefined
  if (year.off.has(day)) return false
  return year.work.has(day) || weekdayOf(day) <= 5
}

/**
 * The same with a fallback for other years: weekdays are workdays but for statutory holidays, as they stand since
 * 2025 (国务院令第795号); make-up workdays are not guessed.
 */
export function isLikelyWorkday(day: Day): boolean {
  return isChineseWorkday(day) ?? (weekdayOf(day) <= 5 && !statutoryHolidays(day).includes(day))
}

/** @returns undefined outside 1950–2100. */
export function springFestivalOf(year: number): Day | undefined {
  return festivalOf('springFestival', year)
}

function festivalOf(festival: Festival, year: number): Day | undefined {
  const at = (year - FIRST_FESTIVAL_YEAR) * 4
  const monthDay = at < 0 ? '' : festivals[festival].slice(at, at + 4)
  return monthDay === '' ? undefined : dayIn(year, monthDay)
}

interface OfficialYear {
  readonly off: ReadonlySet<Day>
  readonly work: ReadonlySet<Day>
}

const known = new Map<number, OfficialYear>()

/** The sets of a year are made when first asked for: a workday is asked for day by day. */
function officialYear(year: number): OfficialYear | undefined {
  const written = officialCalendar[year]
  if (written === undefined) return undefined
  const made = known.get(year) ?? {
    off: new Set(daysIn(year, written.off)),
    work: new Set(daysIn(year, written.work)),
  }
  known.set(year, made)
  return made
}

function statutoryHolidays(day: Day): readonly Day[] {
  const { year } = civilDateOf(day)
  const newYear = dayIn(year, '0101')
  const labour = dayIn(year, '0501')
  const national = dayIn(year, '1001')
  const spring = springFestivalOf(year)
  const single = [
    festivalOf('qingming', year),
    festivalOf('dragonBoat', year),
    festivalOf('midAutumn', year),
  ]
  return [
    newYear,
    labour,
    labour + 1,
    national,
    national + 1,
    national + 2,
    ...(spring === undefined ? [] : [spring - 1, spring, spring + 1, spring + 2]),
    ...single.flatMap((date) => date ?? []),
  ]
}

/** Days of a year that are written as `MMDD` and `MMDD-MMDD`. */
function daysIn(year: number, written: string): Day[] {
  return written
    .split(' ')
    .filter((run) => run !== '')
    .flatMap((run) => {
      const [first, last] = run.split('-') as [string, string | undefined]
      const from = dayIn(year, first)
      const to = dayIn(year, last ?? first)
      return Array.from({ length: to - from + 1 }, (_, k) => from + k)
    })
}

function dayIn(year: number, monthDay: string): Day {
  return dayOf({ year, month: Number(monthDay.slice(0, 2)), day: Number(monthDay.slice(2)) })
}
