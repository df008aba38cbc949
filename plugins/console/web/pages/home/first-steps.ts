/** What a new host is shown, in this order; each is done when what it makes is there. */
export type FirstStep = 'install' | 'enable' | 'call' | 'rollout'

/** How many there are; undefined: nobody knows yet, or the host does not say, or no tenant is chosen. */
export interface Seen {
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
    step('install', seen.plugins),
    step('enable', seen.enabled),
    step('call', seen.subscriptions),
    step('rollout', seen.rollouts),
  ]
}
