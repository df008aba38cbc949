import type { Company } from '../../test/support/company.ts'
import { intermittentParts } from './cases.ts'

const LEVEL = 0.9
/** Months that the baseline looks at. */
const BASELINE_MONTHS = 24

/**
 * What a stock for one month at 0.9 costs in quantile loss, against the sample quantile of the last two years, and how often
 * it is enough. Each part is asked about once, at the end of its training months.
 */
export async function slowMovers(company: Company): Promise<Readonly<Record<string, unknown>>> {
  const losses = { own: [] as number[], baseline: [] as number[] }
  const hits: number[] = []
  for (const { train, test } of await intermittentParts()) {
    const { quantiles } = await company.ask('inventory.policy@1', 'intermittent', {
      history: train,
      periods: 1,
      level: LEVEL,
      quantiles: [LEVEL],
    })
    const quantile: number = quantiles[0].value ?? quantiles[0].quantity
    const baseline = sampleQuantile(train.slice(-BASELINE_MONTHS))
    for (const demand of test) {
      losses.own.push(loss(demand, quantile))
      losses.baseline.push(loss(demand, baseline))
      hits.push(demand <= quantile ? 1 : 0)
    }
  }
  const own = mean(losses.own)
  const baseline = mean(losses.baseline)
  return {
    pinball: rounded(own),
    pinball_baseline: rounded(baseline),
    pinball_vs_baseline: rounded(own / baseline),
    hit_rate: rounded(mean(hits)),
  }
}

/** The least observed demand that covers the share (inverse of the empirical distribution). */
function sampleQuantile(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.ceil(LEVEL * sorted.length) - 1] as number
}

function loss(demand: number, quantile: number): number {
  return demand >= quantile ? LEVEL * (demand - quantile) : (1 - LEVEL) * (quantile - demand)
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000
}
