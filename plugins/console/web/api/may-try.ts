import { hasRole, type Viewer } from './viewer.ts'

const BUILT_IN: readonly string[] = ['admin', 'auditor', 'service-owner', 'member']

/**
 * Whether something is offered to the viewer: by a built-in role, or because he has a role of the tenant's own, of which only the
 * host knows what it gives. Pure; the host decides at each request.
 */
export function mayTry(viewer: Viewer, ...roles: readonly string[]): boolean {
  if (viewer.kind === 'operator' || hasRole(viewer, ...roles)) return true
  return viewer.roles.some(({ role }) => roles.includes(role) || !BUILT_IN.includes(role))
}
