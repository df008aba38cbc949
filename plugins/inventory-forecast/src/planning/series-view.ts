import { type Context, Refusal } from '@signalbox/sdk'
import type { SeriesKey } from '../demand/demand-store.ts'
import { type StockLook, stockLook } from '../suggestions/stock-look.ts'
import { type Now, nowOf } from './clock.ts'
import { type ComingPeriod, comingOf } from './plan-series.ts'
import { approvedSince, readSeries, type SeriesState } from './planning-store.ts'
import type { ForecastRow } from './stored-forecast.ts'

/** One series as a reader sees it now: its forecast with promotions and planners, and a look at its stock. */
export interface SeriesView {
  readonly now: Now
  readonly state: SeriesState
  readonly coming?: readonly ComingPeriod[]
  readonly look: StockLook
}

/** @throws SERIES_UNKNOWN */
export async function seriesView(ctx: Context, { sku, location }: SeriesKey): Promise<SeriesView> {
  const now = nowOf(ctx)
  const state = await readSeries(
    ctx,
    { sku, location },
    { ...now, monthAgo: approvedSince(now.today) },
  )
  if (state === undefined) {
    throw new Refusal(
      'SERIES_UNKNOWN',
      `Nothing is known of ${sku} at ${location}: send its movements, load its history, or define the item.`,
    )
  }
  const { forecast, promotions, overrides } = state
  const coming = forecast && comingOf(forecast, promotions, overrides)
  const look = stockLook(state, coming, now.today)
  return coming === undefined ? { now, state, look } : { now, state, coming, look }
}

/** @throws FORECAST_MISSING */
export function requireForecast({ state, coming }: SeriesView): {
  readonly forecast: ForecastRow
  readonly coming: readonly ComingPeriod[]
} {
  if (state.forecast !== undefined && coming !== undefined)
    return { forecast: state.forecast, coming }
  throw new Refusal(
    'FORECAST_MISSING',
    'No run has forecast this series yet: start one, or wait for the night.',
  )
}
