import { negativeBinomialPmf } from '../inventory/negative-binomial.ts'
import { normalPmf } from './normal-pmf.ts'
import { meanOf, mixture, nothing, type Pmf, varianceOf } from './pmf.ts'

/** Share of periods without demand from which it is intermittent (Syntetos, Boylan and Croston 2005: 1.32 periods a demand). */
const SPARSE = 1 - 1 / 1.32

/**
 * Demand of a share of a period. Where demands are rare the share is the chance that the period's one demand falls into
 * it, whole; its mean is kept, and it is a little wide, never narrow. Else demand comes all the time and both moments go
 * in proportion, as in every process with independent increments: negative binomial, or normal where the variance is no
 * more than the mean.
 */
export function partOf(pmf: Pmf, share: number): Pmf {
  const { step, probabilities } = pmf
  if (share <= 0) return nothing(step)
  if (share >= 1) return pmf
  if ((probabilities[0] ?? 0) > SPARSE) {
    return mixture([
      { weight: 1 - share, pmf: nothing(step) },
      { weight: share, pmf },
    ])
  }
  const mean = (meanOf(pmf) * share) / step
  const variance = (varianceOf(pmf) * share) / step ** 2
  return variance > mean
    ? negativeBinomialPmf(mean, variance, step)
    : normalPmf(mean, Math.sqrt(variance), step)
}
