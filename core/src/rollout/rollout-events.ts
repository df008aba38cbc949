import type { FastifyInstance } from 'fastify'
import { strictObject } from '../gateway/http-schemas.ts'
import { LiveStreams } from '../live/live-streams.ts'
import { requireRollout } from './describe-rollout.ts'
import { rolloutIdSchema } from './rollout-id-schema.ts'
import { settledStates } from './rollout-states.ts'
import { type ShowingNode, type ShownRollout, showRollout } from './shown-rollout.ts'

/** Of one node. At eight small reads a second each, all of them together stay below 260 a second. */
const MAX_STREAMS = 32

/**
 * A rollout, live: each event holds the whole description. The stream ends by itself when nothing but a person could change the
 * rollout any more.
 */
export function rolloutEvents(app: FastifyInstance, node: ShowingNode): void {
  const { knex } = node
  const streams = new LiveStreams(app, MAX_STREAMS)
  app.get<{ Params: { id: string } }>(
    '/v1/rollouts/:id/events',
    {
      config: { action: 'rollout.read' },
      // A HEAD would read the stream to its end.
      exposeHeadRoute: false,
      schema: {
        tags: ['rollouts'],
        summary: 'A rollout, live: server-sent events, each the whole of GET /v1/rollouts/{id}',
        params: strictObject({ id: rolloutIdSchema }, ['id']),
      },
    },
    async (request, reply) => {
      const { id } = request.params
      await requireRollout(knex, id)
      const read = async () => showRollout(node, await requireRollout(knex, id))
      return streams.send(reply, { event: 'rollout', read, idOf: eventId, isOver })
    },
  )
}

/** Until all nodes that live route by its end, and this one has ended what the version was given before. */
function isOver({ state, acknowledged, draining }: ShownRollout): boolean {
  const isEverywhere = acknowledged === null || acknowledged.nodes >= acknowledged.of
  return settledStates.includes(state) && isEverywhere && draining === null
}

/** Last transition and calls counted so far: grows with the rollout. */
function eventId({ transitions, calls }: ShownRollout): string {
  return `${transitions.at(-1)?.id ?? 0}.${calls.stable}.${calls.canary}`
}
