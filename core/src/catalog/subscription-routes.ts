import type { FastifyInstance } from 'fastify'
import type { Knex } from 'knex'
import { callerOf, tenantOf } from '../gateway/guard.ts'
import {
  idSchema,
  majorSchema,
  pageOf,
  pageSchema,
  serviceIdSchema,
  strictObject,
} from '../gateway/http-schemas.ts'
import type { Page } from '../identity/identity-store.ts'
import { requireOwnSubscription } from './own-subscription.ts'
import type { SubscriptionService, SubscriptionWish } from './subscription-service.ts'
import { type SubscriptionCommand, subscriptionCommands } from './subscription-states.ts'
import { listCredentials, listSubscriptions } from './subscription-store.ts'

interface Ports {
  readonly knex: Knex
  readonly subscriptions: SubscriptionService
}

const tags = ['subscriptions']
const subscriptionIdSchema = { type: 'string', pattern: '^sub_[0-9a-f]{16}$' } as const
const operationSchema = { type: 'string', pattern: '^[a-z][A-Za-z0-9]*$', maxLength: 60 } as const
const paramsSchema = strictObject({ id: subscriptionIdSchema }, ['id'])

export function subscriptionRoutes(app: FastifyInstance, ports: Ports): void {
  const { knex, subscriptions } = ports
  app.post<{ Body: Omit<SubscriptionWish, 'tenant'> & { tenant?: string } }>(
    '/v1/subscriptions',
    {
      config: { action: 'subscription.write' },
      schema: {
        tags,
        summary: 'Subscribe an app to a data service under a plan',
        body: strictObject(
          {
            tenant: idSchema,
            app: idSchema,
            service: serviceIdSchema,
            major: majorSchema,
            plan: idSchema,
            scopes: { type: 'array', items: operationSchema, minItems: 1, maxItems: 64 },
          },
          ['app', 'service', 'major'],
        ),
      },
    },
    async (request, reply) => {
      const wish = { ...request.body, tenant: tenantOf(request) }
      return reply.code(201).send(await subscriptions.subscribe(callerOf(request), wish))
    },
  )
  app.get<{ Querystring: Page & { tenant?: string } }>(
    '/v1/subscriptions',
    {
      config: { action: 'subscription.read' },
      schema: {
        tags,
        summary: "List a tenant's subscriptions",
        querystring: strictObject({ tenant: idSchema, ...pageSchema }, []),
      },
    },
    async (request) => {
      const rows = await listSubscriptions(knex, tenantOf(request), request.query)
      return pageOf(rows, request.query.limit, (row) => row.id)
    },
  )
  app.get<{ Params: { id: string } }>(
    '/v1/subscriptions/:id',
    {
      config: { action: 'subscription.read' },
      schema: { tags, summary: 'One subscription and its live keys', params: paramsSchema },
    },
    async (request) => {
      const row = await requireOwnSubscription(
        request,
        knex,
        request.params.id,
        'subscription.read',
      )
      return { ...row, credentials: await listCredentials(knex, row.id) }
    },
  )
  commandRoutes(app, ports)
  credentialRoutes(app, ports)
}

/** `POST /v1/subscriptions/{id}:suspend` and its like, one route a command of the state table. */
function commandRoutes(app: FastifyInstance, { knex, subscriptions }: Ports): void {
  app.post<{ Params: { id: string; command: SubscriptionCommand } }>(
    // Two colons are the router's way to write one.
    '/v1/subscriptions/:id(^sub_[0-9a-f]+):::command',
    {
      config: { action: 'subscription.write' },
      schema: {
        tags,
        summary: 'Approve, reject, suspend, resume or cancel a subscription',
        params: strictObject(
          { id: subscriptionIdSchema, command: { enum: subscriptionCommands } },
          ['id', 'command'],
        ),
      },
    },
    async (request) => {
      const { id, command } = request.params
      await requireOwnSubscription(request, knex, id, 'subscription.write')
      return subscriptions.command(callerOf(request), id, command)
    },
  )
}

function credentialRoutes(app: FastifyInstance, { knex, subscriptions }: Ports): void {
  app.post<{ Params: { id: string } }>(
    '/v1/subscriptions/:id/credentials',
    {
      config: { action: 'subscription.write' },
      schema: { tags, summary: 'Issue a key, shown this once', params: paramsSchema },
    },
    async (request, reply) => {
      const { id } = request.params
      await requireOwnSubscription(request, knex, id, 'subscription.write')
      return reply.code(201).send(await subscriptions.issueCredential(callerOf(request), id))
    },
  )
  app.delete<{ Params: { id: string; credential: string } }>(
    '/v1/subscriptions/:id/credentials/:credential',
    {
      config: { action: 'subscription.write' },
      schema: {
        tags,
        summary: 'Revoke a key',
        params: strictObject(
          {
            id: subscriptionIdSchema,
            credential: { type: 'string', pattern: '^[0-9a-z]{20}$' },
          },
          ['id', 'credential'],
        ),
      },
    },
    async (request, reply) => {
      const { id, credential } = request.params
      await requireOwnSubscription(request, knex, id, 'subscription.write')
      await subscriptions.revokeCredential(callerOf(request), id, credential)
      return reply.code(204).send()
    },
  )
}
