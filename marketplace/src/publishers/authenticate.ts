import type { FastifyInstance, FastifyRequest, onRequestAsyncHookHandler } from 'fastify'
import type { Actor } from './actor.ts'
import type { PublisherService } from './publisher-service.ts'
import { bearerToken } from './token.ts'

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
    request.setDecorator(
      ACTOR,
      await publishers.identify(bearerToken(request.headers.authorization)),
    )
  }
}

/** The caller, on a route that has the hook before it. */
export function actorOf(request: FastifyRequest): Actor {
  return request.getDecorator<Actor>(ACTOR)
}
