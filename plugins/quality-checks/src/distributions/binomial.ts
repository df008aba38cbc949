import type { Discrete } from './discrete.ts'
import { binomialDensity } from './saddle-point.ts'

/** Nonconforming items among n that are each so with probability p. */
export function binomial(n: number, p: number): Discrete {
  const q = 1 - p
  return {
    lowest: 0,
    highest: n,
    mean: n * p,
    density: (k) => binomialDensity(k, n, p, q),
    ratio: (k) => (((n - k) / (k + 1)) * p) / q,
  }
}
