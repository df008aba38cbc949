import { type IntermittentWeights, USUAL_WEIGHTS } from './croston.ts'

/** What TSB knows after the last period. */
export interface TsbLevels {
  readonly size: number
  /** That a period has demand. */
  readonly probability: number
}

/**
 * Teunter, Syntetos and Babai (2011, European Journal of Operational Research 214, 606–615): the probability of a
 * demand is smoothed every period, so a part that is no longer asked for fades. Starts from the first demand and from
 * whether the first period had one, as the "naive" start of R's tsintermittent.
 * @returns demand a period; 0 where there never was any.
 */
export function tsb(values: readonly number[], weights = USUAL_WEIGHTS): number {
  const levels = tsbLevels(values, weights)
  return levels === undefined ? 0 : levels.size * levels.probability
}

export function tsbLevels(
  values: readonly number[],
  weights: IntermittentWeights = USUAL_WEIGHTS,
): TsbLevels | undefined {
  const first = values.findIndex((value) => value !== 0)
  if (first === -1) return undefined
  let size = values[first] as number
  let probability = first === 0 ? 1 : 0
  for (const value of values.slice(1)) {
    probability += weights.interval * ((value === 0 ? 0 : 1) - probability)
    if (value !== 0) size += weights.size * (value - size)
  }
  return { size, probability }
}
