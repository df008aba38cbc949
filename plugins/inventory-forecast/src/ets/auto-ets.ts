import { type EtsForm, type EtsModel, etsForms, freeParameters, isSeasonal } from './ets-model.ts'
import { fitEts } from './fit-ets.ts'

/** A longer year has more seasonal states than any history can tell apart; R's ets draws the line here too. */
export const LONGEST_SEASON = 24

/** After so many iterations a form's AICc is near its end: on the M3 series none that was `BEHIND` then won. */
const FIRST_ITERATIONS = 6
const BEHIND = 20
const MAX_ITERATIONS = 40
/** Forms within this much of the least AICc get a second climb; further behind, no other top has been seen to win. */
const CONTENDING = 4

/**
 * Fits every form the series allows and takes the one with the least AICc
 * (Hyndman, Koehler, Snyder and Grose 2002, International Journal of Forecasting 18, 439–454).
 * @param values at least two, not all equal.
 */
export function autoEts(values: readonly number[], frequency: number): EtsModel {
  return rankedEts(values, frequency)[0] as EtsModel
}

/**
 * The forms a series allows, fitted, the least AICc first; at least one. All are climbed a few steps; those that are
 * then far behind are left out, but for the best of those with a damped trend. The contenders are climbed a second time from a quick start, since a likelihood may
 * have two tops.
 */
export function rankedEts(values: readonly number[], frequency: number): readonly EtsModel[] {
  const begun = candidateForms(values, frequency).flatMap(
    (form) =>
      fitEts(values, frequency, form, { from: 'slow', maxIterations: FIRST_ITERATIONS }) ?? [],
  )
  const damped = leastOf(begun.filter(({ form }) => form.trend === 'Ad'))
  const finished = [...new Set([...within(BEHIND, begun), ...damped])].map(
    (model) =>
      fitEts(values, frequency, model.form, { from: model, maxIterations: MAX_ITERATIONS }) ??
      model,
  )
  const again = within(CONTENDING, finished).flatMap(
    ({ form }) => fitEts(values, frequency, form, 'quick') ?? [],
  )
  const ranked = [...finished, ...again].sort((a, b) => aicc(a) - aicc(b))
  if (ranked.length > 0) return ranked
  // An additive error without trend and season has no domain to leave: this fit always exists.
  return [fitEts(values, 1, { error: 'A', trend: 'N', season: 'N' }) as EtsModel]
}

function leastOf(models: readonly EtsModel[]): readonly EtsModel[] {
  return [...models].sort((a, b) => aicc(a) - aicc(b)).slice(0, 1)
}

function within(distance: number, models: readonly EtsModel[]): readonly EtsModel[] {
  const least = Math.min(...models.map(aicc))
  return models.filter((model) => aicc(model) <= least + distance)
}

/** The forms a series allows: multiplicative parts need positive values, AICc more points than parameters. */
export function candidateForms(values: readonly number[], frequency: number): readonly EtsForm[] {
  const positive = values.every((value) => value > 0)
  const seasonal = frequency > 1 && frequency <= LONGEST_SEASON && values.length > frequency
  return etsForms.filter(
    (form) =>
      (positive || form.error === 'A') &&
      (seasonal || !isSeasonal(form)) &&
      // One more parameter is the variance; AICc divides by what is left beyond one.
      values.length > freeParameters(form, frequency) + 2,
  )
}

function aicc(model: EtsModel): number {
  return model.aicc ?? Number.POSITIVE_INFINITY
}
