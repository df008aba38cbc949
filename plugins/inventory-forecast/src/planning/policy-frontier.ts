import { type Context, Refusal } from '@signalbox/sdk'
import type { SeriesKey } from '../demand/demand-store.ts'
import { periodRules } from '../demand/period-rules.ts'
import { costServiceFrontier, pause } from '../simulation/simulate-policy.ts'
import { demandFrom, policyOfItem } from '../suggestions/policy-of-item.ts'
import { requireForecast, seriesView } from './series-view.ts'

const USUAL_LEVELS = [0.8, 0.9, 0.95, 0.98, 0.99]
/** Two years of weeks; a fill rate is then known to about a hundredth. */
const PERIODS = 104
const PATHS = 200

/** What each service level of an item would cost and give, by its policy over its forecast. */
export async function policyFrontier(
  { sku, location, levels = USUAL_LEVELS }: SeriesKey & { readonly levels?: readonly number[] },
  ctx: Context,
) {
  const view = await seriesView(ctx, { sku, location })
  const { coming, forecast } = requireForecast(view)
  const { state, look, now } = view
  if (state.settings === undefined) {
    throw new Refusal(
      'ITEM_UNDEFINED',
      `Define ${sku} at ${location} first: its policy is not known.`,
    )
  }
  if (look.leadTime === undefined) {
    throw new Refusal('LEAD_TIME_UNKNOWN', 'Set leadTimeDays of the item, or let receipts show it.')
  }
  const { period, orderCost = 0, holdingCostPerUnitYear = 0 } = state.settings
  const demand = demandFrom(now.today, coming, forecast.counts)
  const stock = { ...state.stock, onHand: state.stock.onHand ?? 0 }
  const { position: _position, ...policy } = policyOfItem(
    ...([state.settings, demand, look.leadTime, stock] as const),
  )
  const points = await costServiceFrontier(policy, levels, {
    ...{ periods: PERIODS, paths: PATHS, unmet: 'backorder', pause },
    seed: Math.floor(ctx.random() * 2 ** 32),
    costs: {
      order: orderCost,
      holdingPerUnitPeriod: holdingCostPerUnitYear / periodRules[period].perYear,
    },
  })
  return {
    ...{ sku, location, unit: state.unit, period },
    points: points
      .map(({ fillRate, cycleService, averageStock, orders, cost, ...point }) => ({
        ...point,
        ...{ fillRate: fillRate.mean, cycleService: cycleService.mean },
        ...{ averageStock: averageStock.mean, orders: orders.mean, cost: cost.mean },
      }))
      .map(({ paths: _paths, periods: _periods, ...point }) => point),
  }
}
