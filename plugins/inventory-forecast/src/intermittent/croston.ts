/** The levels that Croston's method and its kin smooth: size of a demand, and periods between demands. */
export interface IntermittentLevels {
  readonly size: number
  readonly interval: number
}

/** Weights of the newest observation, each from 0 to 1. */
export interface IntermittentWeights {
  readonly size: number
  /** Of the interval (Croston, SBA) or of the probability (TSB). */
  readonly interval: number
}

/** The textbook weight, where nothing says otherwise. */
export const USUAL_WEIGHTS: IntermittentWeights = { size: 0.1, interval: 0.1 }

/**
 * Croston's method (Croston 1972, Operational Research Quarterly 23, 289–303): sizes and intervals smoothed apart, both
 * moving only when there is demand. Starts from the first demand and the periods up to it, as the "naive" start of
 * R's tsintermittent.
 * @returns demand a period; 0 where there never was any.
 */
export function croston(values: readonly number[], weights = USUAL_WEIGHTS): number {
  const levels = crostonLevels(values, weights)
  return levels === undefined ? 0 : levels.size / levels.interval
}

/**
 * The Syntetos-Boylan approximation (2005, International Journal of Forecasting 21, 303–314): Croston's rate times
 * 1 − α/2, since the mean of a ratio is not the ratio of means.
 */
export function sba(values: readonly number[], weights = USUAL_WEIGHTS): number {
  return (1 - weights.interval / 2) * croston(values, weights)
}

export function crostonLevels(
  values: readonly number[],
  weights = USUAL_WEIGHTS,
): IntermittentLevels | undefined {
  let levels: IntermittentLevels | undefined
  let interval = 0
  for (const value of values) {
    interval++
    if (value === 0) continue
    levels =
      levels === undefined
        ? { size: value, interval }
        : {
            size: levels.size + weights.size * (value - levels.size),
            interval: levels.interval + weights.interval * (interval - levels.interval),
          }
    interval = 0
  }
  return levels
}
