import { decompose, type SeasonalShape } from '../decomposition/classical.ts'
import { fitLine } from '../decomposition/straight-line.ts'

/** Weights that a planner fixed; each between 0 and 1. Without beta there is no trend, without gamma no season. */
export interface FixedSmoothing {
  readonly alpha: number
  readonly beta?: number
  readonly gamma?: number
  readonly season?: SeasonalShape
}

export interface HoltWintersFit {
  readonly level: number
  /** Growth per period. */
  readonly growth: number
  /** One index a season, that of the next period first; empty without gamma. */
  readonly seasonal: readonly number[]
  /** One-step forecasts; undefined in the stretch that the starting state is taken from. */
  readonly fitted: readonly (number | undefined)[]
  readonly mean: readonly number[]
}

interface Start {
  level: number
  growth: number
  seasonal: number[]
  /** Index of the first observation that is forecast. */
  readonly from: number
}

/** Observations that the starting state needs: two years with a season, else one a state. */
export function shortestHistory(smoothing: FixedSmoothing, frequency: number): number {
  if (smoothing.gamma !== undefined) return Math.max(2 * frequency, 4)
  return smoothing.beta === undefined ? 2 : 3
}

/**
 * Exponential smoothing with fixed weights in the form of Holt (1957) and Winters (1960): beta and gamma weigh
 * the newest growth and season, where the state space form weighs the error. Starting state and recursion are
 * those of R's HoltWinters; with alpha alone, simple smoothing from the first observation.
 *
 * @param values at least `shortestHistory`; all positive for a multiplicative season.
 */
export function holtWinters(
  values: readonly number[],
  frequency: number,
  smoothing: FixedSmoothing,
  horizon: number,
): HoltWintersFit {
  const { alpha, beta = 0, gamma = 0, season = 'additive' } = smoothing
  const isFactor = season === 'multiplicative'
  const state = startOf(values, frequency, smoothing)
  const { seasonal, from } = state
  const combine = (base: number, index: number): number => (isFactor ? base * index : base + index)
  const neutral = isFactor ? 1 : 0
  const fitted: (number | undefined)[] = []
  for (const [t, value] of values.entries()) {
    if (t < from) {
      fitted.push(undefined)
      continue
    }
    const index = seasonal.length === 0 ? neutral : (seasonal[t % frequency] as number)
    const base = state.level + state.growth
    fitted.push(combine(base, index))
    const level = alpha * (isFactor ? value / index : value - index) + (1 - alpha) * base
    state.growth = beta * (level - state.level) + (1 - beta) * state.growth
    state.level = level
    if (seasonal.length > 0) {
      seasonal[t % frequency] =
        gamma * (isFactor ? value / level : value - level) + (1 - gamma) * index
    }
  }
  const next = seasonal.length === 0 ? 0 : values.length % frequency
  const ahead = [...seasonal.slice(next), ...seasonal.slice(0, next)]
  const mean = Array.from({ length: horizon }, (_, h) =>
    combine(state.level + (h + 1) * state.growth, ahead[h % frequency] ?? neutral),
  )
  return { level: state.level, growth: state.growth, seasonal: ahead, fitted, mean }
}

function startOf(values: readonly number[], frequency: number, smoothing: FixedSmoothing): Start {
  const [first, second] = values as [number, number]
  if (smoothing.gamma !== undefined) {
    const years = values.slice(0, 2 * frequency)
    const { indices, trend } = decompose(years, frequency, smoothing.season ?? 'additive')
    const { intercept, slope } = fitLine(trend.filter((level) => level !== undefined))
    // R counts the trend's points from 1, so the state before them is one step back.
    const growth = smoothing.beta === undefined ? 0 : slope
    return { level: intercept - slope, growth, seasonal: [...indices], from: frequency }
  }
  if (smoothing.beta !== undefined)
    return { level: second, growth: second - first, seasonal: [], from: 2 }
  return { level: first, growth: 0, seasonal: [], from: 1 }
}
