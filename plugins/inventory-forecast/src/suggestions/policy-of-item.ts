import type { Day } from '../calendar/civil-day.ts'
import { periodRules } from '../demand/period-rules.ts'
import type { DemandSource } from '../inventory/demand-source.ts'
import type { PolicyInput, PolicyKind } from '../inventory/policy-input.ts'
import type { ItemSettings } from '../items/item-settings.ts'
import type { CountedDemand } from '../planning/counted-demand.ts'
import type { ComingPeriod } from '../planning/plan-series.ts'
import type { LeadTime, StockFigures } from './stock-figures.ts'

const policyKinds = {
  'reorder-point': 's,Q',
  'min-max': 's,S',
  periodic: 'R,S',
} as const satisfies Readonly<Record<ItemSettings['policy'], PolicyKind>>

/** Units of which there is no half. */
const pieces: readonly string[] = ['C62', 'H87', 'EA', 'PR']

/**
 * What `policy` of inventory.policy is asked for an item: its answer is the item's reorder point and order, here as there.
 * Times are in periods of the item's forecast.
 */
export function policyOfItem(
  settings: ItemSettings,
  demand: DemandSource,
  leadTime: LeadTime,
  { onHand, unusable, onOrder, approved }: StockFigures & { readonly onHand: number },
): PolicyInput {
  const { days: periodDays, perYear } = periodRules[settings.period]
  const { orderCost, holdingCostPerUnitYear, packSize, minimumOrder, shelfLifeDays } = settings
  const reviewPeriods = reviewDaysOf(settings) / periodDays
  const pack = packSize ?? (pieces.includes(settings.unit) ? 1 : undefined)
  const hasCosts = orderCost !== undefined && (holdingCostPerUnitYear ?? 0) > 0
  return {
    demand,
    leadTime: { periods: leadTime.days / periodDays, sd: leadTime.deviation / periodDays },
    policy: policyKinds[settings.policy],
    service: { type: settings.serviceType, level: settings.serviceLevel },
    constraints: {
      ...(pack === undefined ? {} : { packSize: pack }),
      ...(minimumOrder === undefined ? {} : { minimumOrder }),
    },
    position: { onHand: onHand - unusable, onOrder: onOrder + approved },
    ...(reviewPeriods === 0 ? {} : { reviewPeriods }),
    ...(hasCosts
      ? {
          costs: {
            order: orderCost,
            holdingPerUnitPeriod: (holdingCostPerUnitYear as number) / perYear,
          },
        }
      : {}),
    ...(shelfLifeDays === undefined ? {} : { shelfLifePeriods: shelfLifeDays / periodDays }),
  }
}

/** Stock is looked at with every movement; where the item is reviewed less often than by the day, only then. */
export function reviewDaysOf({ policy, reviewDays }: ItemSettings): number {
  return policy === 'periodic' || reviewDays > 1 ? reviewDays : 0
}

/**
 * Demand from today on. That of a slow mover is by count as long as neither promotion nor planner says that coming periods
 * are different; all other demand is by the quantiles of its periods, the first of which may be over in part.
 */
export function demandFrom(
  today: Day,
  coming: readonly ComingPeriod[],
  counts: CountedDemand | undefined,
): DemandSource {
  if (counts !== undefined && coming.every(({ baseline, planned }) => planned === baseline)) {
    return { kind: 'history', ...counts }
  }
  const begun = coming.filter(({ start, days }) => start + days > today)
  const periods = begun.length > 0 ? begun : coming.slice(-1)
  const [first] = periods as [ComingPeriod]
  const levels = first.quantiles.map(({ p }) => p)
  return {
    kind: 'forecast',
    quantiles: levels.map((p, i) => ({
      p,
      values: periods.map(({ quantiles }) => quantiles[i]?.value ?? 0),
    })),
    elapsed: begun.length > 0 ? Math.max(today - first.start, 0) / first.days : 0,
  }
}
