import type { WatchedSignal } from '@signalbox/sandbox'
import type { Principal } from '@signalbox/sdk'
import type { EventOrigin } from '@signalbox/sdk/host-calls/cloud-event'
import type { Reach } from '../identity/authorise.ts'
import type { InstalledVersion } from '../rollout/routing/snapshot.ts'
import type { ShadowMark } from '../rollout/shadow/shadow-mark.ts'
import type { ParentSpan } from '../tracing/trace-span.ts'
import type { CallUse } from '../usage/call-use.ts'

/** One invocation of a plugin: which version acts, for whom, since when. Host calls are judged by it. */
export interface CallScope {
  readonly version: InstalledVersion
  readonly tenant: string
  readonly principal: Principal
  readonly arm: 'stable' | 'canary'
  readonly traceId: string
  /** See ServiceCall. */
  readonly requestId: string
  /** Milliseconds since the epoch after which nobody waits any more. */
  readonly deadline: number
  /** The services that led here, outermost first, as `service@major/operation`. */
  readonly chain: readonly string[]
  /** The event that led here, where one did: what is published in turn names it. */
  readonly origin?: EventOrigin
  /** Nobody waits for it: it is run to compare answers, and may change nothing. */
  readonly shadow?: ShadowMark
  /** Where an app called this operation itself: what is metered is counted for its subscription too. */
  readonly use?: CallUse | undefined
  /** What the next part of the trace belongs to, where it is recorded. */
  readonly span?: ParentSpan | undefined
}

/** A call of a data service, from an app through the gateway or from a plugin through the broker. */
export interface ServiceCall {
  readonly tenant: string
  readonly principal: Principal
  /** What a user's roles hold, and where; of no other principal. */
  readonly permissions?: ReadonlyMap<string, Reach>
  readonly service: string
  readonly major: number
  readonly operation: string
  /** The input as JSON text; it goes to the guest as it is. */
  readonly inputJson: string
  /** The same input, parsed, for the contract. */
  readonly input: unknown
  readonly traceId: string
  /** Drawn by the host for the outermost call and handed on: one request meets one version. See cohort.ts. */
  readonly requestId: string
  readonly deadline: number
  readonly chain: readonly string[]
  /** See CallScope. */
  readonly origin?: CallScope['origin']
  /** See CallScope. */
  readonly shadow?: ShadowMark
  /** Aborted when whoever asked does not wait any more, before the deadline; see caller-left.ts. */
  readonly left?: WatchedSignal | undefined
  /** See CallScope. */
  readonly span?: ParentSpan | undefined
}

export interface ServiceAnswer {
  /** The output as JSON text, checked against the contract. */
  readonly outputJson: string
  readonly plugin: string
  readonly version: string
  readonly arm: 'stable' | 'canary'
  /** Of the try that is the answer; absent: the host's own service took nothing of a guest. */
  readonly use?: CallUse
}

export type CallService = (call: ServiceCall) => Promise<ServiceAnswer>
