import { Refusal } from '@signalbox/sdk'
import {
  type DemandDistributionInput,
  demandDistribution,
} from '../intermittent/demand-distribution.ts'
import { gridStep } from '../intermittent/demand-grid.ts'
import type { DemandMethod } from '../intermittent/demand-models.ts'
import { normalPmf } from '../intermittent/normal-pmf.ts'
import { partOf } from '../intermittent/part-of-period.ts'
import { convolve, meanOf, mixture, nothing, type Pmf } from '../intermittent/pmf.ts'
import type { Reason } from '../reasons/reason.ts'
import type { LeadTimePoint } from './lead-time.ts'
import { negativeBinomialPmf } from './negative-binomial.ts'
import { type QuantileForecast, quantilePmf } from './quantile-pmf.ts'

/** Where demand comes from: past periods, its two moments, or the forecast quantiles of coming periods. */
export type DemandSource =
  | {
      readonly kind: 'history'
      readonly history: readonly (number | null)[]
      readonly periodsPerYear?: number
      readonly method?: DemandMethod | 'auto'
    }
  | {
      readonly kind: 'moments'
      /** Units a period. */
      readonly mean: number
      readonly sd: number
      /** Normal for a mover of many, negative binomial (Poisson where the variance is no more than the mean) for counts. */
      readonly distribution?: 'normal' | 'count'
    }
  | ({ readonly kind: 'forecast' } & QuantileForecast)

/** Demand over any number of coming periods, all on one grid. */
export interface DemandAhead {
  readonly step: number
  readonly over: (periods: number) => Pmf
  /** Demand of one coming period, counted from 0; for all but a forecast each is as the first. */
  readonly each: (period: number) => Pmf
  /** Mean demand of a period, over all that are forecast. */
  readonly meanPerPeriod: number
  readonly why: readonly Reason[]
  readonly probabilityOfObsolescence?: number
}

/**
 * @param longest the most periods that will be asked about: it decides the grid.
 * @param level the probability at which methods of a history are compared.
 */
export function demandAhead(source: DemandSource, longest: number, level: number): DemandAhead {
  if (source.kind === 'forecast') return fromForecast(source, longest)
  const ahead =
    source.kind === 'history' ? fromHistory(source, longest, level) : fromMoments(source, longest)
  const known = new Map<number, Pmf>()
  const over = (periods: number): Pmf => {
    const pmf = known.get(periods) ?? (periods === 0 ? nothing(ahead.step) : ahead.over(periods))
    known.set(periods, pmf)
    return pmf
  }
  return { ...ahead, over, each: () => over(1), meanPerPeriod: meanOf(over(1)) }
}

type AlikePeriods = Omit<DemandAhead, 'each' | 'meanPerPeriod'>

/** Demand over a time that itself varies. */
export function demandOver(ahead: DemandAhead, points: readonly LeadTimePoint[]): Pmf {
  return mixture(points.map(({ periods, weight }) => ({ weight, pmf: ahead.over(periods) })))
}

function fromHistory(
  source: Extract<DemandSource, { kind: 'history' }>,
  longest: number,
  level: number,
): AlikePeriods {
  const { history, periodsPerYear, method } = source
  const input: DemandDistributionInput = {
    history,
    periods: longest,
    level,
    ...(periodsPerYear === undefined ? {} : { periodsPerYear }),
    ...(method === undefined ? {} : { method }),
  }
  const whole = demandDistribution(input)
  const { step } = whole.pmf
  const chosen = whole.method
  const over = (periods: number): Pmf =>
    chosen === 'no-demand'
      ? nothing(step)
      : demandDistribution({ ...input, method: chosen, periods, step }).pmf
  return { step, over, why: whole.why, probabilityOfObsolescence: whole.probabilityOfObsolescence }
}

function fromMoments(
  source: Extract<DemandSource, { kind: 'moments' }>,
  longest: number,
): AlikePeriods {
  const { mean, sd, distribution = 'normal' } = source
  const largest = mean * longest + 8 * sd * Math.sqrt(longest)
  const isCount = distribution === 'count'
  // A half tells the grid that these are no counts; of counts every piece counts while there are few enough.
  const step = gridStep(isCount ? [Math.ceil(largest)] : [0.5, Math.max(largest, 0.5)], 1)
  const over = (periods: number): Pmf =>
    isCount && step === 1
      ? negativeBinomialPmf(mean * periods, sd ** 2 * periods)
      : normalPmf((mean * periods) / step, (sd * Math.sqrt(periods)) / step, step)
  return { step, over, why: [] }
}

/** Periods of a forecast are summed as independent; past its end its last period goes on. */
function fromForecast(source: QuantileForecast, longest: number): DemandAhead {
  const last = source.quantiles[0]?.values.length ?? 0
  if (last === 0 || source.quantiles.some(({ values }) => values.length !== last)) {
    throw new Refusal(
      'FORECAST_INCOMPLETE',
      'Every quantile of a forecast needs a value for each of the same periods.',
    )
  }
  const largest = Math.max(...source.quantiles.flatMap(({ values }) => values), 0)
  const step = gridStep([Math.floor(largest) + 0.5], longest)
  const { elapsed = 0 } = source
  const periods: Pmf[] = []
  const each = (t: number): Pmf => {
    const at = Math.min(t, last - 1)
    periods[at] ??= quantilePmf(source, at, step)
    return periods[at]
  }
  // Sums from now to the end of each period: what one question has summed, the next goes on from.
  const sums: Pmf[] = []
  const throughPeriod = (t: number): Pmf => {
    for (let at = sums.length; at <= t; at++) {
      const before = sums[at - 1]
      sums.push(before === undefined ? partOf(each(0), 1 - elapsed) : convolve(before, each(at)))
    }
    return sums[t] as Pmf
  }
  const over = (length: number): Pmf => {
    const end = elapsed + length
    const whole = Math.floor(end)
    if (whole === 0) return partOf(each(0), length)
    return convolve(throughPeriod(whole - 1), partOf(each(whole), end - whole))
  }
  const means = Array.from({ length: last }, (_, t) => meanOf(each(t)))
  const meanPerPeriod = means.reduce((sum, mean) => sum + mean / last, 0)
  return { step, over, each, meanPerPeriod, why: [] }
}
