import { findRootBeyond } from './find-root.ts'
import { incompleteGamma } from './incomplete-gamma.ts'

export function chiSquaredCdf(x: number, degrees: number): number {
  return incompleteGamma(degrees / 2, x / 2).lower
}

export function chiSquaredUpperTail(x: number, degrees: number): number {
  return incompleteGamma(degrees / 2, x / 2).upper
}

/** x with P(χ² ≤ x) = probability, 0 < probability < 1. */
export function chiSquaredQuantile(probability: number, degrees: number): number {
  return findRootBeyond(
    probability < 0.5
      ? (x) => chiSquaredCdf(x, degrees) - probability
      : (x) => 1 - probability - chiSquaredUpperTail(x, degrees),
    0,
  )
}
