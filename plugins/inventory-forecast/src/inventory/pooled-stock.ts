import { normalQuantile } from './normal.ts'

/** An item of a substitution group: any of them serves the demand for any. Units until a replenishment can arrive. */
export interface PooledItem {
  readonly id: string
  readonly mean: number
  readonly sd: number
}

export interface PoolingInput {
  readonly items: readonly PooledItem[]
  /** Probability of a cycle without a stock-out; 0.95 where not said. */
  readonly serviceLevel?: number
  /** Between the demands of any two, −1 to 1; 0 where not said. */
  readonly correlation?: number
}

/**
 * Safety stock of items that substitute each other, held as one (Eppen 1979, Management Science 25, 498–501): deviations
 * add up as a root of squares rather than a sum, the more so the less demands move together. A correlation that so many
 * items cannot all have counts as the least they can.
 */
export function pooledStock({ items, serviceLevel = 0.95, correlation = 0 }: PoolingInput) {
  const z = normalQuantile(serviceLevel)
  const mean = items.reduce((total, item) => total + item.mean, 0)
  const sum = items.reduce((total, { sd }) => total + sd, 0)
  const squares = items.reduce((total, { sd }) => total + sd ** 2, 0)
  const deviation = Math.sqrt(Math.max(0, squares + correlation * (sum ** 2 - squares)))
  return {
    meanDemand: mean,
    deviation,
    safetyStockApart: z * sum,
    safetyStock: z * deviation,
    saved: z * (sum - deviation),
    reorderPoint: mean + z * deviation,
    items: items.map(({ id, mean: own, sd }) => ({ id, reorderPointApart: own + z * sd })),
  }
}
