import { mean, standardDeviation } from '../distributions/moments.ts'
import { normalUpperTail } from '../distributions/normal.ts'

export interface NormalityTest {
  /** Anderson and Darling's A². */
  readonly statistic: number
  /** Probability of one as large from a normal process. */
  readonly p: number
}

/** Fewer values than this tell nothing of their law. */
const LEAST = 8

/**
 * Anderson and Darling's test with mean and sigma estimated from the data, and its p-value by D'Agostino and Stephens
 * 1986, "Goodness-of-Fit Techniques", table 4.9 (as R's nortest `ad.test`).
 * @returns null for fewer than 8 values, or ones that are all equal
 */
export function andersonDarling(values: readonly number[]): NormalityTest | null {
  const n = values.length
  const sigma = standardDeviation(values)
  if (n < LEAST || !(sigma > 0)) return null
  const middle = mean(values)
  const z = values.map((value) => (value - middle) / sigma).sort((a, b) => a - b)
  let sum = 0
  for (let i = 0; i < n; i++) {
    const below = Math.log(normalUpperTail(-(z[i] ?? 0)))
    const above = Math.log(normalUpperTail(z[n - 1 - i] ?? 0))
    sum += (2 * i + 1) * (below + above)
  }
  const statistic = -n - sum / n
  return { statistic, p: pValue(statistic * (1 + 0.75 / n + 2.25 / (n * n))) }
}

function pValue(a: number): number {
  if (a < 0.2) return 1 - Math.exp(-13.436 + 101.14 * a - 223.73 * a * a)
  if (a < 0.34) return 1 - Math.exp(-8.318 + 42.796 * a - 59.938 * a * a)
  if (a < 0.6) return Math.exp(0.9177 - 4.279 * a - 1.38 * a * a)
  return a < 10 ? Math.exp(1.2937 - 5.709 * a + 0.0186 * a * a) : 3.7e-24
}
