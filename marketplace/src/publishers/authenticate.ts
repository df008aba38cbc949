import type { FastifyInstance, FastifyRequest, onRequestAsyncHookHandler } from 'fastify'
import { marketplaceErrors } from '../errors.ts'
import type { AccountPorts } from '../ports.ts'
import { type Actor, actorNamed, OPERATOR } from './actor.ts'
import type { PublisherService } from './publisher-service.ts'
import { bearerToken } from './token.ts'
import { isFrom } from './token-limits.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** A change that a token for reading may make: it takes itself back. */
    isForReaders?: true
  }
}

const ACTOR = 'marketplaceActor'

/**
 * Makes the hook that routes with a caller's identity put before them. It runs before the body is read: a
 * stranger's 30 MB never reach the heap.
 * @param people asks for the session of whoever brings no token; absent: tokens alone are known
 */
export function authentication(
  app: FastifyInstance,
  publishers: PublisherService,
  people: Pick<AccountPorts, 'isOperatorSession'> = {},
): onRequestAsyncHookHandler {
  app.decorateRequest(ACTOR, null)
  return async (request, reply) => {
    const token = bearerToken(request.headers.authorization)
    const isOperator =
      token === undefined && (await people.isOperatorSession?.(request, reply)) === true
    const actor = isOperator ? actorNamed(OPERATOR) : await publishers.identify(token)
    requireWithinLimits(actor, request)
    request.setDecorator(ACTOR, actor)
  }
}

/** The caller, on a route that has the hook before it. */
export function actorOf(request: FastifyRequest): Actor {
  return request.getDecorator<Actor>(ACTOR)
}

/** By the method, so that no route has to think of it: what changes anything is no GET. */
function requireWithinLimits({ name, limits }: Actor, request: FastifyRequest): void {
  const isReading = request.method === 'GET' || request.method === 'HEAD'
  const reason = !isFrom(limits.cidrs, request.ip)
    ? 'it is for other addresses'
    : limits.isReadOnly && !isReading && request.routeOptions.config.isForReaders !== true
      ? 'it is for reading only'
      : undefined
  if (reason === undefined) return
  throw marketplaceErrors.create('TOKEN_NARROWED', { publisher: name, reason })
}
