import type { FastifyInstance } from 'fastify'
import { callerOf } from '../gateway/guard.ts'
import { idSchema, pluginNameSchema, strictObject } from '../gateway/http-schemas.ts'
import type { RatingOf, RatingService } from './rating-service.ts'

interface Named {
  readonly tenant: string
  readonly name: string
}

const tags = ['plugins of a tenant']
const named = { tenant: idSchema, name: pluginNameSchema }
const major = { type: 'integer', minimum: 0, maximum: 1_000_000 } as const
const ofMajor = strictObject({ ...named, major }, ['tenant', 'name', 'major'])
const path = '/v1/tenants/:tenant/plugins/:name/ratings'

/** What a tenant says of the plugins that it runs: its admin's. */
export function ratingRoutes(app: FastifyInstance, ratings: RatingService): void {
  app.get<{ Params: Named }>(
    path,
    {
      config: { action: 'binding.read' },
      schema: {
        tags,
        summary: "The tenant's ratings of a plugin",
        params: strictObject(named, ['tenant', 'name']),
      },
    },
    async (request) => ({ items: await ratings.own(request.params) }),
  )
  app.put<{ Params: RatingOf; Body: { stars: number; text?: string } }>(
    `${path}/:major`,
    {
      config: { action: 'rating.write' },
      schema: {
        tags,
        summary: 'Rate a major of a plugin that the tenant runs, or change what was said of it',
        params: ofMajor,
        body: ratingSchema,
      },
    },
    async (request, reply) => {
      const { stars, text = null } = request.body
      await ratings.rate(callerOf(request), request.params, { stars, text })
      return reply.code(204).send()
    },
  )
  app.delete<{ Params: RatingOf }>(
    `${path}/:major`,
    {
      config: { action: 'rating.write' },
      schema: { tags, summary: 'Take a rating back', params: ofMajor },
    },
    async (request, reply) => {
      await ratings.withdraw(callerOf(request), request.params)
      return reply.code(204).send()
    },
  )
}

const ratingSchema = strictObject(
  {
    stars: { type: 'integer', minimum: 1, maximum: 5 },
    text: {
      type: 'string',
      minLength: 1,
      maxLength: 2000,
      pattern: '^[^\\u0000-\\u0008\\u000b-\\u001f]*$',
    },
  },
  ['stars'],
)
