import { Refusal } from '@signalbox/sdk'
import { type Pmf, pmfOf } from '../intermittent/pmf.ts'
import { quantileCurve } from '../intervals/quantile-curve.ts'
import { normalUpperTail } from './normal.ts'

/** Forecast quantiles of each coming period, as `forecast` gives them. */
export interface QuantileForecast {
  readonly quantiles: readonly { readonly p: number; readonly values: readonly number[] }[]
  /** Share of the first period that is over: demand is that of what is left of it. */
  readonly elapsed?: number
}

/** Beyond the outermost quantile the tail goes on for so many deviations. */
const REACH = 8

/** The distribution of one period from its quantiles. What lies below 0 counts as 0. */
export function quantilePmf({ quantiles }: QuantileForecast, period: number, step: number): Pmf {
  const known = quantiles
    .map(({ p, values }) => ({ p, value: (values[period] as number) / step }))
    .sort((a, b) => a.p - b.p)
  const rises = known.every(({ value, p }, i) => {
    const before = known[i - 1]
    return before === undefined || (value >= before.value && p > before.p)
  })
  if (known.length < 2 || !rises) {
    throw new Refusal(
      'FORECAST_INCOMPLETE',
      'A forecast needs two or more different quantile levels, and quantiles that rise with them.',
    )
  }
  const curve = quantileCurve(known)
  const last = Math.max(0, Math.ceil(curve.reach(REACH)))
  const upper = (x: number): number => normalUpperTail(curve.scoreAt(x))
  return pmfOf(
    step,
    Array.from({ length: last + 1 }, (_, i) =>
      Math.max(0, (i === 0 ? 1 : upper(i - 0.5)) - upper(i + 0.5)),
    ),
  )
}
