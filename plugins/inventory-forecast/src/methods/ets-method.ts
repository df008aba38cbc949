import { type EtsModel, type EtsState, nameOf } from '../ets/ets-model.ts'
import { advanceEts, continueEts, replayEts } from '../ets/replay-ets.ts'
import { scaleOf } from '../ets/scale.ts'
import type { ForecastMethod, MethodDetails } from './method.ts'

/** An ETS model with the state after its last observation. */
export interface EtsFit {
  readonly model: EtsModel
  readonly end: EtsState
  /** Size of the series, a power of two: the recursion runs in it. */
  readonly scale: number
}

const seasonNames = { N: 'none', A: 'additive', M: 'multiplicative' } as const

/** The best of the exponential smoothing models by AICc. */
export const etsMethod: ForecastMethod<EtsFit> = etsAmong('ets', () => true)

/**
 * The best of those whose growth fades. Damping guards against a trend that ends, which most do (Gardner and McKenzie
 * 1985, Management Science 31, 1237–1246).
 */
export const dampedMethod: ForecastMethod<EtsFit> = etsAmong(
  'damped',
  ({ form }) => form.trend === 'Ad',
)

function etsAmong(id: string, isCandidate: (model: EtsModel) => boolean): ForecastMethod<EtsFit> {
  return {
    id,
    fit: (series, earlier) => {
      const again = earlier && series.refittedEts(earlier.model.form, earlier.model)
      // A stretch too short for the form has a best one of its own.
      const model = again ?? series.rankedEts().find(isCandidate)
      return model && fitOf(model, series.values)
    },
    project: ({ model, end }, horizon) => continueEts(model, end, horizon),
    trend: ({ model, end }, horizon) => {
      const withoutSeason = { ...model, form: { ...model.form, season: 'N' } } as const
      return continueEts(withoutSeason, { ...end, seasonal: [] }, horizon)
    },
    advance: ({ model, end, scale }, value) => {
      const next = advanceEts(model, end, value, scale)
      return next && { model, end: next, scale }
    },
    fitted: ({ model }, values) => replayEts(model, values, 0)?.fitted ?? [],
    hasRelativeErrors: ({ model: { form } }) => form.error === 'M' || form.season === 'M',
    describe: ({ model }) => detailsOf(model),
  }
}

/** A model with the state that it ends in; undefined where it does not belong to the series. */
export function fitOf(model: EtsModel, values: readonly number[]): EtsFit | undefined {
  const replay = replayEts(model, values, 0)
  return replay && { model, end: replay.end, scale: scaleOf(values) }
}

export function detailsOf({ form, smoothing, aicc }: EtsModel): MethodDetails {
  const parameters = {
    alpha: smoothing.alpha,
    ...(form.trend === 'N' ? {} : { beta: smoothing.beta }),
    ...(form.season === 'N' ? {} : { gamma: smoothing.gamma }),
    ...(form.trend === 'Ad' ? { phi: smoothing.phi } : {}),
  }
  return { name: nameOf(form), parameters, season: seasonNames[form.season], aicc }
}
