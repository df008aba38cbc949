import { CodedError } from '@signalbox/sdk/errors'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { coreErrors } from '../errors.ts'
import type { Asker } from '../identity/asker.ts'
import { type Authenticated, type Authenticator, secretOf } from '../identity/authenticate.ts'
import { type Action, isAuthorised, mayAttempt } from '../identity/authorise.ts'
import type { Caller } from '../identity/identity-service.ts'
import { actorOf, type Principal, tenantOfPrincipal } from '../identity/principal.ts'
import { isForged } from '../oauth/token-verifier.ts'
import { FailedAuthentications } from './admission/failed-authentications.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What the route does, for the authorisation table. A route without it is refused at registration. */
    action?: Action
    /** Its handler finds out the unit and asks `requireOver`; any other route is closed to roles over units. */
    decidesUnit?: true
  }
  interface FastifyRequest {
    principal: Principal
    /** What changes by the session's cookie have to repeat. */
    csrf: string | undefined
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
  app.decorateRequest('csrf', undefined)
  app.addHook('onRoute', (route) => {
    if (route.config?.action === undefined) {
      throw new Error(`the route ${String(route.method)} ${route.url} names no action`)
    }
  })
  app.addHook('onRequest', async (request, reply) => {
    const action = request.routeOptions.config.action
    if (action === undefined) return
    const anyone = isAuthorised({ kind: 'anonymous' }, action, {})
    const known: Authenticated = anyone
      ? { principal: { kind: 'anonymous' } }
      : await authenticated(request, authenticator, failures)
    request.principal = known.principal
    request.csrf = known.csrf
    if (known.setCookie !== undefined) reply.header('set-cookie', known.setCookie)
    if (anyone) return
    if (!mayAttempt(request.principal, action)) throw forbidden(request.principal, action)
  })
  app.addHook('preHandler', async (request) => {
    const { action, decidesUnit } = request.routeOptions.config
    if (action === undefined) return
    const { principal } = request
    const tenant = namedTenant(request)
    const isLetIn =
      decidesUnit === true
        ? mayAttempt(principal, action, tenant)
        : isAuthorised(principal, action, { tenant })
    if (!isLetIn) throw forbidden(principal, action)
  })
}

/**
 * Who asks on a route that is open to all and tells some of them more, in a scope without the guard. A wrong secret counts
 * as anywhere, and is answered as nobody's.
 */
export async function principalOf(
  request: FastifyRequest,
  reply: FastifyReply,
  authenticator: Authenticator,
  failures: FailedAuthentications,
): Promise<Principal> {
  return (await knownBy(request, reply, authenticator, failures)).principal
}

/** The same, with what tells the session. */
export async function knownBy(
  request: FastifyRequest,
  reply: FastifyReply,
  authenticator: Authenticator,
  failures: FailedAuthentications,
): Promise<Authenticated> {
  try {
    const known = await authenticated(request, authenticator, failures)
    if (known.setCookie !== undefined) reply.header('set-cookie', known.setCookie)
    return known
  } catch (error) {
    if (error instanceof CodedError) return { principal: { kind: 'anonymous' } }
    throw error
  }
}

/** @throws CORE_AUTHENTICATION_REQUIRED, CORE_AUTHENTICATION_THROTTLED, CORE_TOKEN_INVALID, CORE_CROSS_SITE_REFUSED */
async function authenticated(
  request: FastifyRequest,
  authenticator: Authenticator,
  failures: FailedAuthentications,
): Promise<Authenticated> {
  const { ip, headers } = request
  // What is proven in memory passes: the neighbours of a client that is set up wrongly go on working.
  const known = await authenticator
    .ofRequest(request, () => failures.requireOpen(ip))
    .catch((error: unknown) => {
      const isGuess = error instanceof CodedError && error.code === 'CORE_TOKEN_INVALID'
      throw isGuess && isForged(error.parameters['reason']) ? failures.note(ip, error) : error
    })
  if (known.principal.kind !== 'anonymous') return known
  throw secretOf(headers) === undefined
    ? coreErrors.create('AUTHENTICATION_REQUIRED')
    : failures.note(ip)
}

/** Of a route that says `decidesUnit`. @param unit of the thing; null: of none @throws CORE_FORBIDDEN */
export function requireOver(request: FastifyRequest, unit: string | null): void {
  const { action } = request.routeOptions.config
  const { principal } = request
  if (
    action !== undefined &&
    isAuthorised(principal, action, { tenant: tenantOf(request), unit })
  ) {
    return
  }
  throw forbidden(principal, action ?? 'nothing')
}

export function callerOf(request: FastifyRequest): Caller {
  return { actor: actorOf(request.principal), traceId: request.trace.traceId }
}

/** Who asks, in both words: the one that is judged and the one that is written down. */
export function askerOf(request: FastifyRequest): Asker {
  const { principal, headers } = request
  return { ...callerOf(request), principal, seen: headers['if-match'] }
}

/** The tenant a route works on: the one it names, or the admin's own. The operator has to name one. */
export function tenantOf(request: FastifyRequest): string {
  const named = namedTenant(request)
  if (named !== undefined) return named
  const own = tenantOfPrincipal(request.principal)
  if (own !== undefined) return own
  throw coreErrors.create(
    'INPUT_INVALID',
    {},
    { faults: [{ pointer: '/tenant', detail: 'is required of the operator: name a tenant' }] },
  )
}

function forbidden(principal: Principal, action: string): Error {
  return coreErrors.create('FORBIDDEN', { principal: actorOf(principal), action })
}

function namedTenant(request: FastifyRequest): string | undefined {
  for (const part of [request.params, request.query, request.body]) {
    if (typeof part !== 'object' || part === null) continue
    const tenant: unknown = Reflect.get(part, 'tenant')
    if (typeof tenant === 'string') return tenant
  }
  return undefined
}
