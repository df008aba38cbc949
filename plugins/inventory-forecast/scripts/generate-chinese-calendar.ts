/**
 * Writes src/calendar/chinese-calendar-data.ts: days off and make-up workdays as the State Council announced them, and
 * the dates of the festivals, from the package chinese-days (MIT). Run it after raising that package:
 *
 *     node scripts/generate-chinese-calendar.ts
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import chineseDays from 'chinese-days'

const FIRST_FESTIVAL_YEAR = 1950
const LAST_FESTIVAL_YEAR = 2100

const require = createRequire(import.meta.url)
const { version } = require('chinese-days/package.json') as { version: string }
const official = JSON.parse(
  readFileSync(require.resolve('chinese-days/dist/chinese-days.json'), 'utf8'),
) as Record<'holidays' | 'workdays', Record<string, string>>

const officialYears = [
  ...new Set(Object.keys(official.holidays).map((date) => date.slice(0, 4))),
].sort()

/** Dates of one year as `MMDD`, a run of days as `MMDD-MMDD`. */
function compact(dates: Record<string, string>, year: string): string {
  const days = Object.keys(dates)
    .filter((date) => date.startsWith(year))
    .sort()
  const runs: string[][] = []
  for (const date of days) {
    const run = runs.at(-1)
    if (run !== undefined && nextDay(run.at(-1) as string) === date) run.push(date)
    else runs.push([date])
  }
  const short = (date = ''): string => date.slice(5).replace('-', '')
  return runs
    .map((run) => (run.length === 1 ? short(run[0]) : `${short(run[0])}-${short(run.at(-1))}`))
    .join(' ')
}

function nextDay(date: string): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10)
}

/** `MMDD` of every year, run together. */
function festival(dateIn: (year: number) => string): string {
  let dates = ''
  for (let year = FIRST_FESTIVAL_YEAR; year <= LAST_FESTIVAL_YEAR; year++) {
    dates += dateIn(year).slice(5).replace('-', '')
  }
  return dates
}

function lunar(month: number, day: number): (year: number) => string {
  return (year) => {
    const { date } = chineseDays.getSolarDateFromLunar(`${year}-${month}-${day}`)
    return date
  }
}

const years = officialYears
  .map((year) => {
    const off = compact(official.holidays, year)
    const work = compact(official.workdays, year)
    return `  ${year}: { off: '${off}', work: '${work}' },`
  })
  .join('\n')

const qingming = (year: number): string => chineseDays.getSolarTermDate(year, 4, 'pure_brightness')

const text = `// Made by scripts/generate-chinese-calendar.ts from chinese-days ${version} (MIT licence, Copyright (c) 2024 Yawei sun).

/** Days off and weekend days at work, as the State Council announced them for each year. */
export const officialCalendar: Readonly<Record<number, { readonly off: string; readonly work: string }>> = {
${years}
}

/** The first year of the festivals below. */
export const FIRST_FESTIVAL_YEAR = ${FIRST_FESTIVAL_YEAR}

/** MMDD of each year from ${FIRST_FESTIVAL_YEAR} to ${LAST_FESTIVAL_YEAR}. */
export const festivals = {
  springFestival:
    '${festival(lunar(1, 1))}',
  qingming:
    '${festival(qingming)}',
  dragonBoat:
    '${festival(lunar(5, 5))}',
  midAutumn:
    '${festival(lunar(8, 15))}',
} as const
`
writeFileSync(new URL('../src/calendar/chinese-calendar-data.ts', import.meta.url), text)
