import type { FastifyInstance } from 'fastify'
import type { Knex } from 'knex'
import { idSchema, strictObject } from '../../gateway/http-schemas.ts'
import { afterSchema, hostEvent } from '../rollout-feed.ts'
import { rolloutNotesAfter } from '../rollout-outbox.ts'
import { concerning } from './tenant-feed-store.ts'
import { moveTypes, toldMove } from './told-move.ts'

/** What plugins of the tenant are told of rollouts, for its admin: the same events, and the same in them. */
export function tenantFeed(app: FastifyInstance, knex: Knex): void {
  app.get<{ Params: { tenant: string }; Querystring: { after: number; limit: number } }>(
    '/v1/tenants/:tenant/rollout-events',
    {
      config: { action: 'rollout.follow' },
      schema: {
        tags: ['rollouts'],
        summary:
          'Moves of rollouts that concern a tenant, oldest first, as CloudEvents; ask again after `next`',
        params: strictObject({ tenant: idSchema }, ['tenant']),
        querystring: afterSchema,
      },
    },
    async (request) => {
      const { tenant } = request.params
      const { after, limit } = request.query
      const wanted = { types: moveTypes, only: concerning(tenant) }
      const notes = await rolloutNotesAfter(knex, after, limit, wanted)
      const items = notes.map((note) => ({ ...hostEvent(note), data: toldMove(note, tenant) }))
      return { items, next: Number(items.at(-1)?.sequence ?? after) }
    },
  )
}
