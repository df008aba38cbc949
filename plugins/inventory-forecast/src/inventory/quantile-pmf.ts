import { Refusal } from '@signalbox/sdk'
import { type Pmf, pmfOf } from '../intermittent/pmf.ts'
import { normalQuantile, normalUpperTail } from './normal.ts'

/** Forecast quantiles of each coming period, as `forecastDistribution` gives them. */
export interface QuantileForecast {
  readonly quantiles: readonly { readonly p: number; readonly values: readonly number[] }[]
}

/** Beyond the outermost quantile the tail goes on as a normal one for so many deviations. */
const REACH = 8

/**
 * The distribution of one period from its quantiles: straight lines through them on normal probability paper, the
 * outermost line going on. What lies below 0 counts as 0.
 */
export function quantilePmf({ quantiles }: QuantileForecast, period: number, step: number): Pmf {
  const knots = quantiles
    .map(({ p, values }) => ({ z: normalQuantile(p), x: (values[period] as number) / step }))
    .sort((a, b) => a.z - b.z)
  const spread =
    ((knots.at(-1)?.x ?? 0) - (knots[0]?.x ?? 0)) / ((knots.at(-1)?.z ?? 0) - (knots[0]?.z ?? 0))
  if (knots.length < 2 || !(spread >= 0)) {
    throw new Refusal(
      'FORECAST_INCOMPLETE',
      'A forecast needs two or more different quantile levels, and quantiles that rise with them.',
    )
  }
  const zAt = scoreOf(knots)
  const last = Math.max(0, Math.ceil((knots.at(-1)?.x ?? 0) + REACH * spread))
  const upper = (x: number): number => normalUpperTail(zAt(x))
  return pmfOf(
    step,
    Array.from({ length: last + 1 }, (_, i) =>
      Math.max(0, (i === 0 ? 1 : upper(i - 0.5)) - upper(i + 0.5)),
    ),
  )
}

function scoreOf(knots: readonly { readonly z: number; readonly x: number }[]) {
  return (x: number): number => {
    const right = knots.findIndex((knot) => knot.x >= x)
    const at = right === -1 ? knots.length - 1 : Math.max(1, right)
    const a = knots[at - 1] as (typeof knots)[number]
    const b = knots[at] as (typeof knots)[number]
    // A step of the distribution: everything is on one side of it.
    if (b.x === a.x) return x < a.x ? -REACH : REACH
    return a.z + ((x - a.x) * (b.z - a.z)) / (b.x - a.x)
  }
}
