import { sharingStates } from './rollout-states.ts'
import type { Rollout } from './rollout-store.ts'

/** Basis points of the calls that the canary is given now: those of its step, while it shares at all. */
export function weightOf(rollout: Pick<Rollout, 'state' | 'step' | 'steps'>): number {
  return sharingStates.includes(rollout.state) ? (rollout.steps[rollout.step]?.weightBp ?? 0) : 0
}
