import type { ItemSettings } from '../items/item-settings.ts'
import type { LeadTime } from './reorder-decision.ts'

/** Fewer receipts say less than a planner's setting. */
const LEAST_RECEIPTS = 3

/**
 * Mean and standard deviation of what was observed from purchase order to first receipt; the item's setting where that is too
 * little. @returns undefined where neither is known.
 */
export function leadTimeOf(
  observedDays: readonly number[],
  { leadTimeDays, leadTimeSdDays }: Partial<ItemSettings>,
): LeadTime | undefined {
  const n = observedDays.length
  if (n >= LEAST_RECEIPTS || (n > 0 && leadTimeDays === undefined)) {
    const days = observedDays.reduce((sum, value) => sum + value, 0) / n
    const squares = observedDays.reduce((sum, value) => sum + (value - days) ** 2, 0)
    return { days, deviation: n > 1 ? Math.sqrt(squares / (n - 1)) : 0, receipts: n }
  }
  if (leadTimeDays === undefined) return undefined
  return { days: leadTimeDays, deviation: leadTimeSdDays ?? 0, receipts: 0 }
}
