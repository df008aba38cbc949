import type { DemandFrom } from './demand-series.ts'

/** The tenant's settings of planning; absent ones have the values below. */
export interface PlanningConfig {
  readonly utcOffsetMinutes?: number
  readonly demandFrom?: DemandFrom
  readonly defaultLocation?: string
  /** `cn`: Chinese workdays, make-up days and Spring Festival are looked for in every series. */
  readonly calendar?: 'cn' | 'none'
}

/** Calendar days begin at midnight of UTC+8, the one civil time of China, unless the tenant says otherwise. */
const DEFAULT_OFFSET_MINUTES = 480

export function offsetOf({ utcOffsetMinutes = DEFAULT_OFFSET_MINUTES }: PlanningConfig): number {
  return utcOffsetMinutes
}

export function demandFromOf({ demandFrom = 'issues' }: PlanningConfig): DemandFrom {
  return demandFrom
}

export function hasChineseCalendar({ calendar = 'cn' }: PlanningConfig): boolean {
  return calendar === 'cn'
}
