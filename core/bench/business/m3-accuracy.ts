import type { Company } from '../../test/support/company.ts'
import { type M3Series, m3Series } from './cases.ts'

interface Forecast {
  readonly mean: readonly number[]
  readonly quantiles: readonly { readonly p: number; readonly values: readonly number[] }[]
}

/**
 * The default's error and how often its intervals hold, on series that it has not seen the ends of. MASE divides by the
 * in-sample error of repeating the season, as the references do; coverage is over all series and periods.
 */
export async function m3Accuracy(company: Company): Promise<Readonly<Record<string, unknown>>> {
  const errors = new Map<string, number[]>()
  const within: { readonly [level: string]: number[] } = { '80': [], '95': [] }
  for (const series of await m3Series()) {
    const forecast: Forecast = await company.ask('inventory.forecast@1', 'forecast', {
      history: series.train,
      frequency: series.m,
      horizon: series.h,
      levels: [80, 95],
    })
    for (const group of ['all', series.period.toLowerCase()]) {
      errors.set(group, [...(errors.get(group) ?? []), mase(series, forecast.mean)])
    }
    for (const [level, held] of Object.entries(within)) {
      const tail = (1 - Number(level) / 100) / 2
      const low = quantilesAt(forecast, tail)
      const high = quantilesAt(forecast, 1 - tail)
      series.test.forEach((value, h) => {
        held.push(value >= (low[h] as number) && value <= (high[h] as number) ? 1 : 0)
      })
    }
  }
  const of = (group: string) => rounded(mean(errors.get(group) ?? []))
  return {
    mase_m3: of('all'),
    mase_m3_monthly: of('monthly'),
    mase_m3_quarterly: of('quarterly'),
    mase_m3_yearly: of('yearly'),
    cover80: rounded(mean(within['80'] ?? [])),
    cover95: rounded(mean(within['95'] ?? [])),
  }
}

function quantilesAt({ quantiles }: Forecast, p: number): readonly number[] {
  const found = quantiles.find((one) => Math.abs(one.p - p) < 1e-9)
  if (found === undefined) throw new Error(`the forecast has no quantile ${p}`)
  return found.values
}

function mase({ train, test, m }: M3Series, forecast: readonly number[]): number {
  const lag = train.length > m ? m : 1
  const naive = mean(train.slice(lag).map((value, t) => Math.abs(value - (train[t] as number))))
  return mean(test.map((value, h) => Math.abs(value - (forecast[h] as number)))) / naive
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000
}
