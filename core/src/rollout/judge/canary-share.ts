/**
 * The probability that a call is the canary's, where cohorts stay together: twelve apps at 5 % are none or
 * one, and that one may be the busiest. What counts then is the canary's share of the calls, not the weight.
 * The higher of two shares is taken: over the whole step, and of late, or the nightly batch of a canary's
 * app would look like a fault of its version. Too high a probability only ever weakens the evidence.
 */
export interface CanaryShare {
  readonly canary: number
  readonly calls: number
  readonly recentCanary: number
  readonly recentCalls: number
}

export const emptyShare: CanaryShare = Object.freeze({
  canary: 0,
  calls: 0,
  recentCanary: 0,
  recentCalls: 0,
})

/**
 * A call counts half after this many more. In simulated outages that meet a batch, 100 stopped 1.1 % of healthy
 * rollouts and 25 none; a dead canary is found as fast with either.
 */
const HALF_LIFE_CALLS = 25

export function observeCall(share: CanaryShare, isCanary: boolean): CanaryShare {
  return observeCalls(share, { canary: isCanary ? 1 : 0, calls: 1 })
}

/** Calls of one node since it was last heard. */
export function observeCalls(
  share: CanaryShare,
  seen: { readonly canary: number; readonly calls: number },
): CanaryShare {
  const kept = 2 ** (-seen.calls / HALF_LIFE_CALLS)
  return {
    canary: share.canary + seen.canary,
    calls: share.calls + seen.calls,
    recentCanary: share.recentCanary * kept + seen.canary,
    recentCalls: share.recentCalls * kept + seen.calls,
  }
}

/** Of the step alone: what counts where each unit tells once, so that a batch cannot speak many times. */
export function shareOfStep({ canary, calls }: CanaryShare): number {
  return Math.min(1, (canary + 1) / (calls + 1))
}

/** One canary call more than was seen, so that the first ones of a step prove nothing. */
export function shareProbability(share: CanaryShare): number {
  const whole = (share.canary + 1) / (share.calls + 1)
  const recent = (share.recentCanary + 1) / (share.recentCalls + 1)
  return Math.min(1, Math.max(whole, recent))
}
