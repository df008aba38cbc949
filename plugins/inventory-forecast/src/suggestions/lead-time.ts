import type { ItemSettings } from '../items/item-settings.ts'
import type { LeadTime } from './stock-figures.ts'

/** Fewer say less than a planner's setting. */
const LEAST_OBSERVED = 3

export interface ObservedLeadTimes {
  /** From purchase order to first receipt, days. */
  readonly receipts: readonly number[]
  /** From dispatch to delivery, days, as transports told: what lies between order and dispatch is not in them. */
  readonly transports: readonly number[]
}

/**
 * Mean and standard deviation of what was observed from purchase order to first receipt; the item's setting where that is
 * too little, of which transports that took longer raise the mean and tell the spread.
 * @returns undefined where nothing is known.
 */
export function leadTimeOf(
  { receipts, transports }: ObservedLeadTimes,
  { leadTimeDays, leadTimeSdDays }: Partial<ItemSettings>,
): LeadTime | undefined {
  if (receipts.length >= LEAST_OBSERVED || (receipts.length > 0 && leadTimeDays === undefined)) {
    return { ...momentsOf(receipts), observed: receipts.length, from: 'receipts' }
  }
  const moved = transports.length >= LEAST_OBSERVED ? momentsOf(transports) : undefined
  if (leadTimeDays === undefined) {
    return moved && { ...moved, observed: transports.length, from: 'transports' }
  }
  if (moved !== undefined && moved.days > leadTimeDays) {
    return { ...moved, observed: transports.length, from: 'transports' }
  }
  const deviation = leadTimeSdDays ?? moved?.deviation ?? 0
  return { days: leadTimeDays, deviation, observed: 0, from: 'settings' }
}

function momentsOf(values: readonly number[]) {
  const n = values.length
  const days = values.reduce((sum, value) => sum + value, 0) / n
  const squares = values.reduce((sum, value) => sum + (value - days) ** 2, 0)
  return { days, deviation: n > 1 ? Math.sqrt(squares / (n - 1)) : 0 }
}
