/**
 * Solves a positive definite system by LDLᵀ (Golub and Van Loan, "Matrix Computations", §4.1).
 * Directions in which the matrix is singular to rounding get no movement.
 * @param matrix symmetric; only its lower triangle is read, and it is overwritten.
 */
export function solveSymmetric(matrix: number[][], right: readonly number[]): number[] {
  const size = right.length
  const at = (i: number, j: number): number => (matrix[i] as number[])[j] as number
  const diagonal: number[] = []
  for (let j = 0; j < size; j++) {
    const whole = at(j, j)
    let pivot = whole
    for (let k = 0; k < j; k++) pivot -= at(j, k) ** 2 * (diagonal[k] as number)
    // 1e-13 of the entry: what is left after cancellation is rounding, not information.
    diagonal[j] = pivot > 1e-13 * whole ? pivot : Number.POSITIVE_INFINITY
    for (let i = j + 1; i < size; i++) {
      let sum = at(i, j)
      for (let k = 0; k < j; k++) sum -= at(i, k) * at(j, k) * (diagonal[k] as number)
      ;(matrix[i] as number[])[j] = sum / (diagonal[j] as number)
    }
  }
  const solution = [...right]
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < i; k++)
      solution[i] = (solution[i] as number) - at(i, k) * (solution[k] as number)
  }
  for (let i = size - 1; i >= 0; i--) {
    solution[i] = (solution[i] as number) / (diagonal[i] as number)
    for (let k = i + 1; k < size; k++)
      solution[i] = (solution[i] as number) - at(k, i) * (solution[k] as number)
  }
  return solution
}
