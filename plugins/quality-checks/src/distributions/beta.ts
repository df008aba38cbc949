import { findRoot } from './find-root.ts'
import { incompleteBeta } from './incomplete-beta.ts'

/** x with I_x(a, b) = probability, 0 < probability < 1. */
export function betaQuantile(probability: number, a: number, b: number): number {
  return findRoot(
    probability < 0.5
      ? (x) => incompleteBeta(a, b, x).lower - probability
      : (x) => 1 - probability - incompleteBeta(a, b, x).upper,
    0,
    1,
  )
}
