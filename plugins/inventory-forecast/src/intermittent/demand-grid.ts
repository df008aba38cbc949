/** Cells of demand over all periods that are worth telling apart: a two-thousandth of the largest sum. */
const CELLS = 2000

/**
 * The step of the grid that demands of a history are counted on: 1 for counts, coarser for thousands, finer for what
 * is weighed. Always 1, 2 or 5 times a power of ten, so that answers are round.
 * @param periods how many periods are summed.
 */
export function gridStep(values: readonly number[], periods: number): number {
  const largest = values.reduce((most, value) => Math.max(most, value), 0)
  const areCounts = values.every((value) => Number.isInteger(value))
  if (largest === 0) return 1
  const step = roundStep((largest * Math.max(1, periods)) / CELLS)
  return areCounts ? Math.max(1, step) : step
}

/** The least of 1, 2, 5 times a power of ten that is not below `least`. */
function roundStep(least: number): number {
  let power = 1
  while (power < least) power *= 10
  // Divided by ten rather than multiplied by a tenth, which would not be round.
  let divisor = 1
  while (power === 1 && 1 / (divisor * 10) >= least) divisor *= 10
  const base = power === 1 ? 1 / divisor : power
  return [base / 5, base / 2].find((step) => step >= least) ?? base
}
