/** Of a version: what share of the good calls is kept, in basis points. */
export interface Sampling {
  readonly version: string
  readonly shareBp: number
}

/** One in ten is as much as the host keeps. */
export const MOST_PERCENT = 10

/** Pure. */
export function shareOfPercent(percent: number): number {
  return Math.round(percent * 100)
}
