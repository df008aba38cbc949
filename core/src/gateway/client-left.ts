import type { FastifyReply } from 'fastify'
import { CallerLeft } from '../broker/caller-left.ts'

/**
 * Whether the client of a request closed its connection before the answer was given. Looked at: a listener on the
 * connection would be one for each request that is in its pipeline. A close behind the answer is no leaving, and
 * one that nobody tells, as of a machine that lost its power, is not noticed.
 */
export function clientLeft({ request, raw }: FastifyReply): CallerLeft {
  const { socket } = request.raw
  return new CallerLeft(() => socket.destroyed && !raw.writableEnded)
}
