import type { Day } from '../calendar/civil-day.ts'

/** What a planner said of periods, instead of (`value`) or on top of (`factor`) what was forecast. */
export interface OverrideSpan {
  readonly id: string
  readonly starts: Day
  /** The last day. */
  readonly ends: Day
  readonly kind: 'value' | 'factor'
  readonly value: number
  readonly madeAtMs: number
}

export interface PlannedPeriod {
  readonly planned: number
  readonly override?: string
}

/**
 * Each period that begins within an override is the planner's; of several the newest. One that is expired or withdrawn is not
 * among them.
 */
export function applyOverrides(
  overrides: readonly OverrideSpan[],
  start: Day,
  statistical: number,
): PlannedPeriod {
  const newest = overrides
    .filter(({ starts, ends }) => start >= starts && start <= ends)
    .sort((a, b) => a.madeAtMs - b.madeAtMs || (a.id < b.id ? -1 : 1))
    .at(-1)
  if (newest === undefined) return { planned: statistical }
  const planned = newest.kind === 'value' ? newest.value : statistical * newest.value
  return { planned: Math.max(planned, 0), override: newest.id }
}
