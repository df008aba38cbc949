import type { Viewer } from './viewer.ts'

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
  const { permissions, permissionsInUnits = [] } = viewer
  const isHeldInUnit = permissionsInUnits.some(({ permission }) => permission === requires)
  const isHeld = permissions.includes(requires) || (requiresIn === 'unit' && isHeldInUnit)
  return isHeld ? undefined : 'permission'
}
