import { type Action, actionsOf, isAuthorised, permissionReach, type Reach } from '../authorise.ts'
import type { Principal, RoleGrant, UserPrincipal } from '../principal.ts'
import { isBuiltIn } from './built-in-roles.ts'

/** What a role gives, and over which unit; null: over the whole tenant. */
export interface HandedOut {
  readonly role: string
  readonly actions: readonly string[]
  readonly permissions: readonly string[]
  readonly unit: string | null
}

/**
 * Whether a principal may put this into somebody's hands, or take it over by a link or a token: nobody gives more than
 * he has, where he has it. Admins of the whole tenant may give all that is the tenant's.
 */
export function mayHandOut(principal: Principal, given: HandedOut): boolean {
  if (principal.kind === 'operator' || principal.kind === 'admin') return true
  if (principal.kind !== 'user') return false
  if (isWholeAdmin(principal)) return true
  const { role, unit, permissions } = given
  const actions = isBuiltIn(role) ? actionsOf(role) : given.actions
  const { tenant } = principal
  const held = permissionReach(principal)
  return (
    actions.every((action) => isAuthorised(principal, action as Action, { tenant, unit })) &&
    permissions.every((permission) => covers(held.get(permission), unit))
  )
}

function covers(reach: Reach | undefined, unit: string | null): boolean {
  return reach === 'tenant' || (unit !== null && reach?.has(unit) === true)
}

/** Of the whole tenant, and not by a token that is for less. */
function isWholeAdmin({ grants, scope }: UserPrincipal): boolean {
  return scope === null && grants.some((grant) => isWholeAdminGrant(grant))
}

function isWholeAdminGrant({ builtIn, units }: RoleGrant): boolean {
  return builtIn === 'admin' && units === null
}
