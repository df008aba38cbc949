import { findRootBeyond } from './find-root.ts'
import { incompleteBeta } from './incomplete-beta.ts'

/** P(F ≤ f) with the degrees of freedom of numerator and denominator (Abramowitz and Stegun 26.6.2). */
function fCdf(f: number, numerator: number, denominator: number): number {
  return tails(f, numerator, denominator).lower
}

export function fUpperTail(f: number, numerator: number, denominator: number): number {
  return tails(f, numerator, denominator).upper
}

/** f with P(F ≤ f) = probability, 0 < probability < 1. */
export function fQuantile(probability: number, numerator: number, denominator: number): number {
  return findRootBeyond(
    probability < 0.5
      ? (f) => fCdf(f, numerator, denominator) - probability
      : (f) => 1 - probability - fUpperTail(f, numerator, denominator),
    0,
  )
}

function tails(f: number, numerator: number, denominator: number) {
  if (f <= 0) return { lower: 0, upper: 1 }
  const sum = numerator * f + denominator
  return incompleteBeta(numerator / 2, denominator / 2, (numerator * f) / sum, denominator / sum)
}
