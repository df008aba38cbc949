import type { FastifyInstance, FastifyRequest, onRequestAsyncHookHandler } from 'fastify'
import { parsePackageName } from '../../packages/package-name.ts'
import type { AccountPorts } from '../../ports.ts'
import { actorOf } from '../../publishers/authenticate.ts'
import { type RatingRequest, RatingService } from './rating-service.ts'
import { countStars, listRatings } from './rating-store.ts'
import { ratingSummary } from './rating-summary.ts'

type Ports = Pick<AccountPorts, 'knex' | 'now' | 'audit'>

interface Named {
  readonly name: string
}

const tags = ['marketplace']

/** What tenants say of a package: open to all to read; tenants rate by the host's own face. */
export function ratingRoutes(
  app: FastifyInstance,
  ports: Ports,
  authenticate: onRequestAsyncHookHandler,
): void {
  app.get<{ Params: Named; Querystring: { limit: number; cursor?: string } }>(
    '/packages/:name/ratings',
    {
      schema: {
        tags,
        summary: 'Ratings by tenants that run it, the newest first, and their Bayesian mean',
        params: strict({ name }),
        querystring: {
          type: 'object',
          additionalProperties: false,
          properties: {
            limit: { type: 'integer', minimum: 1, maximum: 100, default: 20 },
            cursor: ratingId,
          },
        },
      },
    },
    async ({ params, query }) => {
      const { full } = parsePackageName(params.name)
      const items = await listRatings(ports.knex, full, { ...query, now: ports.now() })
      const summary = ratingSummary(await countStars(ports.knex, full, ports.now()))
      const last = items.at(-1)
      const next = items.length === query.limit && last !== undefined ? { next: last.id } : {}
      return { summary, items, ...next }
    },
  )
  writingRoutes(app, new RatingService(ports), authenticate)
}

function writingRoutes(
  app: FastifyInstance,
  ratings: RatingService,
  authenticate: onRequestAsyncHookHandler,
): void {
  const params = strict({ name, id: ratingId })
  app.put<{ Params: Named & { id: string }; Body: { text: string } }>(
    '/packages/:name/ratings/:id/answer',
    {
      onRequest: authenticate,
      schema: {
        tags,
        summary: 'Answer a rating, as its publisher',
        params,
        body: strict({ text: words }),
      },
    },
    async (request, reply) => {
      await ratings.answer(requestOf(request), request.body.text)
      return reply.code(204).send()
    },
  )
  app.post<{ Params: Named & { id: string }; Body: { reason: string } }>(
    '/packages/:name/ratings/:id/hide',
    {
      onRequest: authenticate,
      schema: {
        tags,
        summary: 'Hide a rating for a reason, which its tenant is told; the operator',
        params,
        body: strict({ reason: words }),
      },
    },
    async (request, reply) => {
      await ratings.hide(requestOf(request), request.body.reason)
      return reply.code(204).send()
    },
  )
  app.post<{ Params: Named & { id: string } }>(
    '/packages/:name/ratings/:id/show',
    {
      onRequest: authenticate,
      schema: { tags, summary: 'Show a hidden rating again; the operator', params },
    },
    async (request, reply) => {
      await ratings.show(requestOf(request))
      return reply.code(204).send()
    },
  )
}

function requestOf(request: FastifyRequest<{ Params: Named & { id: string } }>): RatingRequest {
  const { name, id } = request.params
  return {
    actor: actorOf(request as FastifyRequest),
    name: parsePackageName(name).full,
    id,
    traceId: request.id,
  }
}

const name = { type: 'string', minLength: 1, maxLength: 214 } as const
const ratingId = { type: 'string', pattern: '^[0-9a-f]{32}$' } as const
const words = {
  type: 'string',
  minLength: 1,
  maxLength: 2000,
  pattern: '^[^\\u0000-\\u0008\\u000b-\\u001f]*$',
} as const

function strict<Properties extends object>(properties: Properties) {
  const required = Object.keys(properties)
  return { type: 'object', additionalProperties: false, required, properties }
}
