import type { FastifyInstance } from 'fastify'
import type { Knex } from 'knex'
import {
  majorSchema,
  pageOf,
  pageSchema,
  serviceIdSchema,
  strictObject,
} from '../gateway/http-schemas.ts'
import type { Page } from '../identity/identity-store.ts'
import { listConsumers } from './consumers.ts'
import { usedSince } from './used-since.ts'

interface Ports {
  readonly knex: Knex
  /** What this node has counted and not written yet. */
  readonly usage: { flush(): Promise<void> }
  readonly now: () => number
}

/** Who would notice a change of a service: across tenants, so it is the operator's. */
export function consumerRoutes(app: FastifyInstance, { knex, usage, now }: Ports): void {
  app.get<{ Params: { id: string }; Querystring: Page & { major?: number } }>(
    '/v1/catalog/services/:id/consumers',
    {
      config: { action: 'consumer.list' },
      schema: {
        tags: ['catalog'],
        summary:
          'Apps subscribed to a service, the operations they used within 90 days, and what they read',
        params: strictObject({ id: serviceIdSchema }, ['id']),
        querystring: strictObject({ major: majorSchema, ...pageSchema }, []),
      },
    },
    async (request) => {
      await usage.flush()
      const { limit, cursor, major } = request.query
      const since = usedSince(now())
      const wanted = { service: request.params.id, major, since, limit, cursor }
      const consumers = await listConsumers(knex, wanted)
      return pageOf(
        consumers.map(({ expectations, ...consumer }) => ({
          ...consumer,
          reads: expectations.reads,
          examples: expectations.examples.length,
        })),
        limit,
        ({ subscription }) => subscription,
      )
    },
  )
}
