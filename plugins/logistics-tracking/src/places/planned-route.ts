import { metresBetween, metresToLine } from './metres.ts'
import type { Point } from './point-in-polygon.ts'
import type { Position } from './visits.ts'

/** The way that a shipment is to take, in WGS 84. */
export interface PlannedRoute {
  readonly line: readonly Point[]
  readonly toleranceM: number
}

/** A single wild position of a receiver is beside others that are right: it comes within minutes of them. */
const WILD_MS = 600_000

/**
 * How far from its route something is, where that is beyond the tolerance. Pure.
 * @param newest positions, the newest first; the second tells whether the first may be a wild one
 */
export function offRoute(
  { line, toleranceM }: PlannedRoute,
  newest: readonly Position[],
): number | undefined {
  const [last, before] = newest
  if (last === undefined) return undefined
  const metres = metresToLine([last.longitude, last.latitude], line)
  if (metres <= toleranceM) return undefined
  if (before === undefined || last.at - before.at > WILD_MS) return metres
  return metresToLine([before.longitude, before.latitude], line) > toleranceM ? metres : undefined
}

export function lengthOf(line: readonly Point[]): number {
  let metres = 0
  for (const [i, point] of line.entries()) {
    const before = line[i - 1]
    if (before !== undefined) metres += metresBetween(before, point)
  }
  return metres
}
