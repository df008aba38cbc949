/** What is left of a diagonal entry after this much cancellation is rounding, not information. */
const SINGULAR = 1e-13

/**
 * Solves a positive definite system by LDLᵀ (Golub and Van Loan 2013, "Matrix Computations", §4.1.2).
 * Directions in which the matrix is singular to rounding get no movement.
 * @param lower the lower triangle, row by row; overwritten by its factors.
 */
export function solveSymmetric(lower: Float64Array, right: ArrayLike<number>): Float64Array {
  const size = right.length
  const diagonal = factorise(lower, size)
  const solution = Float64Array.from(right)
  for (let i = 0; i < size; i++) {
    const row = (i * (i + 1)) / 2
    let value = solution[i] as number
    for (let k = 0; k < i; k++) value -= (lower[row + k] as number) * (solution[k] as number)
    solution[i] = value
  }
  for (let i = size - 1; i >= 0; i--) {
    let value = divided(solution[i] as number, diagonal[i] as number)
    for (let k = i + 1; k < size; k++) {
      value -= (lower[(k * (k + 1)) / 2 + i] as number) * (solution[k] as number)
    }
    solution[i] = value
  }
  return solution
}

/** Leaves L below the diagonal of `lower` and returns D, with 0 for a singular direction. */
function factorise(lower: Float64Array, size: number): Float64Array {
  const diagonal = new Float64Array(size)
  const weighted = new Float64Array(size)
  for (let j = 0; j < size; j++) {
    const pivotRow = (j * (j + 1)) / 2
    const whole = lower[pivotRow + j] as number
    let pivot = whole
    for (let k = 0; k < j; k++) {
      const entry = lower[pivotRow + k] as number
      const weight = (diagonal[k] as number) * entry
      weighted[k] = weight
      pivot -= entry * weight
    }
    diagonal[j] = pivot > SINGULAR * whole ? pivot : 0
    for (let i = j + 1; i < size; i++) {
      const row = (i * (i + 1)) / 2
      let rest = lower[row + j] as number
      for (let k = 0; k < j; k++) rest -= (lower[row + k] as number) * (weighted[k] as number)
      lower[row + j] = divided(rest, diagonal[j] as number)
    }
  }
  return diagonal
}

function divided(value: number, pivot: number): number {
  return pivot === 0 ? 0 : value / pivot
}
