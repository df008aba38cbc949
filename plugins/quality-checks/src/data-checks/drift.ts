/** Bins of the reference's deciles: the usual number for the rule of thumb 0.1 and 0.25. */
const BINS = 10
/** A bin without a value counts as half a one; the logarithm of 0 would be infinite. */
const EMPTY = 0.5

/**
 * Population stability index Σ (q − p)·ln(q/p) over the deciles of the reference (Siddiqi 2006, "Credit Risk Scorecards"):
 * below 0.1 little, above 0.25 much has shifted. Equal deciles (many equal values) are one bin.
 */
export function populationStability(
  reference: readonly number[],
  current: readonly number[],
): number {
  const edges = deciles(reference)
  const shares = (values: readonly number[]) => {
    const counts = new Array<number>(edges.length + 1).fill(0)
    for (const value of values) {
      const bin = edges.findIndex((edge) => value <= edge)
      const at = bin < 0 ? edges.length : bin
      counts[at] = (counts[at] as number) + 1
    }
    const total = counts.reduce((sum, count) => sum + Math.max(count, EMPTY), 0)
    return counts.map((count) => Math.max(count, EMPTY) / total)
  }
  const [p, q] = [shares(reference), shares(current)]
  return p.reduce((sum, share, bin) => {
    const now = q[bin] as number
    return sum + (now - share) * Math.log(now / share)
  }, 0)
}

function deciles(values: readonly number[]): number[] {
  const sorted = [...values].sort((a, b) => a - b)
  const edges = new Set<number>()
  for (let n = 1; n < BINS; n++)
    edges.add(sorted[Math.ceil((n * sorted.length) / BINS) - 1] as number)
  return [...edges]
}

export interface KolmogorovSmirnov {
  /** Largest distance of the two empirical distribution functions. */
  readonly d: number
  /** Two-sided, asymptotic. */
  readonly p: number
}

/** Two-sample Kolmogorov-Smirnov test; p by Kolmogorov's limit with Stephens' correction (1970), as Press et al., "Numerical Recipes", §14.3. */
export function kolmogorovSmirnov(
  reference: readonly number[],
  current: readonly number[],
): KolmogorovSmirnov {
  const [a, b] = [[...reference].sort((x, y) => x - y), [...current].sort((x, y) => x - y)]
  let [i, j, d] = [0, 0, 0]
  while (i < a.length && j < b.length) {
    const value = Math.min(a[i] as number, b[j] as number)
    while (i < a.length && a[i] === value) i++
    while (j < b.length && b[j] === value) j++
    d = Math.max(d, Math.abs(i / a.length - j / b.length))
  }
  const root = Math.sqrt((a.length * b.length) / (a.length + b.length))
  return { d, p: kolmogorovTail((root + 0.12 + 0.11 / root) * d) }
}

/** Q(λ) = 2 Σ (−1)^(k−1) exp(−2k²λ²); for small λ by the theta transform, which converges there. */
function kolmogorovTail(lambda: number): number {
  if (lambda < 1e-3) return 1
  if (lambda < 1.18) {
    const x = Math.exp(-(Math.PI ** 2) / (8 * lambda * lambda))
    return 1 - (Math.sqrt(2 * Math.PI) / lambda) * (x + x ** 9 + x ** 25 + x ** 49)
  }
  const x = Math.exp(-2 * lambda * lambda)
  return 2 * (x - x ** 4 + x ** 9)
}

/** Welch's z of the difference of the means, in standard errors: the samples are large. */
export function meanShift(reference: readonly number[], current: readonly number[]): number {
  const [a, b] = [moments(reference), moments(current)]
  const error = Math.sqrt(a.variance / reference.length + b.variance / current.length)
  if (error > 0) return (b.mean - a.mean) / error
  return a.mean === b.mean ? 0 : Math.sign(b.mean - a.mean) * Number.POSITIVE_INFINITY
}

function moments(values: readonly number[]): { mean: number; variance: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return { mean, variance: values.length > 1 ? squares / (values.length - 1) : 0 }
}
