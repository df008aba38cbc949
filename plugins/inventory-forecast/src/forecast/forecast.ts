import type { Context } from '@signalbox/sdk'
import { autoEts } from '../ets/auto-ets.ts'
import type { EtsModel } from '../ets/ets-model.ts'
import { type Replay, replayEts } from '../ets/replay-ets.ts'
import { fitKey } from '../fitted-models/fit-key.ts'
import { keepModel, readModel } from '../fitted-models/fitted-models-store.ts'
import { accuracyOf } from './accuracy.ts'
import { forecastFurther } from './forecast-further.ts'
import { type ForecastInput, isPlain, type PlainInput, refuseUnusable } from './forecast-input.ts'
import {
  combinedProjection,
  constantProjection,
  etsProjection,
  holtWintersProjection,
  type Projection,
  thetaProjection,
} from './projection.ts'

/** Forecasts of a demand series, how they were made, and how well they fit the past. */
export async function forecast(input: ForecastInput, ctx: Pick<Context, 'db' | 'log'>) {
  return isPlain(input) ? forecastPlain(input, ctx) : forecastFurther(input)
}

/** A method of the caller's choice over a plain history: point forecasts. */
async function forecastPlain(input: PlainInput, ctx: Pick<Context, 'db' | 'log'>) {
  refuseUnusable(input)
  const { fitted, mean, ...made } = await project(input, ctx)
  return {
    mean: input.nonNegative === true ? mean.map((value) => Math.max(value, 0)) : mean,
    ...made,
    accuracy: accuracyOf(input.history, fitted, input.frequency),
  }
}

async function project(input: PlainInput, ctx: Pick<Context, 'db' | 'log'>): Promise<Projection> {
  const { history, frequency, horizon, method, smoothing } = input
  if (method === 'holt-winters') {
    // refuseUnusable has seen that the weights are there.
    return holtWintersProjection(
      history,
      frequency,
      smoothing as NonNullable<typeof smoothing>,
      horizon,
    )
  }
  if (history.every((value) => value === history[0])) return constantProjection(history, horizon)
  if (method === 'theta') return thetaProjection(history, frequency, horizon)
  const { model, replay } = await fittedEts(input, ctx)
  const ets = etsProjection(model, replay)
  return method === 'ets'
    ? ets
    : combinedProjection(ets, thetaProjection(history, frequency, horizon))
}

/** The series' ETS model: the one kept from an earlier call, or a new fit that is then kept. */
async function fittedEts(
  { history, frequency, horizon }: PlainInput,
  ctx: Pick<Context, 'db' | 'log'>,
): Promise<{ model: EtsModel; replay: Replay }> {
  const key = fitKey(history, frequency)
  const kept = await readModel(ctx, key, frequency)
  const keptReplay = kept && replayEts(kept, history, horizon)
  if (kept !== undefined && keptReplay !== undefined) return { model: kept, replay: keptReplay }
  const model = autoEts(history, frequency)
  await keepModel(ctx, key, model)
  // A fit has run over this very history, so its replay stays in the domain.
  return { model, replay: replayEts(model, history, horizon) as Replay }
}
