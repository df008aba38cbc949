import { columnar, scalar } from '@signalbox/sdk'
import { abcClass } from '../classification/abc-xyz.ts'
import { croston, sba } from '../intermittent/croston.ts'
import { demandHistory } from '../intermittent/demand-history.ts'
import { tsb } from '../intermittent/tsb.ts'
import { cycleServiceStock, leadTimeDemand } from './continuous-review.ts'
import { negativeBinomialQuantile } from './negative-binomial.ts'
import { normalQuantile } from './normal.ts'

/** A history as JSON, and the weights of sizes and of intervals or probabilities; demand a period. */
function rateUdf(rate: typeof croston) {
  return scalar({ args: ['json', 'f64', 'f64'], returns: 'f64' }, (history, size, interval) => {
    if (!Array.isArray(history)) return Number.NaN
    const { values } = demandHistory(
      history.map((value) => (typeof value === 'number' ? value : null)),
    )
    return rate(values, { size, interval })
  })
}

/** What rules, metrics and queries may compute; a probability that no quantile has gives NaN. */
export const policyUdfs = {
  croston: rateUdf(croston),
  sba: rateUdf(sba),
  tsb: rateUdf(tsb),

  norm_inv: columnar({ args: ['f64'], returns: 'f64' }, ([probability], rows, out) => {
    for (let row = 0; row < rows; row++) {
      const p = probability.values[row] ?? Number.NaN
      out[row] = p > 0 && p < 1 ? normalQuantile(p) : Number.NaN
    }
    return out
  }),

  /** Probability, mean, variance. */
  nb_quantile: scalar({ args: ['f64', 'f64', 'f64'], returns: 'f64' }, (p, mean, variance) =>
    p > 0 && p < 1 && mean >= 0 && mean <= LARGEST_MEAN && variance <= LARGEST_MEAN ** 2
      ? negativeBinomialQuantile(p, mean, variance)
      : Number.NaN,
  ),

  /** Mean and deviation of demand a period, mean and deviation of the lead time, cycle service level. */
  safety_stock: columnar(
    { args: ['f64', 'f64', 'f64', 'f64', 'f64'], returns: 'f64' },
    ([mean, sd, leadTime, sdLeadTime, level], rows, out) => {
      for (let row = 0; row < rows; row++) {
        const p = level.values[row] ?? Number.NaN
        const demand = leadTimeDemand({
          meanDemandPerPeriod: mean.values[row] ?? Number.NaN,
          sdDemandPerPeriod: sd.values[row] ?? Number.NaN,
          leadTimePeriods: leadTime.values[row] ?? Number.NaN,
          sdLeadTime: sdLeadTime.values[row] ?? Number.NaN,
        })
        out[row] = p > 0 && p < 1 ? cycleServiceStock(demand, p).safetyStock : Number.NaN
      }
      return out
    },
  ),

  /** Cumulative share of value of all items above this one, 0 to 1; by 80/15/5. */
  abc_class: scalar({ args: ['f64'], returns: 'utf8' }, (before) => abcClass(before)),
}

/** The terms of a larger mean would fill the memory of a batch. */
const LARGEST_MEAN = 1e6
