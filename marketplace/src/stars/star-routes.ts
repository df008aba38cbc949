import type { FastifyInstance } from 'fastify'
import type { StarService } from './star-service.ts'

/** `npm stars`: CouchDB's view, whose key is JSON. */
export function starRoutes(app: FastifyInstance, stars: StarService): void {
  app.get<{ Querystring: { key: string } }>(
    '/-/_view/starredByUser',
    { schema: { querystring: keySchema } },
    async (request) => {
      const publisher = request.query.key.slice(1, -1)
      const names = await stars.list(publisher)
      return { rows: names.map((name) => ({ key: publisher, value: name })) }
    },
  )
}

const keySchema = {
  type: 'object',
  required: ['key'],
  properties: { key: { type: 'string', pattern: '^"[a-z0-9-]{1,64}"$' } },
} as const
