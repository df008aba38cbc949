import type { Manifest } from '@signalbox/sdk/manifest'
import { murmur3 } from './murmur3.ts'

/** Weights and buckets are counted in basis points: 1 is one call in ten thousand. */
export const FULL_WEIGHT_BP = 10_000

/** What stays on one version together. */
export type CohortBy = NonNullable<NonNullable<Manifest['rollout']>['cohortBy']>

export type Arm = 'stable' | 'canary'

/** What a call is known by when it is admitted. */
export interface CohortCall {
  /**
   * The id of the span that the host opened for the call: its own random bytes, handed on to the calls that
   * a plugin makes in turn, so that one request meets one version. Never the trace id: that one comes from
   * the caller, who could keep it and with it stay on one version, or carry a whole batch under it.
   */
  readonly requestId: string
  readonly tenant: string
  readonly app?: string
  readonly subject?: string
  readonly unit?: string
  readonly entity?: string
}

/** Which calls try the new version. Part of the routing snapshot, so that every node agrees. */
export interface Cohort {
  /** The rollout's id: each rollout draws anew, so that the same tenants are not always first. */
  readonly salt: string
  readonly weightBp: number
  readonly cohortBy: CohortBy
}

/** @returns the name that is hashed, or undefined where the call does not carry one. */
export function cohortKey(cohortBy: CohortBy, call: CohortCall): string | undefined {
  if (cohortBy === 'request') return call.requestId || undefined
  if (cohortBy === 'tenant') return call.tenant || undefined
  const id = call[cohortBy]
  // Ids are unique within a tenant only; the separator keeps "a" + "bc" from "ab" + "c".
  return id ? `${call.tenant}/${id}` : undefined
}

/**
 * Where a key falls, 0..9999: murmur3 and multiply-shift, which spreads 2^32 hashes over 10,000 buckets to
 * within one hash in 429,497. The product stays below 2^46, so it is exact.
 */
export function bucketOf(salt: string, key: string): number {
  return Math.floor((murmur3(`${salt}:${key}`) * FULL_WEIGHT_BP) / 0x1_0000_0000)
}

/** Half-open: 0 holds nobody, 10,000 everybody, and a growing weight only ever adds keys. */
export function isInCanary(bucket: number, weightBp: number): boolean {
  return bucket < weightBp
}

/** Pure: the same cohort and call give the same arm on every node. A call without the key stays on stable. */
export function armOf(cohort: Cohort, call: CohortCall): Arm {
  const { salt, weightBp, cohortBy } = cohort
  // The ends need no key: a rollout at 100 % holds the calls without one too.
  if (weightBp >= FULL_WEIGHT_BP) return 'canary'
  if (weightBp <= 0) return 'stable'
  const key = cohortKey(cohortBy, call)
  if (key === undefined) return 'stable'
  return isInCanary(bucketOf(salt, key), weightBp) ? 'canary' : 'stable'
}
