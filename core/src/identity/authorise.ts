import type { Principal as Caller } from '@signalbox/sdk'
import type { Principal, RoleGrant, UserPrincipal } from './principal.ts'
import type { BuiltInRole } from './roles/built-in-roles.ts'

/** Everything that can be asked of the host, and who may. One table; what is not in it is refused. */
export const rules = {
  'host.probe': ['anyone'],
  'catalog.read': ['operator', 'admin', 'app', 'auditor', 'service-owner', 'member'],
  'plan.write': ['operator'],
  'service.own': ['operator'],
  'service.deprecate': ['operator'],
  'consumer.list': ['operator'],
  'rollout.write': ['operator'],
  'rollout.read': ['operator'],
  'node.list': ['operator'],
  // Of the tenant that the plan names, and never who started it.
  'rollout.approve': ['admin'],
  'approval.list': ['operator', 'admin', 'auditor'],
  'rollout.follow': ['operator', 'admin', 'auditor'],
  'tenant.create': ['operator'],
  'tenant.list': ['operator'],
  'tenant.read': ['operator', 'admin', 'auditor'],
  'tenant.update': ['operator', 'admin'],
  'tenant.token': ['operator', 'admin'],
  'unit.create': ['operator', 'admin'],
  'unit.list': ['operator', 'admin', 'auditor', 'service-owner', 'member'],
  'unit.update': ['operator', 'admin'],
  'unit.remove': ['operator', 'admin'],
  'user.list': ['operator', 'admin', 'auditor'],
  // Whoever works with people reads their names beside what they did; what else there is of them is not told.
  'user.name': ['operator', 'admin', 'user'],
  'user.write': ['operator', 'admin'],
  // Whoever gives a role, a link or another's token gives no more than he has: see roles/hand-out.ts.
  'role.list': ['operator', 'admin', 'auditor', 'member'],
  'role.write': ['operator', 'admin'],
  'role.assign': ['operator', 'admin'],
  'position.list': ['operator', 'admin', 'auditor', 'member'],
  'position.write': ['operator', 'admin'],
  'organisation.import': ['operator', 'admin'],
  'organisation.export': ['operator', 'admin', 'auditor'],
  // Whoever says which provider proves people can become anybody: see adminsOnly.
  'sso.read': ['operator', 'admin', 'auditor'],
  'sso.write': ['operator', 'admin'],
  'service_account.token': ['operator', 'admin'],
  // What proves a user is the user: there is nobody to ask before.
  'sign_in.use': ['anyone'],
  'me.read': ['operator', 'user'],
  // By a token no user changes how he signs in, ends sessions or makes tokens.
  'me.write': ['session'],
  'session.use': ['operator', 'session'],
  // There is only something to sign out of where somebody has signed in.
  'session.sign_out': ['operator-session', 'session'],
  'app.create': ['operator', 'admin', 'service-owner'],
  'app.list': ['operator', 'admin', 'auditor', 'service-owner'],
  // Whose word this host installs by.
  'marketplace.read': ['operator'],
  'marketplace.write': ['operator'],
  'plugin.install': ['operator'],
  'plugin.plan': ['operator'],
  'plugin.compare': ['operator'],
  'plugin.remove': ['operator'],
  'plugin.update': ['operator'],
  'plugin.list': ['operator', 'admin', 'auditor', 'service-owner', 'member'],
  'plugin.read': ['operator', 'admin', 'auditor', 'service-owner', 'member'],
  'binding.write': ['operator', 'admin'],
  'binding.read': ['operator', 'admin', 'auditor'],
  'grant.write': ['operator', 'admin'],
  'config.write': ['operator', 'admin'],
  // The operator runs the host, not the plugin: what it is like to work with, its tenants say.
  'rating.write': ['admin'],
  'secret.read': ['operator', 'admin'],
  'secret.write': ['operator', 'admin'],
  'secret.rewrap': ['operator'],
  'subscription.write': ['operator', 'admin', 'service-owner'],
  'subscription.read': ['operator', 'admin', 'auditor', 'service-owner'],
  // Of the subscriber's tenant or of the owner's: which, catalog/subscription-access.ts finds out.
  'subscription.command': ['operator', 'admin', 'service-owner'],
  // Of the tenant that owns the service.
  'subscription.decide': ['operator', 'admin', 'service-owner'],
  'app.update': ['operator', 'admin'],
  'app.suspend': ['operator', 'admin'],
  'app.origins': ['operator', 'admin'],
  // A client proves itself in the body, as OAuth has it; see oauth/.
  'token.issue': ['anyone'],
  'token.revoke': ['anyone'],
  'token.verify': ['anyone'],
  'token.rotate_keys': ['operator'],
  'blob.read': ['operator', 'admin'],
  'blob.write': ['operator', 'admin'],
  'audit.keep': ['operator', 'admin'],
  'audit.keep.host': ['operator'],
  // Public halves: whoever was given a signed statement verifies it by them.
  'signing_key.read': ['anyone'],
  'audit.read': ['operator', 'admin', 'auditor'],
  'usage.read': ['operator', 'admin', 'auditor', 'service-owner'],
  // Of its own alone: see usage/usage-routes.ts.
  'statement.publisher': ['operator', 'publisher'],
  // What of a kept call the three are shown is another question: see invocations/invocation-service.ts.
  'invocation.read': ['operator', 'admin', 'publisher'],
  'invocation.list': ['operator', 'admin', 'auditor'],
  'invocation.release': ['admin'],
  'invocation.delete': ['admin'],
  // What a call wrote, as a recording of it holds it: whoever opens those of his tenant.
  'log.read': ['admin'],
  'sampling.read': ['operator', 'admin', 'auditor'],
  'sampling.write': ['admin'],
  'use.read': ['operator', 'admin', 'auditor', 'service-owner'],
  'job.read': ['operator', 'admin', 'auditor', 'service-owner'],
  'job.run': ['operator', 'admin'],
  'job.cancel': ['operator', 'admin'],
  'udf.list': ['operator', 'admin', 'auditor', 'service-owner'],
  'udf.call': ['operator', 'admin'],
  'hook.receive': ['anyone'],
  'hook.read': ['operator', 'admin', 'auditor', 'service-owner'],
  'hook.write': ['admin'],
  'key.read': ['operator', 'admin', 'auditor'],
  'webhook.read': ['operator', 'admin', 'auditor', 'service-owner'],
  // Each its own: see webhooks-out/endpoint-routes.ts.
  'webhook.write': ['operator', 'admin'],
  'key.write': ['admin'],
  // An operation is then decided by mayCallOperation.
  'service.call': ['app', 'user'],
  // What plugins say in their manifests of what they put into each other: menus are made of it.
  'contribution.list': ['operator', 'admin', 'auditor', 'service-owner', 'member'],
  // Of what a browser showed him: by a token nobody looks at pages.
  'page.report': ['operator', 'session'],
  'permission.list': ['operator', 'admin', 'auditor', 'service-owner', 'member'],
  // The token in the address is all that a visitor has; see links/links-routes.ts.
  'link.use': ['anyone'],
  'link.read': ['operator', 'admin', 'auditor', 'service-owner'],
  'link.write': ['operator', 'admin'],
  'event.send': ['app'],
  'app.events.read': ['operator', 'admin', 'auditor', 'service-owner'],
  'app.events.write': ['operator', 'admin', 'service-owner'],
  'dead_letter.list': ['operator', 'admin', 'auditor', 'service-owner'],
  // Which ones is then said by its subscription: see events/entitled-types.ts.
  'event.follow': ['app'],
  // What an event says is the tenant's; the operator is shown only that it could not be delivered.
  'dead_letter.read': ['admin'],
  'dead_letter.redeliver': ['operator', 'admin', 'service-owner'],
  'event.replay': ['operator', 'admin'],
} as const satisfies Record<string, readonly Role[]>

/** `user`: whoever is one, whatever the roles; `session`: one who has signed in, not one of his tokens. The operator likewise. */
type Role =
  | ('anyone' | 'operator' | 'operator-session' | 'app' | 'publisher' | 'user' | 'session')
  | BuiltInRole
export type Action = keyof typeof rules

/** What the action is done to. A tenant that is named must be the principal's own, unless it is the operator. */
export interface Resource {
  readonly tenant?: string | undefined
  /** The unit that it belongs to; null or absent: the tenant as a whole, which no role over a unit reaches. */
  readonly unit?: string | null | undefined
}

/**
 * The one authorisation function: deny by default. Pure, so that a test can try every action as everyone.
 */
export function isAuthorised(principal: Principal, action: Action, resource: Resource): boolean {
  return decide(principal, action, resource.tenant, (grant) => reaches(grant, resource.unit))
}

/**
 * Whether there may be something that the principal can do this to, before it is known what: a role over any unit is
 * enough. Whoever asks this asks `isAuthorised` again when the thing is known.
 */
export function mayAttempt(principal: Principal, action: Action, tenant?: string): boolean {
  return decide(principal, action, tenant, () => true)
}

function decide(
  principal: Principal,
  action: Action,
  tenant: string | undefined,
  counts: (grant: RoleGrant) => boolean,
): boolean {
  const row: readonly Role[] = Object.hasOwn(rules, action) ? rules[action] : []
  if (row.includes('anyone')) return true
  if (principal.kind === 'anonymous') return false
  if (principal.kind === 'operator') {
    const hasSession = principal.session !== undefined
    return row.includes('operator') || (hasSession && row.includes('operator-session'))
  }
  // Belongs to no tenant, so it reaches none by name.
  if (principal.kind === 'publisher') return row.includes('publisher') && tenant === undefined
  if (tenant !== undefined && tenant !== principal.tenant) return false
  if (principal.kind !== 'user') return row.includes(principal.kind)
  if (principal.scope !== null && !isNamed(principal.scope.actions, action)) return false
  if (row.includes('user')) return true
  if (row.includes('session')) return principal.scope === null
  return principal.grants.some((grant) => givesAction(grant, action, row) && counts(grant))
}

/** What can make an admin of anybody is for a token that is one: it names all that an admin may. */
function isNamed(actions: ReadonlySet<string>, action: Action): boolean {
  if (!actions.has(action)) return false
  return !adminsOnly.has(action) || actionsOf('admin').every((one) => actions.has(one))
}

/** A role of a tenant's own gives nothing that is not an admin's to give. */
function givesAction(
  { builtIn, actions }: RoleGrant,
  action: Action,
  row: readonly Role[],
): boolean {
  if (builtIn !== undefined) return row.includes(builtIn)
  return row.includes('admin') && !adminsOnly.has(action) && actions.has(action)
}

function reaches({ units }: RoleGrant, unit: string | null | undefined): boolean {
  if (units === null) return true
  return unit !== null && unit !== undefined && units.has(unit)
}

/** What a principal may do to what is its own: pages ask for it, so as to offer nothing that is refused. */
export interface HeldActions {
  /** To all of its tenant or, as the operator, of the host. */
  readonly actions: readonly Action[]
  /** Further ones, to some units only. */
  readonly actionsInUnits: readonly Action[]
}

export function heldActions(principal: Principal): HeldActions {
  const tenant = 'tenant' in principal ? principal.tenant : undefined
  const actions: Action[] = []
  const actionsInUnits: Action[] = []
  for (const action of Object.keys(rules) as Action[]) {
    if (isAuthorised(principal, action, { tenant })) actions.push(action)
    else if (mayAttempt(principal, action, tenant)) actionsInUnits.push(action)
  }
  return { actions, actionsInUnits }
}

/** What a built-in role may do. */
export function actionsOf(role: BuiltInRole): Action[] {
  return (Object.keys(rules) as Action[]).filter((action) =>
    (rules[action] as readonly Role[]).includes(role),
  )
}

/**
 * An admin token is an admin for good, an import and a provider can make one of anybody: none is given by a part of the
 * table, to a role or to a token.
 */
const adminsOnly: ReadonlySet<Action> = new Set([
  'tenant.token',
  'organisation.import',
  'sso.write',
])

/** What roles of a tenant's own may be made of. */
export function delegableActions(): Action[] {
  return actionsOf('admin').filter((action) => !adminsOnly.has(action))
}

/** Where somebody holds something: in the whole tenant, or in these units, each with all below it. Never in none. */
export type Reach = 'tenant' | ReadonlySet<string>

/** The permissions of plugins that a user has, and where. */
export function permissionReach({ grants, scope }: UserPrincipal): ReadonlyMap<string, Reach> {
  const held = new Map<string, Reach>()
  for (const { permissions, units } of grants) {
    // A role over a unit that is gone.
    if (units?.size === 0) continue
    for (const one of permissions) {
      if (scope?.permissions.has(one) ?? true) held.set(one, joined(held.get(one), units))
    }
  }
  return held
}

function joined(known: Reach | undefined, units: ReadonlySet<string> | null): Reach {
  if (known === 'tenant' || units === null) return 'tenant'
  return known === undefined ? units : new Set([...known, ...units])
}

/** What lets a caller into an operation of a data service; all but a user's was asked for before the call came here. */
const operationRules = {
  app: 'subscription',
  plugin: 'grant',
  link: 'share',
  host: 'itself',
  user: 'permission',
} as const satisfies Record<Caller['kind'], string>

/** Who calls. Who comes without permissions holds none. */
export interface OperationCaller {
  readonly kind: Caller['kind']
  readonly permissions?: ReadonlyMap<string, Reach> | undefined
}

/** What an operation says of users in its contract. */
export interface Required {
  readonly requires?: string
  readonly requiresIn?: 'tenant' | 'unit'
}

/**
 * The same for operations: a user needs the permission that the contract requires, and an operation that requires
 * none is open to no user. One that knows nothing of units would show all of them to who holds it in one: it wants it
 * held in the whole tenant. Permissions give nobody else anything.
 * @returns what he may call it for; undefined: for nothing
 */
export function operationReach(
  { kind, permissions }: OperationCaller,
  { requires, requiresIn }: Required,
): Reach | undefined {
  if (!Object.hasOwn(operationRules, kind)) return undefined
  if (operationRules[kind] !== 'permission') return 'tenant'
  const held = requires === undefined ? undefined : permissions?.get(requires)
  return held === 'tenant' || requiresIn === 'unit' ? held : undefined
}

/** What both leave; of two sets of units it may be none. */
export function narrower(one: Reach, other: Reach): Reach {
  if (one === 'tenant') return other
  return other === 'tenant' ? one : new Set([...one].filter((unit) => other.has(unit)))
}
