import type { FastifyInstance } from 'fastify'
import type { Knex } from 'knex'
import { strictObject } from '../gateway/http-schemas.ts'

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

interface OutboxRow {
  readonly id: string
  readonly type: string
  readonly subject: string
  readonly at: Date
  readonly data: Readonly<Record<string, unknown>>
}

/** Every transition of every rollout, as events that a program can follow without missing one. */
export function rolloutFeed(app: FastifyInstance, knex: Knex): void {
  app.get<{ Querystring: { after: number; limit: number } }>(
    '/v1/rollout-events',
    {
      config: { action: 'rollout.read' },
      schema: {
        tags: ['rollouts'],
        summary: 'What happened to rollouts, oldest first, as CloudEvents; ask again after `next`',
        querystring: strictObject(
          {
            after: { type: 'integer', minimum: 0, default: 0 },
            limit: { type: 'integer', minimum: 1, maximum: 200, default: 50 },
          },
          [],
        ),
      },
    },
    async (request) => {
      const { after, limit } = request.query
      const items = await eventsAfter(knex, after, limit)
      return { items, next: Number(items.at(-1)?.sequence ?? after) }
    },
  )
}

/**
 * In the order of generations, which is that of commits; the sequence of the outbox is not. Of one generation,
 * a group's, all or none are given, so that `after` never cuts one in two: at most a group more than asked for.
 */
async function eventsAfter(knex: Knex, after: number, limit: number): Promise<HostEvent[]> {
  const query = () =>
    knex('outbox_events')
      .where('type', 'like', 'signalbox.rollout.%')
      .select('id', 'type', 'subject', 'at', 'data')
  const rows: OutboxRow[] = await query()
    .whereRaw("(data->>'generation')::bigint > ?", [after])
    .orderByRaw("(data->>'generation')::bigint, sequence")
    .limit(limit)
  const last = rows.at(-1)?.data['generation']
  if (rows.length === limit && last !== undefined) {
    const cut: OutboxRow[] = await query()
      .whereRaw("(data->>'generation')::bigint = ?", [last as number])
      .orderBy('sequence')
    const known = new Set(rows.map(({ id }) => id))
    rows.push(...cut.filter(({ id }) => !known.has(id)))
  }
  return rows.map(hostEvent)
}

function hostEvent({ id, type, subject, at, data }: OutboxRow): HostEvent {
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
