import type { Arm } from '../cohorts/cohort.ts'
import type { Snapshot } from '../routing/snapshot.ts'
import type { NodeCounters } from './node-counters.ts'

interface Ports {
  readonly snapshot: () => Snapshot
  readonly countersOf: (rollout: string) => NodeCounters
}

/** An event that is durable. */
export interface BusinessEvent {
  readonly type: string
  /** Of the request that led to it, which met one version; see CohortCall. */
  readonly requestId: string
  /** Whose call published it; absent: an app sent it. */
  readonly by?: { readonly plugin: string; readonly arm: Arm }
}

/** Told of each event that a plugin published, or an app sent as a consequence of its call. */
export type CountBusinessEvent = (event: BusinessEvent) => void

/**
 * Counts events for every rollout whose plan asks for their type, whichever plugin published them: what a canary of
 * orders does wrong may be seen in what is delivered. Only on the node that drew the request, so that each is
 * counted once; an event that is published later, by the handler of another, is no part of the request any more.
 */
export function countBusinessEvents({ snapshot, countersOf }: Ports): CountBusinessEvent {
  return ({ type, requestId, by }) => {
    for (const [plugin, { id, metrics = [] }] of snapshot().rollouts) {
      const arm = by?.plugin === plugin ? by.arm : undefined
      for (const metric of metrics) {
        if (metric.event === type) countersOf(id).countBusiness(metric, requestId, arm)
      }
    }
  }
}
