import type { Manifest } from '@signalbox/sdk/manifest'
import type { CohortKeys } from './cohort-lists.ts'
import { inputKey } from './input-key.ts'
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
  /** What the call says, parsed: a plan may take the unit and the entity from it. */
  readonly input?: unknown
}

/** Which calls try the new version. Part of the routing snapshot, so that every node agrees. */
export interface Cohort {
  /**
   * The id of the rollout or of its group: each draws anew, so that the same tenants are not always first, and
   * plugins that belong together draw alike.
   */
  readonly salt: string
  readonly weightBp: number
  readonly cohortBy: CohortBy
  readonly keys?: CohortKeys | undefined
  readonly lists?: ListedMembers | undefined
  /** What the judge thinks of the draw, from the whole plan; absent: what is drawn. See judgedBy. */
  readonly judgedAs?: CohortBy
}

/** Who is not drawn, for the step that is in force. */
export interface ListedMembers {
  readonly deny: ReadonlySet<string>
  readonly allow: ReadonlySet<string>
  /** Members of named cohorts that have had their step, each with its cohort. */
  readonly named: ReadonlyMap<string, string>
}

/** Why a call is given to an arm, strongest first. */
export type AssignedBy = 'deny' | 'allow' | 'cohort' | 'all' | 'none' | 'keyless' | 'draw'

export interface Assignment {
  readonly arm: Arm
  readonly by: AssignedBy
  /** What was hashed, or would have been; undefined: the call does not carry it. */
  readonly key: string | undefined
  /** Of `draw`. */
  readonly bucket?: number
  /** Of `deny`, `allow` and `cohort`: the member that is listed, and where. */
  readonly member?: string
  readonly cohort?: string
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

/**
 * The chance that a key is the canary's under a weight, where all that is known of it is that it was stable's under a
 * lower one: it was drawn again, and only among the keys that were left there.
 */
export function chanceAmongLeft(weightBp: number, stableBp: number): number {
  if (weightBp <= stableBp) return 0
  return (weightBp - stableBp) / (FULL_WEIGHT_BP - stableBp)
}

/** Whether any call at all could be the canary's; before, nothing is shared, whoever is denied. */
export function givesCalls({ weightBp, lists }: Pick<Cohort, 'weightBp' | 'lists'>): boolean {
  return weightBp > 0 || (lists !== undefined && lists.allow.size + lists.named.size > 0)
}

/** Pure: the same cohort and call give the same arm on every node. A call without the key stays on stable. */
export function assign(cohort: Cohort, call: CohortCall): Assignment {
  const { salt, weightBp, cohortBy, lists } = cohort
  const known = withKeys(cohort, call)
  const key = cohortKey(cohortBy, known)
  const listed = lists === undefined ? undefined : listedIn(lists, known)
  if (listed !== undefined) return { ...listed, key }
  // The ends need no key: a rollout at 100 % holds the calls without one too.
  if (weightBp >= FULL_WEIGHT_BP) return { arm: 'canary', by: 'all', key }
  if (weightBp <= 0) return { arm: 'stable', by: 'none', key }
  if (key === undefined) return { arm: 'stable', by: 'keyless', key }
  const bucket = bucketOf(salt, key)
  return { arm: isInCanary(bucket, weightBp) ? 'canary' : 'stable', by: 'draw', key, bucket }
}

function listedIn(
  { deny, allow, named }: ListedMembers,
  call: CohortCall,
): Omit<Assignment, 'key'> | undefined {
  const members = membershipsOf(call)
  const denied = members.find((member) => deny.has(member))
  if (denied !== undefined) return { arm: 'stable', by: 'deny', member: denied }
  const allowed = members.find((member) => allow.has(member))
  if (allowed !== undefined) return { arm: 'canary', by: 'allow', member: allowed }
  const member = members.find((one) => named.has(one))
  if (member === undefined) return undefined
  return { arm: 'canary', by: 'cohort', member, cohort: named.get(member) as string }
}

/** What of a call lists may name. */
function membershipsOf(call: CohortCall): readonly string[] {
  const { tenant, app, subject, unit, entity } = call
  const named = Object.entries({ app, subject, unit, entity }).flatMap(([kind, id]) =>
    id === undefined || id === '' ? [] : [`${kind}:${tenant}/${id}`],
  )
  return [`tenant:${tenant}`, ...named]
}

/** The call with what the plan takes from its input. */
function withKeys({ keys }: Cohort, call: CohortCall): CohortCall {
  if (keys === undefined) return call
  const found = Object.entries(keys).flatMap(([name, pointer]) => {
    const key = inputKey(call.input, pointer)
    return key === undefined ? [] : [[name, key] as const]
  })
  return { ...call, ...Object.fromEntries(found) }
}

/** What the judge may think of the draw: the same from the first call to the last, see judgedAsOf. */
export function judgedBy({ cohortBy, judgedAs }: Pick<Cohort, 'cohortBy' | 'judgedAs'>): CohortBy {
  return judgedAs ?? cohortBy
}
