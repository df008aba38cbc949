import type { PeriodKind } from '../demand/period-rules.ts'

/** When and how much is ordered: (s,Q), (s,S) and (R,S) of Silver, Pyke and Thomas 2017, §6.3. */
export type PolicyKind = 'reorder-point' | 'min-max' | 'periodic'

/** How an item is planned at a location; quantities in `unit`, costs in one currency of the tenant's own. */
export interface ItemSettings {
  readonly unit: string
  readonly period: PeriodKind
  readonly policy: PolicyKind
  /** cycle: the probability that a replenishment cycle sees no stock-out; fill-rate: the share of demand filled from the shelf. */
  readonly serviceType: 'cycle' | 'fill-rate'
  readonly serviceLevel: number
  readonly supplier?: string
  readonly leadTimeDays?: number
  readonly leadTimeSdDays?: number
  /** Days between looks at the stock. */
  readonly reviewDays: number
  readonly minimumOrder?: number
  readonly packSize?: number
  readonly unitCost?: number
  readonly orderCost?: number
  readonly holdingCostPerUnitYear?: number
  readonly shelfLifeDays?: number
}

/** A service level of 0.95 is usual; weeks are what most suppliers are ordered of by. */
export const usualSettings = {
  period: 'week',
  policy: 'reorder-point',
  serviceType: 'cycle',
  serviceLevel: 0.95,
  reviewDays: 1,
} as const satisfies Partial<ItemSettings>

export function settingsOf(
  given: Partial<ItemSettings> & Pick<ItemSettings, 'unit'>,
): ItemSettings {
  return { ...usualSettings, ...given }
}
