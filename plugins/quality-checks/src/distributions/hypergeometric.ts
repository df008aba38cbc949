import type { Discrete } from './discrete.ts'
import { binomialDensity } from './saddle-point.ts'

/** Nonconforming items among n drawn without replacement from a lot that has `nonconforming` of them. */
export function hypergeometric(n: number, lotSize: number, nonconforming: number): Discrete {
  const conforming = lotSize - nonconforming
  const lowest = Math.max(0, n - conforming)
  const highest = Math.min(n, nonconforming)
  return {
    lowest,
    highest,
    mean: lotSize === 0 ? 0 : (n * nonconforming) / lotSize,
    density: (k) => {
      if (lowest === highest) return 1
      // Any p gives the same quotient; this one keeps all three factors near their modes (Loader 2000).
      const p = n / lotSize
      const q = (lotSize - n) / lotSize
      return (
        (binomialDensity(k, nonconforming, p, q) * binomialDensity(n - k, conforming, p, q)) /
        binomialDensity(n, lotSize, p, q)
      )
    },
    ratio: (k) => ((n - k) / (k + 1)) * ((nonconforming - k) / (conforming - n + k + 1)),
  }
}
