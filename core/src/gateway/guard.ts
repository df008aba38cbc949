import type { FastifyInstance, FastifyRequest } from 'fastify'
import { coreErrors } from '../errors.ts'
import { type Authenticator, secretOf } from '../identity/authenticate.ts'
import { type Action, isAuthorised } from '../identity/authorise.ts'
import type { Caller } from '../identity/identity-service.ts'
import { actorOf, type Principal } from '../identity/principal.ts'
import { FailedAuthentications } from './admission/failed-authentications.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What the route does, for the authorisation table. A route without it is refused at registration. */
    action?: Action
  }
  interface FastifyRequest {
    principal: Principal
  }
}

/**
 * Every route names its action, and this one hook asks the one authorisation function. Once before the body
 * is read (a stranger's body costs nothing), once when the tenant in path, query or body is known.
 */
export function guard(
  app: FastifyInstance,
  authenticator: Authenticator,
  failures: FailedAuthentications = new FailedAuthentications(() => performance.now()),
): void {
  app.decorateRequest('principal')
  app.addHook('onRoute', (route) => {
    if (route.config?.action === undefined) {
      throw new Error(`the route ${String(route.method)} ${route.url} names no action`)
    }
  })
  app.addHook('onRequest', async (request) => {
    const action = request.routeOptions.config.action
    if (action === undefined) return
    const anyone = isAuthorised({ kind: 'anonymous' }, action, {})
    request.principal = anyone
      ? { kind: 'anonymous' }
      : await principalOf(request, authenticator, failures)
    if (anyone) return
    requireAction(request, action, undefined)
  })
  app.addHook('preHandler', async (request) => {
    const action = request.routeOptions.config.action
    if (action !== undefined) requireAction(request, action, namedTenant(request))
  })
}

/** @throws CORE_AUTHENTICATION_REQUIRED, CORE_AUTHENTICATION_THROTTLED */
async function principalOf(
  { headers, ip }: FastifyRequest,
  authenticator: Authenticator,
  failures: FailedAuthentications,
): Promise<Principal> {
  const secret = secretOf(headers)
  if (secret === undefined) throw coreErrors.create('AUTHENTICATION_REQUIRED')
  // What is proven in memory passes: the neighbours of a client that is set up wrongly go on working.
  if (authenticator.isLookedUp(secret)) failures.requireOpen(ip)
  const principal = await authenticator.principal(secret)
  if (principal.kind === 'anonymous') throw failures.note(ip)
  return principal
}

export function callerOf(request: FastifyRequest): Caller {
  return { actor: actorOf(request.principal), traceId: request.trace.traceId }
}

/** The tenant a route works on: the one it names, or the admin's own. The operator has to name one. */
export function tenantOf(request: FastifyRequest): string {
  const named = namedTenant(request)
  if (named !== undefined) return named
  if (request.principal.kind === 'admin' || request.principal.kind === 'app') {
    return request.principal.tenant
  }
  throw coreErrors.create(
    'INPUT_INVALID',
    {},
    { faults: [{ pointer: '/tenant', detail: 'is required of the operator: name a tenant' }] },
  )
}

/** @throws CORE_FORBIDDEN when the principal may not do this to that tenant's things. */
function requireAction(request: FastifyRequest, action: Action, tenant: string | undefined): void {
  if (isAuthorised(request.principal, action, { tenant })) return
  throw coreErrors.create('FORBIDDEN', { principal: actorOf(request.principal), action })
}

function namedTenant(request: FastifyRequest): string | undefined {
  for (const part of [request.params, request.query, request.body]) {
    if (typeof part !== 'object' || part === null) continue
    const tenant: unknown = Reflect.get(part, 'tenant')
    if (typeof tenant === 'string') return tenant
  }
  return undefined
}
