import { type Pmf, pmfOf } from './pmf.ts'

/** How fast the past is forgotten: the weight of a period is this times that of the next. */
export function discountOf(memory: number): number {
  return 1 - 1 / memory
}

/** The sample's distribution, newer periods counting more. */
export function weightedSample(values: readonly number[], step: number, discount: number): Pmf {
  const cells = values.map((value) => Math.round(value / step))
  const weights = new Float64Array(1 + cells.reduce((most, cell) => Math.max(most, cell), 0))
  let weight = 1
  for (let t = cells.length - 1; t >= 0; t--) {
    weights[cells[t] as number] = (weights[cells[t] as number] as number) + weight
    weight *= discount
  }
  return pmfOf(step, weights)
}
