import type { FastifyInstance, FastifyPluginAsync } from 'fastify'
import { answerRefusals } from '../http/error-handler.ts'
import { parsePackageName } from '../packages/package-name.ts'
import type { AccountPorts, ContentStore, InspectPackage } from '../ports.ts'
import { actorOf, authentication } from '../publishers/authenticate.ts'
import { PublisherService } from '../publishers/publisher-service.ts'
import { requireOperator } from '../publishers/require-whole.ts'
import type { RegistryKeys } from '../trust/registry-keys.ts'
import { ReviewDiffService } from './review-diff-service.ts'
import type { PublisherRole } from './review-policy.ts'
import {
  commandSchema,
  listSchema,
  policySchema,
  roleSchema,
  withdrawalParams,
  withdrawalSchema,
} from './review-schemas.ts'
import { ReviewService } from './review-service.ts'
import { listReviews, type ReviewStatus } from './review-store.ts'
import { type PolicyWish, ReviewingService } from './reviewing-service.ts'
import { type WithdrawalCommand, WithdrawalService } from './withdrawal-service.ts'

const tags = ['marketplace']

export interface ReviewOptions extends AccountPorts {
  readonly contents: ContentStore
  readonly registryKeys?: RegistryKeys
  readonly inspectPackage: InspectPackage
}

/** Reviews, who reviews, and what is taken out of circulation, for the host's `/v1/marketplace`. */
export const reviewRoutes: FastifyPluginAsync<ReviewOptions> = async (app, ports) => {
  answerRefusals(app, ports)
  app.addHook('onRequest', authentication(app, new PublisherService(ports), ports))
  const reviews = new ReviewService(ports)
  queueRoutes(app, ports, reviews)
  diffRoute(app, new ReviewDiffService({ ...ports, reviews }))
  operatorRoutes(app, new ReviewingService(ports))
  withdrawalRoutes(app, new WithdrawalService(ports))
}

interface ListQuery {
  readonly status?: ReviewStatus
  readonly package?: string
  readonly version?: string
  readonly limit: number
  readonly cursor?: string
}

type ReviewCommand = 'approve' | 'reject' | 'appeal' | 'answer' | 'reopen'

function queueRoutes(app: FastifyInstance, { knex }: ReviewOptions, reviews: ReviewService): void {
  app.get<{ Querystring: ListQuery }>(
    '/reviews',
    { schema: { tags, summary: 'What waits for review', querystring: listSchema } },
    async (request) => {
      const actor = actorOf(request)
      const { status, package: name, version, ...page } = request.query
      const seen = await reviews.seenBy(actor)
      const items = await listReviews(knex, { ...seen, status, name, version }, page)
      const last = items.at(-1)
      return { items, ...(items.length === page.limit && last ? { next: last.id } : {}) }
    },
  )
  app.get<{ Params: { id: string } }>(
    '/reviews/:id',
    {
      schema: {
        tags,
        summary: 'A review with all that was said',
        params: commandSchema.idParams,
      },
    },
    async (request) => reviews.show(actorOf(request), request.params.id),
  )
  app.post<{
    Params: { id: string; command: ReviewCommand }
    Body: { text: string; rule?: string; statement?: string }
  }>(
    '/reviews/:id/:command',
    {
      schema: {
        tags,
        summary: 'Approve, reject, appeal, answer, or look once more after an appeal',
        params: commandSchema.params,
        body: commandSchema.body,
      },
    },
    async (request) => {
      const { id, command } = request.params
      const decision = { ...byOf(request), id, ...request.body }
      if (command === 'approve') await reviews.approve(decision)
      else if (command === 'reject') await reviews.reject(decision)
      else if (command === 'reopen') await reviews.reopen(decision)
      else await reviews.say(decision, command)
      return reviews.show(decision.actor, id)
    },
  )
}

function diffRoute(app: FastifyInstance, diffs: ReviewDiffService): void {
  app.get<{ Params: { id: string } }>(
    '/reviews/:id/diff',
    {
      schema: {
        tags,
        summary: 'The files of a version beside those of the release before it, as a unified diff',
        params: commandSchema.idParams,
      },
    },
    async (request) => diffs.diff(actorOf(request), request.params.id),
  )
}

function operatorRoutes(app: FastifyInstance, reviewing: ReviewingService): void {
  app.get(
    '/review-policy',
    { schema: { tags, summary: 'Which versions are reviewed' } },
    async (request) => {
      requireOperator(actorOf(request))
      return reviewing.policy()
    },
  )
  app.put<{ Body: PolicyWish }>(
    '/review-policy',
    { schema: { tags, summary: 'Say which versions are reviewed', body: policySchema } },
    async (request) => {
      requireOperator(actorOf(request))
      await reviewing.setPolicy(request.body, byOf(request))
      return reviewing.policy()
    },
  )
  for (const method of ['PUT', 'DELETE'] as const) {
    app.route<{ Params: { name: string; role: PublisherRole } }>({
      method,
      url: '/publishers/:name/roles/:role',
      schema: {
        tags,
        summary: method === 'PUT' ? 'Appoint a reviewer, or trust a publisher' : 'Take a role back',
        params: roleSchema,
      },
      handler: async (request, reply) => {
        requireOperator(actorOf(request))
        const { name, role } = request.params
        await reviewing.setRole(name, role, method === 'PUT', byOf(request))
        return reply.code(204).send()
      },
    })
  }
}

function withdrawalRoutes(app: FastifyInstance, withdrawals: WithdrawalService): void {
  app.post<{
    Params: { name: string; version: string; command: WithdrawalCommand }
    Body: { reason: string }
  }>(
    '/packages/:name/versions/:version/:command',
    {
      schema: {
        tags,
        summary: 'Yank a version, block it, or take that back',
        params: withdrawalParams,
        body: withdrawalSchema,
      },
    },
    async (request) => {
      const { name, version, command } = request.params
      const { reason } = request.body
      const asked = { ...byOf(request), name: parsePackageName(name), version, command, reason }
      return { name, version, ...(await withdrawals.withdraw(asked)) }
    },
  )
}

function byOf(request: Parameters<typeof actorOf>[0]) {
  return { actor: actorOf(request), traceId: request.id }
}
