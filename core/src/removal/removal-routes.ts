import type { FastifyInstance } from 'fastify'
import { callerOf } from '../gateway/guard.ts'
import { pluginNameSchema, strictObject } from '../gateway/http-schemas.ts'
import type { RemovalService } from './removal-service.ts'
import { type DataWish, dataWishes, unfinishedRemovals } from './removal-states.ts'

/** Taking a plugin out: the operator's. */
export function removalRoutes(
  app: FastifyInstance,
  removals: Pick<RemovalService, 'remove' | 'find'>,
): void {
  app.delete<{ Params: { name: string }; Querystring: { data?: DataWish } }>(
    '/v1/plugins/:name',
    {
      config: { action: 'plugin.remove' },
      schema: {
        tags: ['plugins'],
        summary:
          'Remove a plugin; its data is kept, exported and purged, or purged. Without `data`: kept, or, once it is being removed, no other wish',
        params: strictObject({ name: pluginNameSchema }, ['name']),
        querystring: strictObject({ data: { enum: dataWishes } }, []),
      },
    },
    async (request, reply) => {
      const { name } = request.params
      const removal = await removals.remove(callerOf(request), name, request.query.data)
      const isOver = !unfinishedRemovals.some((state) => state === removal.state)
      return reply.code(isOver ? 200 : 202).send(removal)
    },
  )

  app.get<{ Params: { name: string } }>(
    '/v1/plugins/:name/removal',
    {
      config: { action: 'plugin.remove' },
      schema: {
        tags: ['plugins'],
        summary: 'How far the removal of a plugin has come',
        params: strictObject({ name: pluginNameSchema }, ['name']),
      },
    },
    (request) => removals.find(request.params.name),
  )
}
