import { type EtsForm, type EtsModel, etsForms, freeParameters, isSeasonal } from './ets-model.ts'
import { fitEts } from './fit-ets.ts'

/** A longer year has more seasonal states than any history can tell apart; R's ets draws the line here too. */
export const LONGEST_SEASON = 24

/**
 * Fits every form the series allows and takes the one with the least AICc
 * (Hyndman, Koehler, Snyder and Grose 2002, International Journal of Forecasting 18, 439–454).
 * @param values at least two, not all equal.
 */
export function autoEts(values: readonly number[], frequency: number): EtsModel {
  let best: EtsModel | undefined
  for (const form of candidateForms(values, frequency)) {
    const model = fitEts(values, frequency, form)
    if (model !== undefined && aicc(model) < aicc(best)) best = model
  }
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

function aicc(model: EtsModel | undefined): number {
  return model?.aicc ?? Number.POSITIVE_INFINITY
}
