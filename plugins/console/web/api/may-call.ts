import type { UserViewer, Viewer } from './viewer.ts'

/** What an operation says of people in its contract. */
export interface AskedOfPeople {
  readonly requires?: string
  readonly requiresIn?: 'tenant' | 'unit'
}

export type WhyNot = 'operator' | 'appsOnly' | 'permission'

/**
 * Why a viewer cannot call by the session; undefined: he can, as far as is known here. What requires no permission is open to
 * apps alone. Pure.
 */
export function whyNotCall(
  viewer: Viewer,
  { requires, requiresIn }: AskedOfPeople,
): WhyNot | undefined {
  // The operator is of no tenant, and a call is.
  if (viewer.kind === 'operator') return 'operator'
  if (requires === undefined) return 'appsOnly'
  return holds(viewer, requires, requiresIn) ? undefined : 'permission'
}

/** @param where in all of the tenant, or in some unit at least */
export function holds(
  { permissions, permissionsInUnits = [] }: UserViewer,
  permission: string,
  where: 'tenant' | 'unit' = 'tenant',
): boolean {
  if (permissions.includes(permission)) return true
  return where === 'unit' && permissionsInUnits.some((held) => held.permission === permission)
}
