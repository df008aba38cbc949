/** What a new host is shown, in this order; each is done when what it makes is there. */
export type FirstStep = 'company' | 'publish' | 'install' | 'enable' | 'call' | 'rollout'

/** Where they stand in the page. */
export const FIRST_STEPS = 'first-steps'

/** How many there are; undefined: nobody knows yet, or the host does not say, or no tenant is chosen. */
export interface Seen {
  readonly tenants: number | undefined
  /** In the marketplace, without the console. */
  readonly packages: number | undefined
  /** Installed, without the console. */
  readonly plugins: number | undefined
  readonly enabled: number | undefined
  readonly subscriptions: number | undefined
  readonly rollouts: number | undefined
}

export interface GuidedStep {
  readonly step: FirstStep
  /** Undefined: not known. */
  readonly isDone: boolean | undefined
}

/** Pure. @returns all steps; the guide is over when none is known to be open */
export function firstSteps(seen: Seen): readonly GuidedStep[] {
  const step = (name: FirstStep, count: number | undefined): GuidedStep => ({
    step: name,
    isDone: count === undefined ? undefined : count > 0,
  })
  return [
    step('company', seen.tenants),
    // What is installed was published, here or elsewhere.
    step('publish', most(seen.packages, seen.plugins)),
    step('install', seen.plugins),
    step('enable', seen.enabled),
    step('call', seen.subscriptions),
    step('rollout', seen.rollouts),
  ]
}

function most(one: number | undefined, other: number | undefined): number | undefined {
  if (one === undefined || other === undefined) return (one ?? 0) + (other ?? 0) || undefined
  return Math.max(one, other)
}
