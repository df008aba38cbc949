/** What is left of a diagonal entry after this much cancellation is rounding, not information. */
const SINGULAR = 1e-13

/**
 * Solves a positive definite system by LDLᵀ (Golub and Van Loan 2013, "Matrix Computations", §4.1.2).
 * Directions in which the matrix is singular to rounding get no movement.
 * @param matrix symmetric, rows; overwritten by its factors.
 */
export function solveSymmetric(matrix: readonly number[][], right: readonly number[]): number[] {
  const diagonal = factorise(matrix)
  const solution = [...right]
  for (const [i, row] of matrix.entries()) {
    for (let k = 0; k < i; k++) subtract(solution, i, (row[k] as number) * (solution[k] as number))
  }
  for (let i = solution.length - 1; i >= 0; i--) {
    solution[i] = divided(solution[i] as number, diagonal[i] as number)
    for (let k = i + 1; k < solution.length; k++) {
      subtract(solution, i, ((matrix[k] as number[])[i] as number) * (solution[k] as number))
    }
  }
  return solution
}

/** Leaves L below the diagonal of `matrix` and returns D, with 0 for a singular direction. */
function factorise(matrix: readonly number[][]): number[] {
  const diagonal: number[] = []
  for (const [j, pivotRow] of matrix.entries()) {
    const whole = pivotRow[j] as number
    const weighted = diagonal.map((pivot, k) => pivot * (pivotRow[k] as number))
    const pivot = whole - product(pivotRow, weighted)
    diagonal.push(pivot > SINGULAR * whole ? pivot : 0)
    for (const row of matrix.slice(j + 1)) {
      row[j] = divided((row[j] as number) - product(row, weighted), diagonal[j] as number)
    }
  }
  return diagonal
}

function divided(value: number, pivot: number): number {
  return pivot === 0 ? 0 : value / pivot
}

/** Of the first entries of `row` with `weights`. */
function product(row: readonly number[], weights: readonly number[]): number {
  let sum = 0
  for (let k = 0; k < weights.length; k++) sum += (row[k] as number) * (weights[k] as number)
  return sum
}

function subtract(values: number[], i: number, amount: number): void {
  values[i] = (values[i] as number) - amount
}
