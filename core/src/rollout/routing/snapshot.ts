import type { CompiledOperation } from '@signalbox/sdk/compile-contract'
import type { Contract } from '@signalbox/sdk/contract'
import type { Grant } from '@signalbox/sdk/host-calls/call-rule'
import type { GcraLimit } from '@signalbox/sdk/host-calls/gcra'
import type { Manifest, RuntimeLimits } from '@signalbox/sdk/manifest'
import type { CredentialKind } from '../../catalog/credential.ts'
import type { Deprecation } from '../../catalog/deprecation.ts'
import type { OfferedEvent } from '../../catalog/offered-event.ts'
import type { SubscriptionState } from '../../catalog/subscription-states.ts'
import type { Quota } from '../../gateway/limits/quota-period.ts'
import type { TokenKey } from '../../oauth/token-key.ts'
import type { Cohort } from '../cohorts/cohort.ts'
import type { BusinessMetric } from '../judge/analysis-plan.ts'
import type { ShadowPlan } from '../shadow/shadow-plan.ts'

/** One installed version, ready to serve. */
export interface InstalledVersion {
  readonly plugin: string
  readonly version: string
  readonly manifest: Manifest
  readonly limits: RuntimeLimits
  readonly bundleSha256: string
  /** Operations by `service/operation`, with their schemas compiled at load, never on a request. */
  readonly operations: ReadonlyMap<string, CompiledOperation>
  /** What its contracts let subscribers hear; absent: nothing. */
  readonly offers?: readonly OfferedEvent[]
  /** By service, as they were installed; absent: none. */
  readonly contracts?: Readonly<Record<string, Contract>>
}

export interface Binding {
  readonly binding: 'disabled' | 'enabled' | 'pinned' | 'held'
  readonly pinnedVersion: string | null
}

export type { Grant }

export interface Subscription {
  readonly id: string
  readonly tenant: string
  readonly app: string
  readonly service: string
  readonly major: number
  readonly plan: string
  readonly limit: GcraLimit
  /** Calls in a period; absent: as many as the burst lets pass. */
  readonly quota?: Quota
  /** Calls at the same time; absent: no bound of its own. */
  readonly concurrency?: number
  /** By operation: JSON pointers of what its answers do not show. */
  readonly fields?: { readonly [operation: string]: readonly string[] }
  /** The most rows of an answer. */
  readonly maxRows?: number
  /** Operations the subscription covers; null: all. */
  readonly scopes: readonly string[] | null
  readonly state: SubscriptionState
  /** Of the plan; a decimal amount for each call, each month, or each of a unit that the contract or the host names. */
  readonly price?: { readonly amount: string; readonly currency: string; readonly per: string }
  /** Milliseconds since the epoch; absent: it has no end. */
  readonly expiresAt?: number
  /** Whether the app was suspended, with all that it subscribed to. */
  readonly isAppSuspended?: boolean
  /** Of pages that may use the app's keys; absent: none. */
  readonly origins?: readonly string[]
}

export interface Credential {
  readonly hash: string
  readonly subscription: string
  /** Absent: a key. */
  readonly kind?: CredentialKind
  /** Milliseconds since the epoch; absent: it has no end. */
  readonly expiresAt?: number
}

/** A rollout that shares the calls of its plugin right now. */
export interface LiveRollout {
  readonly id: string
  readonly from: string
  readonly to: string
  readonly step: number
  /** Milliseconds since the epoch: what is counted in a step is counted from here. */
  readonly stepStartedAt?: number
  readonly cohort: Cohort
  /** While it runs and its step is one: safe calls are run again on both versions, after their answers. */
  readonly shadow?: ShadowPlan
  /** Events that are counted for it; absent: none. */
  readonly metrics?: readonly BusinessMetric[]
  /** This node has not heard for too long whether it goes on: no call of it is the canary's. */
  readonly isWithheld?: boolean
  /** How many times as many failures the plan forgives; absent: as ever. */
  readonly tolerance?: number | undefined
  /** First calls of the canary whose time counts for nothing; absent: as ever. */
  readonly warmUpCalls?: number | undefined
}

/**
 * Everything a request needs to be routed, as of one generation. A node holds one, frozen, and swaps it
 * whole: which version serves a request is a pure function of it and the key.
 */
export interface Snapshot {
  readonly generation: number
  readonly stable: ReadonlyMap<string, string>
  readonly versions: ReadonlyMap<string, InstalledVersion>
  readonly bindings: ReadonlyMap<string, Binding>
  /** By plugin: at most one shares its calls. */
  readonly rollouts: ReadonlyMap<string, LiveRollout>
  /** Of documents that plugins keep, by documentKey: at most one for each. */
  readonly documents: ReadonlyMap<string, LiveRollout>
  readonly grants: ReadonlyMap<string, readonly Grant[]>
  readonly configs: ReadonlyMap<string, string>
  /** Provider's plugin by `service@major`. */
  readonly providers: ReadonlyMap<string, string>
  readonly subscriptions: ReadonlyMap<string, Subscription>
  readonly credentials: ReadonlyMap<string, Credential>
  /** What verifies tokens, by `kid`. */
  readonly tokenKeys: ReadonlyMap<string, TokenKey>
  /** Ids of tokens that were taken back before their end. */
  readonly revokedTokens: ReadonlySet<string>
  /** Installed versions that the marketplace blocked, with the reason: none of them is in `versions`. Absent: none. */
  readonly blocked?: ReadonlyMap<string, string>
  /** Majors of services that end, by `service@major`. */
  readonly deprecations: ReadonlyMap<string, Deprecation>
}

export const emptySnapshot: Snapshot = Object.freeze({
  generation: 0,
  stable: new Map(),
  versions: new Map(),
  bindings: new Map(),
  rollouts: new Map(),
  documents: new Map(),
  grants: new Map(),
  configs: new Map(),
  providers: new Map(),
  subscriptions: new Map(),
  credentials: new Map(),
  tokenKeys: new Map(),
  revokedTokens: new Set<string>(),
  deprecations: new Map(),
})

export const versionKey = (plugin: string, version: string): string => `${plugin}@${version}`
export const tenantKey = (tenant: string, plugin: string): string => `${tenant} ${plugin}`
export const serviceKey = (service: string, major: number): string => `${service}@${major}`

/** The plugin's settings in a tenant as JSON text; a plugin without settings reads an empty object. */
export function configOf(snapshot: Snapshot, tenant: string, plugin: string): string {
  return snapshot.configs.get(tenantKey(tenant, plugin)) ?? '{}'
}

export function grantsOf(snapshot: Snapshot, tenant: string, plugin: string): readonly Grant[] {
  return snapshot.grants.get(tenantKey(tenant, plugin)) ?? []
}
