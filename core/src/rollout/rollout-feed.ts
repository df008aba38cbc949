import type { FastifyInstance } from 'fastify'
import type { Knex } from 'knex'
import { strictObject } from '../gateway/http-schemas.ts'
import { type RolloutNote, rolloutNotesAfter } from './rollout-outbox.ts'

/** CloudEvents 1.0 in JSON, as the host itself says it; see the outbox. */
interface HostEvent {
  readonly specversion: '1.0'
  /** With `source` unique: an event that comes twice is known by it. */
  readonly id: string
  readonly source: '/signalbox'
  readonly type: string
  readonly subject: string
  readonly time: string
  readonly datacontenttype: 'application/json'
  /** The generation of the routing table that it is of: events are in its order. */
  readonly sequence: string
  readonly data: unknown
}

/** How a feed is followed. */
export const afterSchema = strictObject(
  {
    // Beyond it numbers skip, and PostgreSQL's own end.
    after: { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER, default: 0 },
    limit: { type: 'integer', minimum: 1, maximum: 200, default: 50 },
  },
  [],
)

/** Every transition of every rollout, as events that a program can follow without missing one. */
export function rolloutFeed(app: FastifyInstance, knex: Knex): void {
  app.get<{ Querystring: { after: number; limit: number } }>(
    '/v1/rollout-events',
    {
      config: { action: 'rollout.read' },
      schema: {
        tags: ['rollouts'],
        summary: 'What happened to rollouts, oldest first, as CloudEvents; ask again after `next`',
        querystring: afterSchema,
      },
    },
    async (request) => {
      const { after, limit } = request.query
      const items = (await rolloutNotesAfter(knex, after, limit)).map(hostEvent)
      return { items, next: Number(items.at(-1)?.sequence ?? after) }
    },
  )
}

export function hostEvent({ id, type, subject, at, data }: RolloutNote): HostEvent {
  return {
    specversion: '1.0',
    id,
    source: '/signalbox',
    type,
    subject,
    time: at.toISOString(),
    datacontenttype: 'application/json',
    sequence: String(data['generation']),
    data,
  }
}
