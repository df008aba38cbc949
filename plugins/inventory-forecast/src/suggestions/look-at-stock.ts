import type { Context } from '@signalbox/sdk'
import type { SeriesKey } from '../demand/demand-store.ts'
import { nowOf } from '../planning/clock.ts'
import { comingOf } from '../planning/plan-series.ts'
import { approvedSince, readSeries } from '../planning/planning-store.ts'
import { toldTransaction } from '../planning/told-transaction.ts'
import { alarmEvents, alarmsOf, stockLook, stockSummary } from './stock-look.ts'
import { suggestionChange } from './suggestions-store.ts'

/**
 * Looks at the stock of one series as it is now, by the forecast that holds: alarms and the suggestion are brought up to date at
 * once, without waiting for a run. Twice is as once.
 */
export async function lookAtStock(ctx: Context, key: SeriesKey): Promise<void> {
  const now = nowOf(ctx)
  const state = await readSeries(ctx, key, { ...now, monthAgo: approvedSince(now.today) })
  const forecast = state?.forecast
  if (state === undefined || forecast === undefined) return
  const look = stockLook(state, comingOf(forecast, state.promotions, state.overrides), now.today)
  const hash = (text: string) => ctx.hash('SHA-256', text)
  const change = suggestionChange({ tenant: ctx.tenant, key, state, look, now, hash })
  const telling = { key, state, look, told: forecast.told, now, hash }
  const events = alarmEvents(
    change.made === undefined ? telling : { ...telling, suggestion: change.made },
  )
  const alarms = alarmsOf(look)
  const summary = JSON.stringify(stockSummary(state, look))
  await toldTransaction(
    ctx,
    [
      {
        sql: `update forecasts set stock = $3::jsonb, risk = $4, is_below = $5, is_at_risk = $6, is_excess = $7 where sku = $1 and location = $2`,
        parameters: [
          ...[key.sku, key.location, summary, look.figures?.stockoutProbability ?? 0],
          ...[alarms.isBelow, alarms.isAtRisk, alarms.isExcess],
        ],
      },
      ...change.statements,
    ],
    events,
  )
}
