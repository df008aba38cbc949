import type { FastifyInstance, onRequestAsyncHookHandler } from 'fastify'
import type { Knex } from 'knex'
import { parsePackageName, tarballFile } from '../packages/package-name.ts'
import { OPERATOR } from '../publishers/actor.ts'
import { actorOf } from '../publishers/authenticate.ts'
import type { ReviewService, ShownReview } from './review-service.ts'
import { pageReviews } from './review-store.ts'

/** npm asks for 100 a page and stops where a page has fewer. */
const MAX_PER_PAGE = 100
const MAX_PAGE = 10_000

interface ListQuery {
  readonly page: number
  readonly perPage: number
  readonly package?: string
}

/** `npm stage list | view | download | approve | reject`. Publishing is with the publish; see publish-routes.ts. */
export function stageRoutes(
  app: FastifyInstance,
  { reviews, knex }: { readonly reviews: ReviewService; readonly knex: Knex },
  authenticate: onRequestAsyncHookHandler,
): void {
  const guarded = { onRequest: [authenticate] }
  app.get<{ Querystring: ListQuery }>(
    '/-/stage',
    { ...guarded, schema: { querystring: listSchema } },
    async (request) => {
      const actor = actorOf(request)
      const { page, perPage, package: name } = request.query
      const of = await reviews.seenBy(actor)
      const from = page * perPage
      const query = { ...of, status: 'open', name } as const
      const { items, total } = await pageReviews(knex, query, { limit: perPage, from })
      // One after the other: a page of a hundred takes no more than one connection.
      const shown: Readonly<Record<string, unknown>>[] = []
      for (const { id } of items) shown.push(stageItem(await reviews.show(actor, id)))
      return { items: shown, total }
    },
  )
  app.get<{ Params: StageParams }>('/-/stage/:id', { ...guarded, schema }, async (request) =>
    stageItem(await reviews.show(actorOf(request), request.params.id)),
  )
  app.get<{ Params: StageParams }>(
    '/-/stage/:id/tarball',
    { ...guarded, schema },
    async (request, reply) => {
      const { bytes, review } = await reviews.tarball(actorOf(request), request.params.id)
      const file = tarballFile(parsePackageName(review.name), review.version)
      return reply
        .type('application/octet-stream')
        .header('content-disposition', `attachment; filename="${file}"`)
        .header('cache-control', 'private, no-store')
        .header('x-content-type-options', 'nosniff')
        .send(bytes)
    },
  )
  decisionRoutes(app, reviews, authenticate)
}

function decisionRoutes(
  app: FastifyInstance,
  reviews: ReviewService,
  authenticate: onRequestAsyncHookHandler,
): void {
  app.post<{ Params: StageParams }>(
    '/-/stage/:id/approve',
    { onRequest: [authenticate], schema },
    async (request, reply) => {
      const decision = { actor: actorOf(request), id: request.params.id, traceId: request.id }
      const missing = await reviews.approve({ ...decision, text: 'approved by npm' })
      if (missing > 0) {
        const more = missing === 1 ? 'one more approval' : `${missing} more approvals`
        reply.header('npm-notice', `not public yet: it waits for ${more} of other people`)
      }
      return reply.code(missing > 0 ? 202 : 200).send({ ok: true, missing })
    },
  )
  app.delete<{ Params: StageParams }>(
    '/-/stage/:id',
    { onRequest: [authenticate], schema },
    async (request, reply) => {
      const { id } = request.params
      const decision = { actor: actorOf(request), id, traceId: request.id }
      await reviews.reject({ ...decision, text: 'rejected by npm, which takes no reason' })
      const cure = `the bytes are kept; say why: signalbox review answer ${id} --text "..."`
      return reply.header('npm-notice', cure).send({ ok: true })
    },
  )
}

/** What npm prints: its own fields first, then the rest as it is; of values it prints only texts and numbers well. */
function stageItem(review: ShownReview): Readonly<Record<string, unknown>> {
  const { id, name, version, tag, openedAt, publisher, tier, status, grounds, needed } = review
  const approvals = review.entries.filter(({ kind }) => kind === 'approval')
  const last = review.entries.at(-1)
  return {
    id,
    packageName: name,
    version,
    tag,
    createdAt: openedAt.toISOString(),
    actor: publisher,
    actorType: publisher === OPERATOR ? 'operator' : 'publisher',
    shasum: review.dist.shasum,
    integrity: review.dist.integrity,
    status: status === 'open' ? 'waits for review' : status,
    tier,
    grounds: grounds.join(', '),
    approvals: `${approvals.length} of ${Math.max(needed, 1)}`,
    permissions: wideningOf(review),
    ...(approvals.length === 0
      ? {}
      : { 'approved by': approvals.map(({ actor }) => actor).join(', ') }),
    'may approve': needed === 0 ? 'its publisher, or a reviewer' : 'reviewers and the operator',
    ...(last === undefined
      ? {}
      : { 'last word': `${last.actor} (${last.kind}): ${oneLine(last.text)}` }),
  }
}

/** What somebody else wrote goes to a terminal: none of it may move the cursor there. */
function oneLine(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ').slice(0, 200)
}

/** In one line what a reviewer looks at first. */
function wideningOf({ permissions, against }: ShownReview): string {
  const wider = permissions.changes.filter(({ change }) => change === 'wider')
  const named = (some: typeof wider) => [...new Set(some.map(({ name }) => name))].join(', ')
  if (against === null) {
    return `asks for ${named(wider.filter(({ kind }) => kind === 'capability')) || 'nothing'}`
  }
  const names = named(wider)
  return names === '' ? `no wider than ${against}` : `wider than ${against}: ${names}`
}

interface StageParams {
  readonly id: string
}

/** Not by `format`: the host's validator knows none. */
const uuid = '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$'

const schema = {
  params: {
    type: 'object',
    required: ['id'],
    additionalProperties: false,
    properties: { id: { type: 'string', pattern: uuid } },
  },
} as const

const listSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    page: { type: 'integer', minimum: 0, maximum: MAX_PAGE, default: 0 },
    perPage: { type: 'integer', minimum: 1, maximum: MAX_PER_PAGE, default: MAX_PER_PAGE },
    package: { type: 'string', pattern: '^[^\\u0000]*$', maxLength: 214 },
  },
} as const
