import { autoEts } from './ets/auto-ets.ts'
import { replayEts } from './ets/replay-ets.ts'
import { normalQuantile } from './inventory/normal.ts'
import { policyFor } from './inventory/policy.ts'

/** Four years of quarters that grow by 4 a year: every correct fit goes on with the same pattern. */
const history = [10, 20, 30, 40, 14, 24, 34, 44, 18, 28, 38, 48, 22, 32, 42, 52]
const next = [26, 36, 46, 56]

/** Refuses to serve where the engine's arithmetic does not give the known answers; touches no table. */
export function selfTest(): void {
  const mean = replayEts(autoEts(history, 4), history, next.length)?.mean ?? []
  if (!next.every((value, h) => isNear(mean[h], value, 0.1))) {
    throw new Error(`AutoETS forecasts ${mean.join(', ')} instead of ${next.join(', ')}`)
  }
  const z = normalQuantile(0.975)
  if (!isNear(z, 1.959963984540054, 1e-12)) throw new Error(`The normal quantile of 0.975 is ${z}`)
  checkBaseStock()
}

/** Poisson demand of 6 a period is at most 10 in 95.7 % of periods and at most 9 in 91.6 %. */
function checkBaseStock(): void {
  const { orderUpTo } = policyFor({
    demand: { kind: 'moments', mean: 6, sd: Math.sqrt(6), distribution: 'count' },
    leadTime: { periods: 1 },
  })
  if (orderUpTo !== 10) throw new Error(`The base stock for Poisson demand of 6 is ${orderUpTo}`)
}

function isNear(value: number | undefined, expected: number, tolerance: number): boolean {
  return value !== undefined && Math.abs(value - expected) <= tolerance
}
