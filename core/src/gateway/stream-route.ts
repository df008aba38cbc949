import type { FastifyInstance, FastifyRequest } from 'fastify'
import { STREAM } from '../catalog/event-scope.ts'
import { coreErrors } from '../errors.ts'
import {
  type EventStreams,
  type StreamQuery,
  sendStream,
  streamSchema,
} from '../events/event-streams.ts'
import { secretOf } from '../identity/authenticate.ts'
import { actorOf } from '../identity/principal.ts'
import { type AccountPorts, accountCall } from './account-call.ts'
import { type AdmissionPorts, appOf } from './admission/admit-call.ts'
import { type Call, type CallParams, type CallRequest, sentFrom } from './call.ts'

interface Ports extends AdmissionPorts, AccountPorts {
  readonly streams: EventStreams
}

/**
 * What a service tells of, live, to who subscribes to it. It goes through the same admission as calls, once, when it
 * begins: then it is on record, as it may go on for days. It takes one of the calls at a time as long as it lasts.
 */
export function streamRoute(app: FastifyInstance, url: string, ports: Ports): void {
  app.get<{ Params: CallParams; Querystring: StreamQuery }>(
    url,
    {
      config: { action: 'service.call' },
      // A HEAD would read the stream to its end.
      exposeHeadRoute: false,
      schema: {
        tags: ['data services'],
        summary: 'Events of a data service, live: server-sent events with CloudEvents',
        ...streamSchema,
      },
    },
    async (request, reply) => {
      const { query, headers } = request
      const call = request.call as Call
      const { principal, subscription } = call
      if (subscription === undefined) {
        const parameters = { principal: actorOf(principal), action: 'event.follow' }
        throw coreErrors.create('FORBIDDEN', parameters)
      }
      call.target = { service: subscription.service, operation: STREAM }
      const isProven = () => isStill(ports, request, subscription.id)
      const wish = { subscription: subscription.id, query, headers, isProven }
      const prepared = await ports.streams.prepare(wish)
      accountCall(ports, request as CallRequest, reply)
      if (!reply.raw.closed) {
        const named = { subscription, operation: STREAM, version: 'none' }
        const unfollow = ports.usage.recorder.follow({ ...named, bytes: sentFrom(request) })
        reply.raw.once('close', unfollow)
      }
      return sendStream(reply, prepared)
    },
  )
}

/** A key that is revoked and a token that is over end what they began. @throws CORE_TOKEN_INVALID and others */
function isStill(
  ports: Ports,
  request: FastifyRequest<{ Params: CallParams; Querystring: StreamQuery }>,
  subscription: string,
): boolean {
  const secret = secretOf(request.headers) ?? ''
  const app = appOf(ports, request.params, secret, undefined)
  return app?.subscription === subscription
}
