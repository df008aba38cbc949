import { binomial } from '../distributions/binomial.ts'
import type { Discrete } from '../distributions/discrete.ts'
import { hypergeometric } from '../distributions/hypergeometric.ts'
import { poisson } from '../distributions/poisson.ts'

/**
 * How nonconformity gets into samples: from a process (binomial, type B), as nonconformities of which an item may
 * have several (poisson), or from one lot alone (hypergeometric, type A).
 */
export type QualityModel =
  | { readonly kind: 'binomial' }
  | { readonly kind: 'poisson' }
  | { readonly kind: 'hypergeometric'; readonly lotSize: number }

/**
 * What a further sample of so many items finds.
 * @param quality fraction nonconforming, or nonconformities an item for `poisson`.
 * @param drawn items of earlier samples of the lot, of which `found` were nonconforming.
 */
export function findings(
  model: QualityModel,
  quality: number,
  size: number,
  drawn: number,
  found: number,
): Discrete {
  if (model.kind === 'binomial') return binomial(size, quality)
  if (model.kind === 'poisson') return poisson(size * quality)
  return hypergeometric(
    size,
    model.lotSize - drawn,
    nonconformingItems(model.lotSize, quality) - found,
  )
}

/** A lot has a whole number of nonconforming items: the nearest to its fraction. */
export function nonconformingItems(lotSize: number, quality: number): number {
  return Math.round(lotSize * quality)
}
