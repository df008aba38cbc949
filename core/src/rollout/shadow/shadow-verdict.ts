import type { ShadowPlan } from './shadow-plan.ts'
import type { PathTally, ShadowTally } from './shadow-tally.ts'

/**
 * Noise cancelling. Each compared call is answered for the caller by stable, and then run once more on stable
 * and once on the new version, in an order that a coin gives. While both are the same code, whichever of the two
 * runs differs from the answer is a fair coin too, however noisy the field, the data or the moment: what drifts
 * meanwhile drifts under both. Of n runs in which one of them alone differed, with k the new version's,
 *
 *   E = 2^n · B(1 + k, 1 + n − k)
 *
 * is a likelihood ratio with a uniform prior: an e-process, whose chance ever to reach 1/a is at most a
 * (Ville 1939; Robbins 1970 for the mixture). No assumption about how often a field differs is needed.
 *
 * A suspicious call is run again, side by side, so that one that always differs says so nine times: which call
 * is repeated depends on the past alone, and each new pair is a fair coin again. Without it a field that is
 * wrong in one call of a hundred takes 1,100 calls to be proven, whatever the test.
 */

/** At most one healthy version in a hundred is stopped, over all fields and however often one looks. */
const ALPHA = 0.01

export interface JudgedPath extends PathTally {
  readonly path: string
  /** At most 1e15, so that JSON holds it. */
  readonly e: number
}

export interface ShadowFinding {
  /** `few`: not enough was compared. */
  readonly kind: 'few' | 'same' | 'different'
  /** What says most against the new version; of `different`, what it is stopped by. */
  readonly worst: JudgedPath | undefined
  readonly threshold: number
}

const MOST_E = 1e15

/**
 * To be asked of the merged tally of all nodes only. A path is told apart once it has differed; the j-th that is
 * found needs j(j + 1)/alpha, and as the sum of 1/j(j + 1) is 1, all of them together keep alpha. All are held to
 * what the last one needs, so that the order in which nodes found them does not matter.
 */
export function judgeShadow(
  tally: ShadowTally,
  { minRequests, maxDiff }: Pick<ShadowPlan, 'minRequests' | 'maxDiff'>,
): ShadowFinding {
  const paths = judgedPaths(tally)
  const threshold = Math.max(1, paths.length * (paths.length + 1)) / ALPHA
  const isProven = ({ e, canary, stable, calls }: JudgedPath) =>
    e >= threshold && canary > stable && calls > maxDiff * tally.compared
  const proven = paths.find(isProven)
  if (proven !== undefined) return { kind: 'different', worst: proven, threshold }
  const worst = paths.find(({ canary, stable }) => canary > stable)
  return { kind: tally.compared >= minRequests ? 'same' : 'few', worst, threshold }
}

/** Those that speak most against the new version first. */
export function judgedPaths({ paths }: ShadowTally): readonly JudgedPath[] {
  return Object.entries(paths)
    .map(([path, counts]) => ({ path, ...counts, e: evidenceOf(counts) }))
    .sort((a, b) => Number(b.canary > b.stable) - Number(a.canary > a.stable) || b.e - a.e)
}

function evidenceOf({ canary, stable }: PathTally): number {
  const all = canary + stable
  const log = logFactorial(canary) + logFactorial(stable) - logFactorial(all + 1)
  return Math.min(MOST_E, Math.exp(log + all * Math.LN2))
}

/** ln n!: exact sums for small n, else Stirling's series, whose error is below 1e-10 from there on. */
function logFactorial(n: number): number {
  if (n < 32) {
    let sum = 0
    for (let factor = 2; factor <= n; factor++) sum += Math.log(factor)
    return sum
  }
  return n * Math.log(n) - n + Math.log(2 * Math.PI * n) / 2 + 1 / (12 * n) - 1 / (360 * n ** 3)
}
