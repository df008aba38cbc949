import { SeededRandom } from '../bench/seeded-random.ts'
import { type Series, type Trend, trendOf } from './plugin/src/trend.ts'

export interface Question {
  readonly series: Series
  /** What every good version must answer. */
  readonly expected: Trend
}

/** About 2 ms of work: enough that five times as much is seen, and little enough for two busy cores. */
const DAYS = 150
/** One series in so many misses a count: those are what 1.2.0 throws on. */
const GAP_EVERY = 5
const NOISE = 12

/** Demand of many articles, equal in every run: a level, a trend, a weekly swing and noise. */
export function makeQuestions(count: number): readonly Question[] {
  return Array.from({ length: count }, (_, index) => {
    const random = new SeededRandom(`tour-${index}`)
    const level = 100 + random.below(400)
    const slope = random.normal() / 2
    const series = Array.from({ length: DAYS }, (_, day) => {
      const week = 20 * Math.sin((2 * Math.PI * day) / 7)
      return Math.round(level + slope * day + week + NOISE * random.normal())
    })
    const known = index % GAP_EVERY === 0 ? withGap(series, random.below(DAYS)) : series
    return { series: known, expected: trendOf(known) }
  })
}

function withGap(series: readonly number[], gap: number): Series {
  return series.map((value, day) => (day === gap ? null : value))
}
