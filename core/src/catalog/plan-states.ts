/**
 * The life of a plan (as in Gravitee): staged while it is prepared; published, apps subscribe; deprecated, those who
 * have it keep it and nobody gets it; closed, their subscriptions are cancelled with it. Tests and documentation are
 * made from this table.
 */
export const planStates = {
  staging: { publish: 'published', close: 'closed' },
  published: { deprecate: 'deprecated', close: 'closed' },
  deprecated: { publish: 'published', close: 'closed' },
  closed: {},
} as const

export type PlanState = keyof typeof planStates

export const planCommands = ['publish', 'deprecate', 'close'] as const
export type PlanCommand = (typeof planCommands)[number]

/** @returns the next state, or undefined where the command is refused. */
export function nextPlanState(state: PlanState, command: PlanCommand): PlanState | undefined {
  const moves: Partial<Record<PlanCommand, PlanState>> = planStates[state]
  return moves[command]
}

/** Whether apps may take it now. */
export function isOpenToApps(state: PlanState): boolean {
  return state === 'published'
}
