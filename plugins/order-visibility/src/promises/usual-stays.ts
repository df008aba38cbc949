import type { Stage } from '../stages/stages.ts'
import type { Duration } from './duration.ts'

/** By stage, as measured; see {@link usualOf}. */
export type UsualStays = Readonly<Partial<Record<Stage, Duration>>>

/** Fewer stays than these say less than the starting values. */
export const LEAST_STAYS = 20

/** Starting values, hours, until enough of the tenant's own stays are over. */
const startingValues: Readonly<Partial<Record<Stage, Duration>>> = {
  entered: { median: 8, p90: 36 },
  signing: { median: 24, p90: 96 },
  released: { median: 16, p90: 72 },
  sourcing: { median: 168, p90: 480 },
  'in-production': { median: 72, p90: 240 },
  inspecting: { median: 16, p90: 72 },
  ready: { median: 16, p90: 48 },
  shipped: { median: 48, p90: 120 },
}

export function usualOf(stage: Stage, measured: UsualStays): Duration {
  return measured[stage] ?? startingValues[stage] ?? { median: 0, p90: 0 }
}
