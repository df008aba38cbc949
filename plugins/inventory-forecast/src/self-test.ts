import { isChineseWorkday } from './calendar/chinese-calendar.ts'
import { dayOf } from './calendar/civil-day.ts'
import { autoEts } from './ets/auto-ets.ts'
import { replayEts } from './ets/replay-ets.ts'
import { quantileCurve } from './intervals/quantile-curve.ts'
import { negativeBinomialQuantile } from './inventory/negative-binomial.ts'
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
  checkQuantiles()
  checkPolicies()
  checkCalendar()
}

function checkQuantiles(): void {
  const z = normalQuantile(0.975)
  if (!isNear(z, 1.959963984540054, 1e-12)) throw new Error(`The normal quantile of 0.975 is ${z}`)
  // R: qnbinom(0.99, size = 3, mu = 10).
  const count = negativeBinomialQuantile(0.99, 10, 10 + 100 / 3)
  if (count !== 31) throw new Error(`The negative binomial quantile is ${count} instead of 31`)
}

/** Known without this code: a Poisson table, and the closed form of normal demand to a step of the grid. */
function checkPolicies(): void {
  // Poisson demand of 6 a period is at most 10 in 95.7 % of periods and at most 9 in 91.6 %.
  const { orderUpTo } = policyFor({
    demand: { kind: 'moments', mean: 6, sd: Math.sqrt(6), distribution: 'count' },
    leadTime: { periods: 1 },
  })
  if (orderUpTo !== 10) throw new Error(`The base stock for Poisson demand of 6 is ${orderUpTo}`)
  const quantiles = [0.1, 0.5, 0.9].map((p) => ({ p, value: 100 + 20 * normalQuantile(p) }))
  const { reorderPoint, suggestedQuantity } = policyFor({
    demand: {
      kind: 'forecast',
      quantiles: quantiles.map(({ p, value }) => ({ p, values: [value] })),
    },
    leadTime: { periods: 4 },
    policy: 's,Q',
    orderQuantity: 70,
    constraints: { packSize: 12 },
    position: { onHand: 300, onOrder: 50 },
  })
  // 116 and more are missing, and an order of 70 is six packs of 12: two of them.
  const known = 400 + 40 * normalQuantile(0.95)
  if (!isNear(reorderPoint, known, 1) || suggestedQuantity !== 144) {
    throw new Error(
      `The policy orders ${suggestedQuantity} at ${reorderPoint}, not 144 at ${known}`,
    )
  }
  const beyond = quantileCurve(quantiles).valueAt(normalQuantile(0.99))
  if (!isNear(beyond, 100 + 20 * normalQuantile(0.99), 1e-9)) {
    throw new Error(`The quantile of 0.99 beyond the kept ones is ${beyond}`)
  }
}

/** Sunday 4 January 2026 was worked for New Year's holiday (State Council, November 2025); a day later was a Monday. */
function checkCalendar(): void {
  const days = [1, 4, 5].map((day) => isChineseWorkday(dayOf({ year: 2026, month: 1, day })))
  if (days.join() !== 'false,true,true') {
    throw new Error(`1, 4 and 5 January 2026 are workdays as ${days.join(', ')}`)
  }
}

function isNear(value: number | undefined, expected: number, tolerance: number): boolean {
  return value !== undefined && Math.abs(value - expected) <= tolerance
}
