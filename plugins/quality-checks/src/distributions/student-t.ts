import { findRootBeyond } from './find-root.ts'
import { incompleteBeta } from './incomplete-beta.ts'

/** P(T > t) = ½ I_{ν/(ν+t²)}(ν/2, ½) for t ≥ 0 (Abramowitz and Stegun 26.7.1). */
export function studentUpperTail(t: number, degrees: number): number {
  if (t < 0) return 1 - studentUpperTail(-t, degrees)
  const square = t * t
  const sum = degrees + square
  return incompleteBeta(degrees / 2, 0.5, degrees / sum, square / sum).lower / 2
}

/** t with P(T ≤ t) = probability, 0 < probability < 1. */
export function studentQuantile(probability: number, degrees: number): number {
  if (probability === 0.5) return 0
  if (probability > 0.5) return upperPoint(1 - probability, degrees)
  return -upperPoint(probability, degrees)
}

function upperPoint(tail: number, degrees: number): number {
  return findRootBeyond((t) => tail - studentUpperTail(t, degrees), 0)
}
