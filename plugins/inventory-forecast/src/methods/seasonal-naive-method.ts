import type { ForecastMethod } from './method.ts'

/** The last season, that of the next period first; the last value alone where there is no whole season. */
interface LastSeason {
  readonly season: readonly number[]
}

/** Repeats the season before: what every other method has to beat. */
export const seasonalNaiveMethod: ForecastMethod<LastSeason> = {
  id: 'seasonal-naive',
  fit: ({ values, frequency }) => ({
    season: values.slice(values.length >= frequency ? -frequency : -1),
  }),
  project: ({ season }, horizon) =>
    Array.from({ length: horizon }, (_, h) => season[h % season.length] as number),
  trend: ({ season }, horizon) => {
    const mean = season.reduce((sum, value) => sum + value / season.length, 0)
    return Array.from({ length: horizon }, () => mean)
  },
  advance: ({ season }, value) => ({ season: [...season.slice(1), value] }),
  fitted: ({ season }, values) => values.map((_, t) => values[t - season.length]),
  hasRelativeErrors: () => false,
  describe: ({ season }) => ({
    name: season.length > 1 ? 'Seasonal naive' : 'Naive',
    parameters: {},
    season: season.length > 1 ? 'additive' : 'none',
  }),
}
