import { type EtsForm, type EtsModel, etsForms, freeParameters, isSeasonal } from './ets-model.ts'
import { fitEts } from './fit-ets.ts'

/** A longer year has more seasonal states than any history can tell apart; R's ets draws the line here too. */
export const LONGEST_SEASON = 24

/** Forms within this much of the least AICc get a second climb; further behind, no other top has been seen to win. */
const CONTENDING = 10

/**
 * Fits every form the series allows and takes the one with the least AICc
 * (Hyndman, Koehler, Snyder and Grose 2002, International Journal of Forecasting 18, 439–454). The contenders are
 * climbed a second time from a quick start, since a likelihood may have two tops.
 * @param values at least two, not all equal.
 */
export function autoEts(values: readonly number[], frequency: number): EtsModel {
  const first = candidateForms(values, frequency).flatMap(
    (form) => fitEts(values, frequency, form, 'slow') ?? [],
  )
  const least = Math.min(...first.map(aicc))
  const second = first
    .filter((model) => aicc(model) <= least + CONTENDING)
    .flatMap(({ form }) => fitEts(values, frequency, form, 'quick') ?? [])
  const [best] = [...first, ...second].sort((a, b) => aicc(a) - aicc(b))
  return best ?? (fitEts(values, 1, { error: 'A', trend: 'N', season: 'N' }) as EtsModel)
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
