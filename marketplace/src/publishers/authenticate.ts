import type { FastifyInstance, FastifyRequest, onRequestAsyncHookHandler } from 'fastify'
import { marketplaceErrors } from '../errors.ts'
import type { Actor } from './actor.ts'
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
 */
export function authentication(
  app: FastifyInstance,
  publishers: PublisherService,
): onRequestAsyncHookHandler {
  app.decorateRequest(ACTOR, null)
  return async (request) => {
    const actor = await publishers.identify(bearerToken(request.headers.authorization))
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
