import type { Tier } from '@signalbox/sdk/manifest'
import { type Actor, OPERATOR, type Ownership } from '../publishers/actor.ts'
import { isForSome } from '../publishers/token-limits.ts'

/** What the operator decides of reviews. */
export interface ReviewPolicy {
  /**
   * Off: whatever passes the checks is published, but for tier `trusted`. For a laptop, or where every publisher is the
   * operator's own.
   */
  readonly mode: 'on' | 'off'
  /**
   * `pass`: whoever holds the operator's token could change this policy as well, so it is not asked twice. Not of tier
   * `trusted`, see `operatorPasses`.
   */
  readonly operator: 'pass' | 'review'
  /** By tier, where it is no first version. */
  readonly tiers: Readonly<Record<Tier, TierPolicy>>
  /** Before that no host takes a release by itself, whatever its own setting is. */
  readonly minimumReleaseAgeHours: number
}

export interface TierPolicy {
  /** People beside the publisher who must approve; 0: the checks decide alone. */
  readonly approvals: number
  /** A publisher with the role `trusted` needs nobody. */
  readonly trustedPublishersPass: boolean
  /**
   * Of tier `trusted` alone: what the operator publishes goes live by that one publish. Absent: it does not. It runs with
   * the rights of the host, so that a token in the wrong hands is to need a second act that stands in the audit by itself.
   */
  readonly operatorPasses?: boolean
}

export const defaultPolicy: ReviewPolicy = Object.freeze({
  mode: 'on',
  operator: 'pass',
  tiers: {
    declarative: { approvals: 0, trustedPublishersPass: true },
    sandbox: { approvals: 1, trustedPublishersPass: true },
    // A process with the host's user: two people, and at install the operator's allow-list.
    trusted: { approvals: 2, trustedPublishersPass: false },
  },
  // Most of what is published by a stolen token is found out within a day.
  minimumReleaseAgeHours: 24,
})

export type ReviewGround = 'first-version' | 'tier' | 'asked-for' | 'trials-cut-short'
export type PublisherRole = 'reviewer' | 'trusted'

export interface Submission {
  readonly publisher: string
  readonly roles: readonly PublisherRole[]
  readonly tier: Tier
  /** Nothing of the name was ever let through. */
  readonly isFirst: boolean
  /** By `npm stage publish`. */
  readonly isAsked: boolean
  /** A limit ended the trials before all of it was tried: a machine has not said that it is sound. */
  readonly isCutShort: boolean
}

export interface ReviewNeed {
  readonly grounds: readonly ReviewGround[]
  /** Approvals of others; 0: its own publisher may let it out. */
  readonly needed: number
}

/** @returns what must happen before a version is shown; undefined: nothing. Pure. */
export function reviewNeed(
  policy: ReviewPolicy,
  { publisher, roles, tier, isFirst, isAsked, isCutShort }: Submission,
): ReviewNeed | undefined {
  const isFree = isUnreviewed(policy, { isOperator: publisher === OPERATOR, tier })
  const { approvals, trustedPublishersPass } = policy.tiers[tier]
  const passes = isFree || (trustedPublishersPass && roles.includes('trusted'))
  const byTier = passes ? 0 : approvals
  const first = isFirst && !isFree
  // Of whoever publishes, trusted or not: a slow version would else pass by being slow.
  const untried = isCutShort && !isFree
  const grounds: ReviewGround[] = [
    ...(first ? (['first-version'] as const) : []),
    ...(byTier > 0 ? (['tier'] as const) : []),
    ...(isAsked ? (['asked-for'] as const) : []),
    ...(untried ? (['trials-cut-short'] as const) : []),
  ]
  if (grounds.length === 0) return undefined
  return { grounds, needed: Math.max(byTier, first || untried ? 1 : 0) }
}

function isUnreviewed(
  { mode, operator, tiers }: ReviewPolicy,
  { isOperator, tier }: { readonly isOperator: boolean; readonly tier: Tier },
): boolean {
  const passes = mode === 'off' || (isOperator && operator === 'pass')
  return passes && (tier !== 'trusted' || (isOperator && tiers.trusted.operatorPasses === true))
}

/**
 * Four eyes: whoever decides is neither who published nor whose the package is, and was appointed. Where nobody
 * else is needed, the publisher decides as it would by publishing. Pure.
 * @returns why the actor may not decide, or undefined when it may
 */
export function refusalToDecide(
  actor: Actor,
  review: { readonly publisher: string; readonly needed: number },
  { scopeHolder, packageOwner, isMaintainer }: Ownership,
  roles: readonly PublisherRole[],
): string | undefined {
  const isOwn = actor.name === review.publisher
  // To let out one's own is what a publish does; to judge others' work is no work on a package of the token.
  if (isForSome(actor.limits) && !(isOwn && review.needed === 0)) {
    return 'their token is for some packages, and reviews are decided with one for all'
  }
  if (isOwn) {
    return review.needed === 0 ? undefined : 'who published a version does not decide on it'
  }
  if (actor.kind === 'operator') return undefined
  if (!roles.includes('reviewer')) return 'the operator has not appointed them a reviewer'
  return isMaintainer || actor.name === (scopeHolder ?? packageOwner)
    ? 'the package is their own, whoever published this version'
    : undefined
}
