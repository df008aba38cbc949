import type { OperatorViewer, UserViewer } from '../web/api/viewer.ts'

/** Ann of acme, who may do nothing that is not given. */
export function ann(given: Partial<UserViewer> = {}): UserViewer {
  return {
    ...{ kind: 'user', tenant: 'acme', id: 'usr_1', login: 'ann', displayName: 'Ann' },
    ...{ roles: [], permissions: [], actions: [], actionsInUnits: [] },
    ...given,
  }
}

export function operator(...actions: readonly string[]): OperatorViewer {
  return { kind: 'operator', actions }
}
