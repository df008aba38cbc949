import type { FastifyInstance } from 'fastify'
import type { Knex } from 'knex'
import { readGeneration } from '../routing/snapshot-store.ts'
import { listNodes } from './node-store.ts'

/** Who serves, and by what. */
export function nodeRoutes(app: FastifyInstance, knex: Knex): void {
  app.get(
    '/v1/nodes',
    {
      config: { action: 'node.list' },
      schema: {
        tags: ['rollouts'],
        summary: 'Hosts of this database, and the generation that each routes by',
      },
    },
    async () => ({ generation: await readGeneration(knex), items: await listNodes(knex) }),
  )
}
