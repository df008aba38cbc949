import type { FastifyInstance, onRequestAsyncHookHandler } from 'fastify'
import type { Knex } from 'knex'
import { marketplaceErrors } from '../../errors.ts'
import { parsePackageName } from '../../packages/package-name.ts'
import { findHead } from '../../packages/package-store.ts'
import type { AccountPorts } from '../../ports.ts'
import { actorOf } from '../../publishers/authenticate.ts'
import { authorizeChange } from '../../publishers/authorize-change.ts'
import { countStars, hideRating, listRatings, setAnswer } from './rating-store.ts'
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
  answerRoute(app, ports, authenticate)
  hideRoute(app, ports, authenticate)
}

function answerRoute(
  app: FastifyInstance,
  ports: Ports,
  authenticate: onRequestAsyncHookHandler,
): void {
  app.put<{ Params: Named & { id: string }; Body: { text: string } }>(
    '/packages/:name/ratings/:id/answer',
    {
      onRequest: authenticate,
      schema: {
        tags,
        summary: 'Answer a rating, as its publisher',
        params: strict({ name, id: ratingId }),
        body: strict({ text: words }),
      },
    },
    async (request, reply) => {
      const actor = actorOf(request)
      const of = { name: parsePackageName(request.params.name).full, id: request.params.id }
      await ports.knex.transaction(async (trx) => {
        const owner = (await findHead(trx, of.name))?.owner
        await authorizeChange(trx, actor, parsePackageName(of.name), owner)
        const at = new Date(ports.now())
        requireFound(await setAnswer(trx, of, { text: request.body.text, at }), of)
        await audited(ports, trx, request.id, actor.name, 'package-rating.answered', of, {})
      })
      return reply.code(204).send()
    },
  )
}

function hideRoute(
  app: FastifyInstance,
  ports: Ports,
  authenticate: onRequestAsyncHookHandler,
): void {
  app.post<{ Params: Named & { id: string }; Body: { reason: string } }>(
    '/packages/:name/ratings/:id/hide',
    {
      onRequest: authenticate,
      schema: {
        tags,
        summary: 'Hide a rating for a reason, which its tenant is told; the operator',
        params: strict({ name, id: ratingId }),
        body: strict({ reason: words }),
      },
    },
    async (request, reply) => {
      const actor = actorOf(request)
      if (actor.kind !== 'operator') throw marketplaceErrors.create('OPERATOR_ONLY')
      const of = { name: parsePackageName(request.params.name).full, id: request.params.id }
      const { reason } = request.body
      await ports.knex.transaction(async (trx) => {
        requireFound(await hideRating(trx, of, { reason, by: actor.name }), of)
        await audited(ports, trx, request.id, actor.name, 'package-rating.hidden', of, { reason })
      })
      return reply.code(204).send()
    },
  )
}

interface RatingId {
  readonly name: string
  readonly id: string
}

async function audited(
  { audit }: Ports,
  trx: Knex.Transaction,
  traceId: string,
  actor: string,
  action: 'package-rating.answered' | 'package-rating.hidden',
  { name, id }: RatingId,
  details: object,
): Promise<void> {
  await audit?.({ actor, action, subject: name, traceId, details: { rating: id, ...details } }, trx)
}

function requireFound(isFound: boolean, { name, id }: RatingId): void {
  if (!isFound) throw marketplaceErrors.create('RATING_NOT_FOUND', { package: name, rating: id })
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
