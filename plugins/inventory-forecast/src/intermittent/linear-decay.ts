import { crostonLevels, type IntermittentWeights, USUAL_WEIGHTS } from './croston.ts'

/**
 * Hyperbolic-exponential and linear-decay smoothing for obsolescence (Prestwich, Tarim, Rossi and Hnich 2014, International
 * Journal of Forecasting 30, 928–933; linear decay: Prestwich, Tarim and Rossi 2021, "Intermittency and obsolescence: a
 * Croston method with linear decay", International Journal of Forecasting 37, 708–715): Croston's levels, but while no
 * demand comes the forecast falls in a straight line, and is exactly 0 after a wait of 2/β mean intervals:
 * rate = size/interval · max(0, 1 − β·wait/(2·interval)).
 * @returns demand a period.
 */
export function linearDecay(
  values: readonly number[],
  weights: IntermittentWeights = USUAL_WEIGHTS,
): number {
  const levels = crostonLevels(values, weights)
  if (levels === undefined) return 0
  const wait = values.length - 1 - values.findLastIndex((value) => value !== 0)
  const left = Math.max(0, 1 - (weights.interval * wait) / (2 * levels.interval))
  return (levels.size / levels.interval) * left
}
