/** An item of a substitution group: any of them serves the demand for any. */
export interface PooledItem {
  readonly mean: number
  readonly sd: number
}

/**
 * Safety stock of items that substitute each other, held as one (Eppen 1979, Management Science 25, 498–501): deviations
 * add up as a root of squares rather than a sum, the more so the less demands move together.
 * @param z standard deviations of safety stock.
 * @param correlation between any two, −1 to 1; the variance is never below 0.
 */
export function pooledSafetyStock(items: readonly PooledItem[], z: number, correlation: number) {
  const sum = items.reduce((total, { sd }) => total + sd, 0)
  const squares = items.reduce((total, { sd }) => total + sd ** 2, 0)
  const deviation = Math.sqrt(Math.max(0, squares + correlation * (sum ** 2 - squares)))
  return { apart: z * sum, pooled: z * deviation, saved: z * (sum - deviation) }
}
