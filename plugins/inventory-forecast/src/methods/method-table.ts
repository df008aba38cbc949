import { LONGEST_SEASON } from '../ets/auto-ets.ts'
import { dampedMethod, etsMethod } from './ets-method.ts'
import { type AnyMethod, anyMethod } from './method.ts'
import { seasonalNaiveMethod } from './seasonal-naive-method.ts'
import { stlEtsMethod } from './stl-ets-method.ts'
import { thetaMethod } from './theta-method.ts'

/** Every method by the name that requests and answers use; one that is added here is back-tested with the others. */
export const methods: readonly AnyMethod[] = Object.freeze([
  anyMethod(etsMethod),
  anyMethod(thetaMethod),
  anyMethod(dampedMethod),
  anyMethod(stlEtsMethod),
  anyMethod(seasonalNaiveMethod),
])

/** How forecasts of several methods come to one, period by period. */
export interface Combination {
  readonly id: string
  readonly members: readonly string[]
  readonly of: (forecasts: readonly number[]) => number
}

/**
 * The median of three unlike methods: one that goes astray is outvoted, where a mean would follow it by a third
 * (Petropoulos and Svetunkov 2020, "A simple combination of univariate models", International Journal of
 * Forecasting 36, 110–115, with the methods at hand here).
 */
const medianOfThree: Combination = {
  id: 'median',
  members: ['ets', 'theta', 'damped'],
  of: median,
}

/** A season too long for ETS states is taken out first; the others stay as they are. */
const medianOfLongSeason: Combination = {
  id: 'median',
  members: ['stl-ets', 'theta', 'seasonal-naive'],
  of: median,
}

/** The plain mean of two forecasts (Bates and Granger 1969): errors of unlike methods partly cancel. */
const meanOfTwo: Combination = { id: 'mean', members: ['ets', 'theta'], of: mean }

/** Combinations by the names that fits keep; both medians work alike. */
export const combinations: readonly Combination[] = Object.freeze([medianOfThree, meanOfTwo])

/** What is tried on a series; the combination is what stands unless it is clearly beaten. */
export function candidatesFor(seasons: readonly number[]): {
  readonly combination: Combination
  readonly single: readonly string[]
} {
  const longest = Math.max(...seasons)
  return longest > LONGEST_SEASON || seasons.length > 1
    ? { combination: medianOfLongSeason, single: ['stl-ets', 'theta', 'seasonal-naive'] }
    : { combination: medianOfThree, single: ['ets', 'theta', 'damped', 'seasonal-naive'] }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const upper = sorted.length >> 1
  const middle = sorted[upper] as number
  return sorted.length % 2 === 1 ? middle : (middle + (sorted[upper - 1] as number)) / 2
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
