import { integrate } from '../distributions/gauss-legendre.ts'
import { normalDensity, normalUpperTail } from '../distributions/normal.ts'

/**
 * `published`: d2 with three decimals and d3 as the tables of the field print them (ASTM MNL 7, AIAG, R's qcc 2.7), so
 * that limits equal those that others compute; beyond 25 values a subgroup, computed. `computed`: the integrals.
 */
export type ConstantsChoice = 'published' | 'computed'

/** By subgroup size, from 2 on. The fourth and later digits of d3 are qcc's; they differ from the integral's by 4e-6. */
const publishedD2 = [
  1.128, 1.693, 2.059, 2.326, 2.534, 2.704, 2.847, 2.97, 3.078, 3.173, 3.258, 3.336, 3.407, 3.472,
  3.532, 3.588, 3.64, 3.689, 3.735, 3.778, 3.819, 3.858, 3.895, 3.931,
]
const publishedD3 = [
  0.8525033, 0.8883697, 0.8798108, 0.8640855, 0.8480442, 0.8332108, 0.8198378, 0.8078413, 0.7970584,
  0.787323, 0.7784873, 0.7704257, 0.763033, 0.7562217, 0.7499188, 0.7440627, 0.7386021, 0.7334929,
  0.728698, 0.7241851, 0.7199267, 0.7158987, 0.7120802, 0.7084528,
]

export interface RangeConstants {
  /** Mean of the range of n standard normal values. */
  readonly d2: number
  /** Its standard deviation. */
  readonly d3: number
}

export function rangeConstants(size: number, choice: ConstantsChoice): RangeConstants {
  const d2 = publishedD2[size - 2]
  const d3 = publishedD3[size - 2]
  if (choice === 'published' && d2 !== undefined && d3 !== undefined) return { d2, d3 }
  return computedRange(size)
}

/**
 * Mean of the standard deviation of n standard normal values, √(2/(n−1)) Γ(n/2) / Γ((n−1)/2), by the recurrence of the
 * ratio of gamma functions: no rounding of logarithms.
 */
export function c4(size: number): number {
  let ratio = 1 / Math.sqrt(Math.PI)
  for (let n = 2; n < size; n++) ratio = (n - 1) / 2 / ratio
  return Math.sqrt(2 / (size - 1)) * ratio
}

/** Standard deviation of the standard deviation of n standard normal values. */
export function c5(size: number): number {
  return Math.sqrt(Math.max(0, 1 - c4(size) ** 2))
}

/** Computed once in each isolate: some milliseconds a size. */
const known = new Map<number, RangeConstants>()

function computedRange(size: number): RangeConstants {
  const found = known.get(size)
  if (found) return found
  const { first, second } = rangeMoments(size)
  const constants = { d2: first, d3: Math.sqrt(second - first * first) }
  known.set(size, constants)
  return constants
}

/** A range of normal values above this has probability below 1e-16 for all sizes taken. */
const LONGEST_RANGE = 16
/** Of sixteen nodes each: the constants keep twelve digits up to a size of 100. */
const PANELS = 8
/** Step of the trapezoid rule over the line, which for such integrands is exact to rounding. */
const STEP = 1 / 8
/**
 * E R = ∫ 1 − Φⁿ − (1 − Φ)ⁿ dx over the line, and E R² = 2 ∫ r P(R > r) dr with P(R ≤ r) = n ∫ φ(x) (Φ(x + r) −
 * Φ(x))^(n−1) dx (Tippett 1925, Biometrika 17).
 */
function rangeMoments(size: number): { readonly first: number; readonly second: number } {
  let first = 0
  for (let x = -9; x <= 9; x += STEP) {
    const tail = normalUpperTail(x)
    first += STEP * (1 - tail ** size - (1 - tail) ** size)
  }
  const second = integrate(
    0,
    LONGEST_RANGE,
    PANELS,
    (r) => r * (1 - size * cumulativeIntegral(size, r)),
  )
  return { first, second: 2 * second }
}

function cumulativeIntegral(size: number, r: number): number {
  let sum = 0
  for (let x = -9 - LONGEST_RANGE / 4; x <= 9; x += STEP) {
    // Of a difference of two tails, the smaller tails keep their digits.
    const between =
      x < 0
        ? normalUpperTail(-x - r) - normalUpperTail(-x)
        : normalUpperTail(x) - normalUpperTail(x + r)
    sum += normalDensity(x) * between ** (size - 1)
  }
  return sum * STEP
}
