import type { Principal as Caller } from '@signalbox/sdk'
import type { Principal } from './principal.ts'

/** Everything that can be asked of the host, and who may. One table; what is not in it is refused. */
export const rules = {
  'host.probe': ['anyone'],
  'catalog.read': ['operator', 'admin', 'app'],
  'plan.write': ['operator'],
  'consumer.list': ['operator'],
  'rollout.write': ['operator'],
  'rollout.read': ['operator'],
  'node.list': ['operator'],
  // Of the tenant that the plan names, and never who started it.
  'rollout.approve': ['admin'],
  'approval.list': ['operator', 'admin'],
  'rollout.follow': ['operator', 'admin'],
  'tenant.create': ['operator'],
  'tenant.list': ['operator'],
  'tenant.read': ['operator', 'admin'],
  'tenant.token': ['operator', 'admin'],
  'unit.create': ['operator', 'admin'],
  'unit.list': ['operator', 'admin'],
  'app.create': ['operator', 'admin'],
  'app.list': ['operator', 'admin'],
  'plugin.install': ['operator'],
  'plugin.plan': ['operator'],
  'plugin.remove': ['operator'],
  'plugin.list': ['operator', 'admin'],
  'plugin.read': ['operator', 'admin'],
  'binding.write': ['operator', 'admin'],
  'binding.read': ['operator', 'admin'],
  'grant.write': ['operator', 'admin'],
  'config.write': ['operator', 'admin'],
  'secret.read': ['operator', 'admin'],
  'secret.write': ['operator', 'admin'],
  'secret.rewrap': ['operator'],
  'subscription.write': ['operator', 'admin'],
  'subscription.read': ['operator', 'admin'],
  'blob.read': ['operator', 'admin'],
  'blob.write': ['operator', 'admin'],
  'audit.read': ['operator', 'admin'],
  'usage.read': ['operator', 'admin'],
  // What of a kept call the three are shown is another question: see invocations/invocation-service.ts.
  'invocation.read': ['operator', 'admin', 'publisher'],
  'invocation.list': ['operator', 'admin'],
  'invocation.release': ['admin'],
  'invocation.delete': ['admin'],
  'sampling.read': ['operator', 'admin'],
  'sampling.write': ['admin'],
  'use.read': ['operator', 'admin'],
  'job.read': ['operator', 'admin'],
  'job.run': ['operator', 'admin'],
  'job.cancel': ['operator', 'admin'],
  'udf.list': ['operator', 'admin'],
  'udf.call': ['operator', 'admin'],
  'hook.receive': ['anyone'],
  'hook.read': ['operator', 'admin'],
  'hook.write': ['admin'],
  'key.read': ['operator', 'admin'],
  'key.write': ['admin'],
  // An operation is then decided by mayCallOperation.
  'service.call': ['app'],
  'permission.list': ['operator', 'admin'],
  // The token in the address is all that a visitor has; see links/links-routes.ts.
  'link.use': ['anyone'],
  'link.read': ['operator', 'admin'],
  'link.write': ['operator', 'admin'],
  'event.send': ['app'],
  'app.events.read': ['operator', 'admin'],
  'app.events.write': ['operator', 'admin'],
  'dead_letter.list': ['operator', 'admin'],
  // What an event says is the tenant's; the operator is shown only that it could not be delivered.
  'dead_letter.read': ['admin'],
  'dead_letter.redeliver': ['operator', 'admin'],
} as const satisfies Record<string, readonly Role[]>

type Role = 'anyone' | 'operator' | 'admin' | 'app' | 'publisher'
export type Action = keyof typeof rules

/** What the action is done to. A tenant that is named must be the principal's own, unless it is the operator. */
export interface Resource {
  readonly tenant?: string | undefined
}

/**
 * The one authorisation function: deny by default. Pure, so that a test can try every action as everyone.
 */
export function isAuthorised(principal: Principal, action: Action, resource: Resource): boolean {
  const roles: readonly Role[] = Object.hasOwn(rules, action) ? rules[action] : []
  if (roles.includes('anyone')) return true
  if (principal.kind === 'anonymous' || !roles.includes(principal.kind)) return false
  if (principal.kind === 'operator') return true
  // Belongs to no tenant, so it reaches none by name.
  if (principal.kind === 'publisher') return resource.tenant === undefined
  return resource.tenant === undefined || resource.tenant === principal.tenant
}

/** What lets a caller into an operation of a data service; all but a user's was asked for before the call came here. */
const operationRules = {
  app: 'subscription',
  plugin: 'grant',
  link: 'share',
  host: 'itself',
  user: 'permission',
} as const satisfies Record<Caller['kind'], string>

/** Who calls. Roles will fill the set; who comes without one holds nothing. */
export interface OperationCaller {
  readonly kind: Caller['kind']
  readonly permissions?: ReadonlySet<string> | undefined
}

/**
 * The same for operations: a user needs the permission that the contract requires, and an operation that requires
 * none is open to no user. Permissions give nobody else anything.
 */
export function mayCallOperation(caller: OperationCaller, requires: string | undefined): boolean {
  const { kind, permissions } = caller
  if (!Object.hasOwn(operationRules, kind)) return false
  if (operationRules[kind] !== 'permission') return true
  return requires !== undefined && permissions?.has(requires) === true
}
