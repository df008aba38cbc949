import type { EtsForm, EtsState } from './ets-model.ts'

/**
 * A power of two near the mean size of a series. Dividing by it brings the series to order 1, where the
 * optimiser's tolerances hold, and loses no bit, so that a model can be taken there and back.
 */
export function scaleOf(values: readonly number[]): number {
  const size = values.reduce((sum, value) => sum + Math.abs(value) / values.length, 0)
  if (size === 0) return 1
  let scale = 1
  while (scale <= size / 2) scale *= 2
  while (scale > size) scale /= 2
  return scale
}

/** The same state when one unit of the series is worth `factor`; seasonal factors have no unit. */
export function rescaled(form: EtsForm, state: EtsState, factor: number): EtsState {
  return {
    level: state.level * factor,
    growth: state.growth * factor,
    seasonal: state.seasonal.map((value) => (form.season === 'M' ? value : value * factor)),
  }
}
