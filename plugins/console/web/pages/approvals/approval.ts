import type { ShownRollout } from '../rollouts/rollout.ts'

/** What a tenant's approver is shown of a rollout that waits for his word. */
export type AskedRollout = Omit<
  ShownRollout,
  'acknowledged' | 'transitions' | 'standstill' | 'draining'
> & {
  readonly startedBy: string | null
  /** Milliseconds since the epoch. */
  readonly stepStartedAt: number | null
}

interface ArmCalls {
  readonly arm: 'stable' | 'canary'
  readonly version: string
  readonly calls: number
  readonly failures: number
}

/** What either version did so far, the one that runs first. Pure. */
export function armsOf({ from, to, calls, events }: AskedRollout): readonly ArmCalls[] {
  return (['stable', 'canary'] as const).map((arm) => ({
    arm,
    version: arm === 'stable' ? from : to,
    calls: calls[arm],
    failures: events['failures']?.[arm] ?? 0,
  }))
}

/** Whether the viewer started it: his own word is not asked for. As the audit names people, `user:acme/usr_…`. Pure. */
export function isOwn(
  { startedBy }: Pick<AskedRollout, 'startedBy'>,
  viewer: { readonly kind: string; readonly tenant?: string; readonly id?: string },
): boolean {
  return viewer.kind === 'user' && startedBy === `user:${viewer.tenant}/${viewer.id}`
}

/** Since when it waits, as an instant is written. Pure. */
export function waitsSince({
  stepStartedAt,
}: Pick<AskedRollout, 'stepStartedAt'>): string | undefined {
  return stepStartedAt === null ? undefined : new Date(stepStartedAt).toISOString()
}
