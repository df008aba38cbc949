import type { Arm } from '../cohorts/cohort.ts'
import type { BusinessMetric } from './analysis-plan.ts'
import {
  addEvents,
  fewer,
  logEvidence,
  mergeTallies,
  more,
  type Tally,
  tallyFor,
  tolerating,
} from './attribution.ts'

/**
 * Events of business by metric. While both versions are as good, an event's request was the canary's with the
 * probability it had of being drawn, whatever there is to do at this hour; a version that loses orders draws fewer
 * of them. See attribution.ts: only the odds are turned round.
 */
export type BusinessTallies = Readonly<Record<string, Tally>>

export const noBusiness: BusinessTallies = Object.freeze({})

const familyOf = ({ direction, tolerance }: BusinessMetric) =>
  tolerating(direction === 'increase' ? more : fewer, tolerance)

/** @param probability that the request was the canary's, fixed when it was drawn */
export function addBusinessEvent(
  tallies: BusinessTallies,
  metric: BusinessMetric,
  arm: Arm,
  probability: number,
): BusinessTallies {
  const family = familyOf(metric)
  const before = businessTally(tallies, metric.name) ?? tallyFor(family)
  const events = { canary: arm === 'canary' ? 1 : 0, stable: arm === 'stable' ? 1 : 0 }
  return { ...tallies, [metric.name]: addEvents(before, probability, events, family) }
}

export function mergeBusiness(left: BusinessTallies, right: BusinessTallies): BusinessTallies {
  const merged = new Map(Object.entries(left))
  for (const [name, tally] of Object.entries(right)) {
    const before = merged.get(name)
    merged.set(name, before === undefined ? tally : mergeTallies(before, tally))
  }
  return Object.fromEntries(merged)
}

/** Of a metric without an event, undefined: also of one whose name every object knows, such as `constructor`. */
export function businessTally(tallies: BusinessTallies, name: string): Tally | undefined {
  return Object.hasOwn(tallies, name) ? tallies[name] : undefined
}

/** The logarithm of the e-value of one metric; of one without an event, 0. */
export function logBusinessEvidence(tallies: BusinessTallies, metric: BusinessMetric): number {
  const tally = businessTally(tallies, metric.name)
  return tally === undefined ? 0 : logEvidence(tally, familyOf(metric))
}
