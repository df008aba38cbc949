import type { Smoothing } from './ets-model.ts'

/** How far outside the unit circle a root may lie: rounding of a coefficient moves a root by about its square root. */
const SLACK = 1e-8

/**
 * Whether the influence of old observations dies out: every root of the reduced characteristic equation of a
 * seasonal model with additive season lies inside the unit circle.
 * Hyndman, Akram and Archibald (2008), "The admissible parameter space for exponential smoothing models",
 * Annals of the Institute of Statistical Mathematics 60, 407–426. For models without a season the usual
 * bounds (0 < beta < alpha < 1, phi ≤ 0.98) already lie inside the admissible region.
 */
export function isAdmissible({ alpha, beta, gamma, phi }: Smoothing, frequency: number): boolean {
  const growth = alpha + beta - alpha * phi
  const polynomial = [
    1,
    alpha + beta - phi,
    ...Array.from({ length: frequency - 2 }, () => growth),
    growth + gamma - 1,
    phi * (1 - alpha - gamma),
  ]
  return hasRootsInside(polynomial)
}

/**
 * Schur–Cohn test by Jury's recursion, O(degree²): no root is computed.
 * @param coefficients of a real polynomial, highest power first.
 */
export function hasRootsInside(coefficients: readonly number[]): boolean {
  // Roots of p(z) inside radius 1 + slack are roots of p((1 + slack) z) inside radius 1.
  let row = coefficients.map((c, i) => c * (1 + SLACK) ** (coefficients.length - 1 - i))
  while (row.length > 1) {
    const first = row[0] as number
    const last = row[row.length - 1] as number
    if (!(Math.abs(last) < Math.abs(first))) return false
    const ratio = last / first
    const current = row
    row = current
      .slice(0, -1)
      .map((c, i) => c - ratio * (current[current.length - 1 - i] as number))
  }
  return true
}
