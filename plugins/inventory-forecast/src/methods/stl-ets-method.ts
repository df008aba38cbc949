import { mstl, usableSeasons } from '../decomposition/mstl.ts'
import { autoEts } from '../ets/auto-ets.ts'
import type { EtsModel } from '../ets/ets-model.ts'
import { fitEts } from '../ets/fit-ets.ts'
import { type EtsFit, etsMethod, fitOf } from './ets-method.ts'
import type { ForecastMethod } from './method.ts'

/** Smoothing of what is left of a series without its seasons, and the seasons as they were last. */
interface StlEtsFit {
  readonly ets: EtsFit
  /** The last cycle of each season, that of the next period first. */
  readonly cycles: readonly (readonly number[])[]
}

/** As in a back-test of ETS itself. */
const REFIT_ITERATIONS = 12

/**
 * For seasons too long, or too many, for ETS states: the seasons are taken out by STL, the rest is smoothed, and each
 * season goes on as its last cycle was (Hyndman and Athanasopoulos 2021, "Forecasting: Principles and Practice", §5.7).
 */
export const stlEtsMethod: ForecastMethod<StlEtsFit> = {
  id: 'stl-ets',
  fit: ({ values, seasons }, earlier) => {
    if (usableSeasons(values.length, seasons).length === 0) return undefined
    const { seasonals } = mstl(values, seasons)
    const adjusted = values.map((value, t) =>
      seasonals.reduce((rest, season) => rest - (season.values[t] as number), value),
    )
    const model = smoothed(adjusted, earlier?.ets.model)
    const ets = model && fitOf(model, adjusted)
    return ets && { ets, cycles: seasonals.map((season) => season.values.slice(-season.period)) }
  },
  project: ({ ets, cycles }, horizon) =>
    etsMethod.project(ets, horizon).map((value, h) => value + seasonAt(cycles, h)),
  trend: ({ ets }, horizon) => etsMethod.project(ets, horizon),
  advance: ({ ets, cycles }, value) => {
    const next = etsMethod.advance(ets, value - seasonAt(cycles, 0))
    return (
      next && { ets: next, cycles: cycles.map(([first, ...rest]) => [...rest, first as number]) }
    )
  },
  fitted: ({ ets, cycles }, values) => {
    const { seasonals } = mstl(
      values,
      cycles.map((cycle) => cycle.length),
    )
    const season = values.map((_, t) =>
      seasonals.reduce((sum, part) => sum + (part.values[t] as number), 0),
    )
    const adjusted = values.map((value, t) => value - (season[t] as number))
    return etsMethod
      .fitted(ets, adjusted)
      .map((value, t) => (value === undefined ? undefined : value + (season[t] as number)))
  },
  hasRelativeErrors: () => false,
  describe: ({ ets, cycles }) => {
    const { name, ...details } = etsMethod.describe(ets)
    const lengths = cycles.map((cycle) => cycle.length).join(', ')
    return { ...details, name: `STL(${lengths}) + ${name}`, season: 'additive' }
  },
}

function seasonAt(cycles: StlEtsFit['cycles'], h: number): number {
  return cycles.reduce((sum, cycle) => sum + (cycle[h % cycle.length] as number), 0)
}

function smoothed(
  adjusted: readonly number[],
  earlier: EtsModel | undefined,
): EtsModel | undefined {
  if (earlier === undefined) return isConstant(adjusted) ? undefined : autoEts(adjusted, 1)
  return fitEts(adjusted, 1, earlier.form, { from: earlier, maxIterations: REFIT_ITERATIONS })
}

function isConstant(values: readonly number[]): boolean {
  return values.every((value) => value === values[0])
}
