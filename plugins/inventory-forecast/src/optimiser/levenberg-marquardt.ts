import { solveSymmetric } from './solve-symmetric.ts'

/** Parameters and residuals are to be of order 1: differences and the stop rule know no other scale. */
export interface BoxProblem {
  /** Residuals at `point` into `out`; false where the point lies outside the problem's domain. */
  readonly residuals: (point: Float64Array, out: Float64Array) => boolean
  /** A further constraint, asked of every point a step would go to, not of those for differences. */
  readonly isAllowed: (point: Float64Array) => boolean
  /** How many residuals there are. */
  readonly count: number
  readonly lower: Float64Array
  readonly upper: Float64Array
  /** Bounds the work: an iteration costs one run of `residuals` a parameter and a few for the step. */
  readonly maxIterations: number
}

export interface Optimum {
  readonly point: Float64Array
  /** Sum of squared residuals. */
  readonly cost: number
}

/** Balances truncation against rounding of a one-sided difference: near the square root of the machine's epsilon. */
const DIFFERENCE = 1e-7
/** A step that lowers the cost by a smaller share ends the search: on 100 points it moves AICc by 1e-4. */
const TOLERANCE = 1e-6
/** Of 1e-3, 1e-2 and 1e-1 the one that led to the highest likelihoods on the M3 series. */
const FIRST_DAMPING = 1e-2
const SMALLEST_DAMPING = 1e-12
/** Beyond it a step is too short to change the cost: the point is a minimum as far as differences can tell. */
const LARGEST_DAMPING = 1e8

/**
 * Least squares within a box by Levenberg–Marquardt: Marquardt's diagonal scaling, damping that grows ever
 * faster while steps fail (Madsen, Nielsen and Tingleff 2004, "Methods for Non-Linear Least Squares Problems",
 * §3.2), steps projected on the box, and parameters held at a bound that the descent pushes against
 * (Bertsekas 1982, "Projected Newton methods").
 *
 * @returns the best point seen, or undefined where the start lies outside the domain.
 */
export function minimiseSquares(problem: BoxProblem, start: Float64Array): Optimum | undefined {
  let point: Float64Array = start.map((value, i) => clamp(problem, i, value))
  let residuals = new Float64Array(problem.count)
  let trial = new Float64Array(problem.count)
  if (!problem.isAllowed(point) || !problem.residuals(point, residuals)) return undefined
  let cost = sumOfSquares(residuals)
  const jacobian = Array.from(start, () => new Float64Array(problem.count))
  let damping = FIRST_DAMPING
  for (let iteration = 0; iteration < problem.maxIterations; iteration++) {
    differentiate(problem, point, residuals, jacobian)
    const system = normalSystem(problem, point, residuals, jacobian)
    let gain = 0
    for (let growth = 2; gain === 0 && damping < LARGEST_DAMPING; growth *= 2) {
      const next = step(problem, point, system, damping)
      const reached =
        problem.isAllowed(next) && problem.residuals(next, trial) ? sumOfSquares(trial) : Number.NaN
      // False for NaN too: such a step is refused like one that climbs.
      if (reached < cost) {
        gain = cost - reached
        cost = reached
        point = next
        ;[residuals, trial] = [trial, residuals]
        damping = Math.max(damping / 4, SMALLEST_DAMPING)
      } else damping *= growth
    }
    if (gain <= TOLERANCE * cost) break
  }
  return { point, cost }
}

/** Gauss and Newton's equations for the parameters that may move. */
interface NormalSystem {
  readonly free: readonly number[]
  /** Lower triangle, row by row. */
  readonly matrix: Float64Array
  readonly descent: Float64Array
}

function normalSystem(
  problem: BoxProblem,
  point: Float64Array,
  residuals: Float64Array,
  jacobian: readonly Float64Array[],
): NormalSystem {
  const free: number[] = []
  const descent: number[] = []
  for (const [i, row] of jacobian.entries()) {
    const slope = dot(row, residuals)
    if (isHeld(problem, point, i, slope)) continue
    free.push(i)
    descent.push(-slope)
  }
  const matrix = new Float64Array((free.length * (free.length + 1)) / 2)
  let at = 0
  for (const [k, i] of free.entries()) {
    for (let j = 0; j <= k; j++) {
      matrix[at++] = dot(jacobian[i] as Float64Array, jacobian[free[j] as number] as Float64Array)
    }
  }
  return { free, matrix, descent: Float64Array.from(descent) }
}

function step(
  problem: BoxProblem,
  point: Float64Array,
  { free, matrix, descent }: NormalSystem,
  damping: number,
): Float64Array {
  const damped = matrix.slice()
  for (let k = 0, at = 0; k < free.length; k++, at += k + 1) {
    damped[at] = (matrix[at] as number) * (1 + damping)
  }
  const move = solveSymmetric(damped, descent)
  const next = point.slice()
  for (const [k, i] of free.entries()) {
    next[i] = clamp(problem, i, (point[i] as number) + (move[k] as number))
  }
  return next
}

function differentiate(
  problem: BoxProblem,
  point: Float64Array,
  residuals: Float64Array,
  jacobian: readonly Float64Array[],
): void {
  const moved = point.slice()
  for (const [i, row] of jacobian.entries()) {
    const at = point[i] as number
    const ahead = at + DIFFERENCE <= (problem.upper[i] as number) ? DIFFERENCE : -DIFFERENCE
    for (const difference of [ahead, -ahead]) {
      moved[i] = at + difference
      if (!problem.residuals(moved, row)) continue
      for (let t = 0; t < row.length; t++)
        row[t] = ((row[t] as number) - (residuals[t] as number)) / difference
      break
    }
    moved[i] = at
  }
}

/** At a bound, with the descent direction pointing out of the box. */
function isHeld(problem: BoxProblem, point: Float64Array, i: number, slope: number): boolean {
  const at = point[i] as number
  return slope > 0 ? at <= (problem.lower[i] as number) : at >= (problem.upper[i] as number)
}

function clamp(problem: BoxProblem, i: number, value: number): number {
  return Math.min(Math.max(value, problem.lower[i] as number), problem.upper[i] as number)
}

function sumOfSquares(values: Float64Array): number {
  return dot(values, values)
}

function dot(a: Float64Array, b: Float64Array): number {
  // Two sums side by side: neither waits for the other's addition.
  let even = 0
  let odd = 0
  const last = a.length - 1
  for (let t = 0; t < last; t += 2) {
    even += (a[t] as number) * (b[t] as number)
    odd += (a[t + 1] as number) * (b[t + 1] as number)
  }
  if (a.length % 2 === 1) even += (a[last] as number) * (b[last] as number)
  return even + odd
}
