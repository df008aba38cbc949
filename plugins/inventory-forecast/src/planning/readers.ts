import type { Context } from '@signalbox/sdk'
import { formatDay } from '../calendar/civil-day.ts'
import { addPeriods, periodStart } from '../calendar/period.ts'
import { periodsOf } from '../demand/demand-series.ts'
import type { SeriesKey } from '../demand/demand-store.ts'
import { periodRules } from '../demand/period-rules.ts'
import { demandFromOf, type PlanningConfig } from '../demand/settings.ts'
import { quantileCurve } from '../intervals/quantile-curve.ts'
import { normalQuantile } from '../inventory/normal.ts'
import { usualSettings } from '../items/item-settings.ts'
import type { ComingPeriod } from './plan-series.ts'
import { readDays } from './planning-store.ts'
import { requireForecast, seriesView } from './series-view.ts'
import { promotionFactor, wantedDemand } from './wanted-demand.ts'

/** The demand of a series by its periods, as it came and as forecasts see it. */
export async function demand(
  { sku, location, limit = 104 }: SeriesKey & { readonly limit?: number },
  ctx: Context,
) {
  const { state, now } = await seriesView(ctx, { sku, location })
  const period = state.settings?.period ?? usualSettings.period
  const start = periodStart(now.today, period)
  const from = addPeriods(start, period, -periodRules[period].longestHistory)
  const days = await readDays(ctx, { sku, location }, from)
  const { periods, unmatchedReturns } = periodsOf(
    days,
    period,
    demandFromOf(ctx.config as PlanningConfig),
    now.today,
  )
  const { history, notes } = wantedDemand(periods, state.promotions, periodRules[period].frequency)
  const rows = periods.map(({ start, days: length, demand: quantity, daysOut }, t) => ({
    ...{ start: formatDay(start), demand: quantity, cleaned: history[t] ?? quantity, daysOut },
    promotionFactor: promotionFactor(state.promotions, start, length),
  }))
  return {
    ...{ sku, location, unit: state.unit, period, unmatchedReturns, notes },
    isChanged: state.dirtyFrom !== undefined,
    periods: rows.slice(-limit),
  }
}

interface ForecastWish extends SeriesKey {
  readonly horizon?: number
  readonly quantiles?: readonly number[]
}

/** What is forecast, beside what planners made of it. */
export async function forecast({ sku, location, horizon, quantiles }: ForecastWish, ctx: Context) {
  const view = await seriesView(ctx, { sku, location })
  const { forecast: made, coming } = requireForecast(view)
  const { run, period, method, description, accuracy, historyEnd } = made
  return {
    ...{ sku, location, unit: view.state.unit, period, run, method, description, accuracy },
    historyEnd: formatDay(historyEnd - 1),
    periods: coming
      .slice(0, horizon ?? coming.length)
      .map(({ start, days, statistical, planned, override, quantiles: all }) => ({
        ...{ start: formatDay(start), days, statistical, planned },
        quantiles: quantiles?.map((p) => ({ p, value: valueAt(all, p) })) ?? all,
        band: {
          ...{ low90: valueAt(all, 0.05), low80: valueAt(all, 0.1) },
          ...{ high80: valueAt(all, 0.9), high90: valueAt(all, 0.95) },
        },
        ...(override === undefined ? {} : { override }),
      })),
  }
}

/** A quantile that is kept, or the place between or beyond them. */
function valueAt(kept: ComingPeriod['quantiles'], p: number): number {
  const found = kept.find((one) => one.p === p)
  return found?.value ?? Math.max(quantileCurve(kept).valueAt(normalQuantile(p)), 0)
}

/** The policy over forecast and stock as they are now; where a number is missing, why. */
export async function reorder({ sku, location }: SeriesKey, ctx: Context) {
  const { state, look, now } = await seriesView(ctx, { sku, location })
  const { figures, leadTime, why } = look
  const { onHand, unusable, onOrder, approved, nextReceipt } = state.stock
  const base = {
    ...{ sku, location, unit: state.unit, at: now.instant, why },
    ...{ unusable, onOrder: onOrder + approved },
    ...(onHand === undefined ? {} : { onHand }),
    ...(nextReceipt === undefined ? {} : { nextReceipt: formatDay(nextReceipt) }),
    ...(leadTime === undefined
      ? {}
      : { leadTimeDays: leadTime.days, leadTimeDeviation: leadTime.deviation }),
    ...(state.settings === undefined
      ? {}
      : {
          policy: state.settings.policy,
          serviceType: state.settings.serviceType,
          serviceLevel: state.settings.serviceLevel,
        }),
  }
  if (figures === undefined) return base
  const { suggestion, stockoutOn, coverDays, why: _why, isAtRisk, isBelow, ...numbers } = figures
  return {
    ...base,
    ...numbers,
    ...{ isBelowReorderPoint: isBelow, isAtRisk },
    ...(stockoutOn === undefined ? {} : { stockoutOn: formatDay(stockoutOn) }),
    ...(coverDays === undefined ? {} : { coverDays }),
    ...(suggestion === undefined
      ? {}
      : {
          suggestion: {
            quantity: suggestion.quantity,
            orderBy: formatDay(suggestion.orderBy),
            neededBy: formatDay(suggestion.neededOn),
          },
        }),
  }
}

export type ExplainWhat = 'forecast' | 'changes' | 'reorder'

/** Why a number is what it is: sentences by code with their values, and the parts that a forecast is made of. */
export async function explain(
  { sku, location, what }: SeriesKey & { readonly what: ExplainWhat },
  ctx: Context,
) {
  const view = await seriesView(ctx, { sku, location })
  const base = { sku, location, what, unit: view.state.unit }
  if (what === 'reorder') return { ...base, reasons: view.look.why }
  const { forecast: made, coming } = requireForecast(view)
  const told = { ...base, run: made.run, method: made.method, description: made.description }
  if (what === 'changes') return { ...told, reasons: made.changes }
  return {
    ...told,
    reasons: made.notes,
    models: made.models,
    accuracy: made.accuracy,
    components: coming.map(({ start, baseline, statistical, planned }) => ({
      ...{ start: formatDay(start), baseline },
      ...{ promotion: statistical - baseline, override: planned - statistical, planned },
    })),
  }
}
