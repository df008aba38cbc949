import type { FastifyInstance } from 'fastify'
import type { Knex } from 'knex'
import { strictObject } from '../../gateway/http-schemas.ts'
import { requireRollout } from '../describe-rollout.ts'
import { rolloutIdSchema } from '../rollout-id-schema.ts'
import { analyseRollout } from './analysis.ts'

export function analysisRoute(app: FastifyInstance, { knex }: { readonly knex: Knex }): void {
  app.get<{ Params: { id: string } }>(
    '/v1/rollouts/:id/analysis',
    {
      config: { action: 'rollout.read' },
      schema: {
        tags: ['rollouts'],
        summary: 'The evidence of a rollout over time, and every decision with its sentence',
        params: strictObject({ id: rolloutIdSchema }, ['id']),
      },
    },
    async (request) => analyseRollout(knex, await requireRollout(knex, request.params.id)),
  )
}
