import type { DispatchSeason } from './dispatch-season.ts'

/** Where the clock of a passage starts: when the goods left, or at a scan on the way. */
export type Milestone = 'dispatched' | 'arrived-at-hub' | 'customs' | 'out-for-delivery'

/** How long goods took to be delivered from a milestone on. */
export interface Passage {
  readonly carrier: string
  readonly lane: string
  readonly milestone: Milestone
  readonly season: DispatchSeason
  /** When it was at the milestone, milliseconds since the epoch. */
  readonly atMs: number
  /** To the delivery. */
  readonly hours: number
}

/** Below it the clock of a scanner decides, not the way. */
const LEAST_HOURS = 0.1

/** Times on the way are skewed to the right and errors are by proportion: the model lives in logarithms of hours. */
export const logHours = (hours: number) => Math.log(Math.max(hours, LEAST_HOURS))
