/** What a new host is shown, in this order; each is done when what it makes is there. */
export type FirstStep = 'company' | 'publish' | 'install' | 'enable' | 'call' | 'rollout'

/** Where they stand in the page. */
export const FIRST_STEPS = 'first-steps'

export interface Seen {
  readonly tenants: number
  /** In the marketplace, without the console. */
  readonly packages: number
  /** Installed, without the console. */
  readonly plugins: number
  readonly enabled: number
  readonly subscriptions: number
  readonly rollouts: number
}

export interface GuidedStep {
  readonly step: FirstStep
  readonly isDone: boolean
}

/** Pure. @returns all steps; the guide is over when all are done */
export function firstSteps(seen: Seen): readonly GuidedStep[] {
  return [
    { step: 'company', isDone: seen.tenants > 0 },
    // What is installed was published, here or elsewhere.
    { step: 'publish', isDone: seen.packages > 0 || seen.plugins > 0 },
    { step: 'install', isDone: seen.plugins > 0 },
    { step: 'enable', isDone: seen.enabled > 0 },
    { step: 'call', isDone: seen.subscriptions > 0 },
    { step: 'rollout', isDone: seen.rollouts > 0 },
  ]
}
