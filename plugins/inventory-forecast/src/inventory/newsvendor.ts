import { normalLoss, normalQuantile } from './normal.ts'

/**
 * One order for one period, what is left is lost (Silver, Pyke and Thomas 2017, §9.2).
 * @param underageCost money for each unit short.
 * @param overageCost money for each unit left.
 */
export function criticalRatio(underageCost: number, overageCost: number): number {
  return underageCost / (underageCost + overageCost)
}

/** The best order for normal demand, and the units it is expected to fall short by. */
export function newsvendorNormal(ratio: number, mean: number, deviation: number) {
  const z = normalQuantile(ratio)
  return { newsvendorNormal: mean + z * deviation, expectedUnitsShort: deviation * normalLoss(z) }
}
