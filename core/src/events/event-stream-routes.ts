import type { FastifyInstance } from 'fastify'
import { letPagesRead } from '../gateway/cors/cors.ts'
import { pageOrigin, requirePage } from '../gateway/cors/page-origin.ts'
import { isKeyInForce } from '../identity/app-authenticator.ts'
import { secretOf } from '../identity/authenticate.ts'
import type { Principal } from '../identity/principal.ts'
import type { Snapshot } from '../rollout/routing/snapshot.ts'
import { type EventStreams, type StreamQuery, sendStream, streamSchema } from './event-streams.ts'

interface Ports {
  readonly streams: EventStreams
  readonly snapshot: () => Snapshot
  /** URL of the host, without a slash at its end. */
  readonly issuer: string
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** Events that a subscription lets its app hear, as they come. In a scope of its own. */
export function eventStreamRoutes(app: FastifyInstance, ports: Ports): void {
  const { streams, snapshot, now } = ports
  const own = new URL(ports.issuer).origin
  streams.endWith(app)
  letPagesRead(app, ports)
  app.get<{ Querystring: StreamQuery }>(
    '/v1/events/stream',
    {
      config: { action: 'event.follow' },
      // A HEAD would read the stream to its end.
      exposeHeadRoute: false,
      schema: {
        tags: ['events'],
        summary: "Events of the subscription's service, live: server-sent events with CloudEvents",
        ...streamSchema,
      },
    },
    async (request, reply) => {
      const { subscription: id } = request.principal as Extract<Principal, { kind: 'app' }>
      const { headers, query } = request
      const subscription = snapshot().subscriptions.get(id)
      if (subscription !== undefined) requirePage(subscription, pageOrigin(headers, own))
      const secret = secretOf(headers) ?? ''
      // A key that is revoked ends what it began.
      const isProven = () => !secret.startsWith('dsk_') || isKeyInForce(snapshot(), secret, now())
      return sendStream(
        reply,
        await streams.prepare({ subscription: id, query, headers, isProven }),
      )
    },
  )
}
