import type { RolloutState, Sentence } from './rollout.ts'

/** What `GET /v1/rollouts/{id}/rehearsal` says; a pending one has no more than its sentence. */
export interface Rehearsal {
  readonly verdict: 'pending' | 'unneeded' | 'reversible' | 'refused'
  readonly sentence: Sentence
  readonly differences: readonly { readonly place: string; readonly sentence: Sentence }[]
  readonly leftOut?: number
  readonly rehearsedAt?: string
  readonly override?: {
    readonly reason: string
    readonly by: string
    readonly at: string
  } | null
}

/** As short as the host takes a reason, and as long. */
export const REASON = { min: 10, max: 500 } as const

/** Whether there is anything to say of it: what never came to a rehearsal, and what needed none, has nothing. Pure. */
export function isToldOf({ verdict }: Pick<Rehearsal, 'verdict'>, state: RolloutState): boolean {
  if (verdict === 'unneeded') return false
  return verdict !== 'pending' || state === 'ready'
}

/** Whether it keeps the rollout from starting until somebody lets it through. Pure. */
export function isHeldBy({ verdict, override }: Pick<Rehearsal, 'verdict' | 'override'>): boolean {
  return verdict === 'refused' && (override ?? null) === null
}
