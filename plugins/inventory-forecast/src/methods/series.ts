import { rankedEts } from '../ets/auto-ets.ts'
import { type EtsForm, type EtsModel, freeParameters, nameOf } from '../ets/ets-model.ts'
import { fitEts } from '../ets/fit-ets.ts'
import type { Series } from './method.ts'

/** A climb from the parameters of a neighbouring stretch settles within a few iterations. */
const REFIT_ITERATIONS = 12

export function seriesOf(
  values: readonly number[],
  frequency: number,
  seasons: readonly number[] = [frequency],
): Series {
  let ranked: readonly EtsModel[] | undefined
  const refitted = new Map<string, EtsModel | undefined>()
  return {
    values,
    frequency,
    seasons,
    rankedEts: () => {
      ranked ??= rankedEts(values, frequency)
      return ranked
    },
    refittedEts: (form, from) => {
      const name = nameOf(form)
      if (!refitted.has(name)) refitted.set(name, refit(values, frequency, form, from))
      return refitted.get(name)
    },
  }
}

function refit(
  values: readonly number[],
  frequency: number,
  form: EtsForm,
  from: EtsModel,
): EtsModel | undefined {
  if (values.length <= freeParameters(form, frequency) + 2) return undefined
  return fitEts(values, frequency, form, { from, maxIterations: REFIT_ITERATIONS })
}
