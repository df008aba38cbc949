import type { FastifyReply } from 'fastify'

/** As if there were no such route: whether a plugin has one is told to nobody. */
export function notFound(reply: FastifyReply): FastifyReply {
  reply.callNotFound()
  return reply
}
