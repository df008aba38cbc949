import { classifyDemand } from '../classification/demand-class.ts'
import type { DayNumber } from '../demand/calendar-days.ts'
import type { PeriodKind } from '../demand/periods.ts'
import {
  type DistributionFit,
  distributionOf,
  type ForecastDistribution,
  fitDistribution,
  updateFit,
} from '../forecast/forecast-distribution.ts'
import { demandDistribution } from '../intermittent/demand-distribution.ts'
import { coarser, type Pmf } from '../intermittent/pmf.ts'
import { normalQuantile } from '../inventory/normal.ts'
import { type Reason, reason } from './reasons.ts'

/** What planning asks of the engine; this file is all of the engine that it knows. */
export interface ItemHistory {
  /** With stock and without promotions, oldest first. */
  readonly history: readonly number[]
  readonly frequency: number
  readonly horizon: number
  readonly periodsPerYear: number
  /** The Chinese calendar: what a period is, and the first day of the history. */
  readonly calendar?: { readonly period: PeriodKind; readonly start: DayNumber }
  /** The fit of an earlier call, which has not seen the last `added` periods: its weights are kept, its states move on. */
  readonly earlier?: { readonly fit: string; readonly added: number }
}

export interface ItemAccuracy {
  readonly mase: number | null
  readonly mae: number | null
  readonly bias: number | null
}

export interface ItemForecast {
  /** Mean demand of each coming period, never below 0. */
  readonly mean: readonly number[]
  /** Standard deviation of each period's demand about its mean. */
  readonly sigma: readonly number[]
  readonly quantiles: readonly { readonly p: number; readonly values: readonly number[] }[]
  /** Demand of one period of a slow mover, by count: what its stock is made of instead of a normal distribution. */
  readonly pmf?: Pmf
  readonly method: string
  readonly description: string
  /** Of the back-test. */
  readonly accuracy: ItemAccuracy
  readonly models: ForecastDistribution['models']
  readonly notes: readonly Reason[]
  /** For a later call; empty where there is nothing to go on from. */
  readonly fit: string
  readonly isRefitted: boolean
}

/** Quantiles that are kept of each period. */
export const QUANTILE_LEVELS = [0.05, 0.1, 0.5, 0.9, 0.95] as const

/** Fewer points leave nothing to tell a level from noise. */
const SHORTEST_HISTORY = 4
/** Finer than a stock of slow movers is decided by. */
const MOST_KEPT_POINTS = 512
const NOTHING = ''
const untested: ItemAccuracy = { mase: null, mae: null, bias: null }

/** One series' forecast: the same history and fit give the same answer. */
export function forecastItem(input: ItemHistory): ItemForecast {
  const { history, horizon } = input
  if (history.length < SHORTEST_HISTORY) return fromMean(history, horizon)
  const { class: kind } = classifyDemand(history)
  if (kind === 'smooth' || kind === 'erratic') return fromMethods(input)
  return fromCounts(input)
}

/** Demand that comes in most periods: methods chosen by rolling-origin back-test, or one more point of the kept fit. */
function fromMethods({
  history,
  frequency,
  horizon,
  calendar,
  earlier,
}: ItemHistory): ItemForecast {
  const request = {
    ...{ history, frequency, horizon, quantiles: QUANTILE_LEVELS, nonNegative: true },
    ...(calendar === undefined ? {} : { calendar }),
  }
  const updated = earlier === undefined ? undefined : broughtUp(earlier, history)
  const fit = updated ?? fitDistribution(request)
  const { mean, quantiles, method, description, models, accuracy, notes } = distributionOf(
    fit,
    request,
  )
  return {
    ...{ mean, quantiles, method, description, models, sigma: sigmaOf(quantiles) },
    accuracy:
      accuracy === null
        ? untested
        : { mase: accuracy.mase, mae: accuracy.mae, bias: accuracy.bias },
    notes: notes.map(({ code, message }) => ({ code, ...message, values: {} })),
    fit: JSON.stringify(fit),
    isRefitted: updated === undefined,
  }
}

/** @returns undefined where a model does not cover a value, or the text is no fit: it is fitted anew. */
function broughtUp(
  { fit: text, added }: { readonly fit: string; readonly added: number },
  history: readonly number[],
): DistributionFit | undefined {
  if (text === NOTHING) return undefined
  let fit: DistributionFit | undefined = JSON.parse(text) as DistributionFit
  for (const value of history.slice(history.length - added)) fit = fit && updateFit(fit, value)
  return fit
}

/** Half the width between the quantiles of 10 and 90 %, in standard deviations of a normal distribution. */
function sigmaOf(quantiles: ItemForecast['quantiles']): number[] {
  const [low, high] = [0.1, 0.9].map((p) => quantiles.find((one) => one.p === p)?.values ?? [])
  return (high ?? []).map((value, h) => (value - (low?.[h] ?? value)) / (2 * normalQuantile(0.9)))
}

/** Demand with empty periods between, new or dying: a distribution by count of a period, the same for all that come. */
function fromCounts({ history, horizon, periodsPerYear }: ItemHistory): ItemForecast {
  const found = demandDistribution({ history, periods: 1, periodsPerYear })
  const each = (value: number) => Array.from({ length: horizon }, () => value)
  return {
    mean: each(found.mean),
    sigma: each(Math.sqrt(found.variance)),
    quantiles: QUANTILE_LEVELS.map((p) => ({ p, values: each(found.quantile(p)) })),
    pmf: keptPmf(found.pmf),
    method: found.method,
    description: `Demand by count: ${found.method}`,
    accuracy: untested,
    models: [],
    notes: found.why.map(({ code, en, 'zh-CN': zh, numbers }) => ({
      code,
      en,
      'zh-CN': zh,
      values: numbers,
    })),
    fit: NOTHING,
    isRefitted: true,
  }
}

/** As it is stored: a long tail on a coarser grid, probabilities to eight digits, so that a row stays some kilobytes. */
function keptPmf(pmf: Pmf): Pmf {
  const times = Math.ceil(pmf.probabilities.length / MOST_KEPT_POINTS)
  const { step, probabilities } = times > 1 ? coarser(pmf, times) : pmf
  return { step, probabilities: probabilities.map((p) => Number(p.toPrecision(8))) }
}

/** Too short for a model: the mean of what is there, and a spread as wide as the mean (a variation of 1). */
function fromMean(history: readonly number[], horizon: number): ItemForecast {
  const value = history.reduce((sum, one) => sum + one / history.length, 0)
  const mean = Array.from({ length: horizon }, () => value)
  return {
    ...distributed(mean, mean),
    method: 'mean',
    description: 'Mean of a short history',
    accuracy: untested,
    models: [],
    notes:
      history.length === 0
        ? [reason('HISTORY_EMPTY')]
        : [reason('HISTORY_SHORT', { periods: history.length })],
    fit: NOTHING,
    isRefitted: true,
  }
}

/** Demand of each period as normal about its mean, and nothing below 0. */
export function distributed(mean: readonly number[], sigma: readonly number[]) {
  const positive = mean.map((value) => Math.max(value, 0))
  const quantiles = QUANTILE_LEVELS.map((p) => {
    const z = normalQuantile(p)
    return { p, values: positive.map((value, h) => Math.max(value + z * (sigma[h] ?? 0), 0)) }
  })
  return { mean: positive, sigma, quantiles }
}
