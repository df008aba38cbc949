/** Stands for a denominator of 0 (Lentz's tiny). */
const TINY = 1e-300
/** Far more than the square root of any parameter met: reached only by a fraction that does not converge. */
const MOST_TERMS = 1_000_000

/**
 * b₀ + a₁/(b₁ + a₂/(b₂ + …)) by the modified Lentz method (Thompson and Barnett 1986).
 * @param term gives [aₖ, bₖ] for k ≥ 1.
 */
export function continuedFraction(
  first: number,
  term: (k: number) => readonly [number, number],
): number {
  let value = first === 0 ? TINY : first
  let c = value
  let d = 0
  for (let k = 1; k < MOST_TERMS; k++) {
    const [a, b] = term(k)
    d = b + a * d
    d = 1 / (d === 0 ? TINY : d)
    c = b + a / c
    if (c === 0) c = TINY
    const factor = c * d
    value *= factor
    if (Math.abs(factor - 1) < Number.EPSILON) break
  }
  return value
}
