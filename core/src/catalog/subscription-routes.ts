import type { FastifyInstance } from 'fastify'
import type { Knex } from 'knex'
import { callerOf, tenantOf } from '../gateway/guard.ts'
import {
  idSchema,
  instantSchema,
  majorSchema,
  pageOf,
  pageSchema,
  serviceIdSchema,
  strictObject,
} from '../gateway/http-schemas.ts'
import { ifMatchSchema } from '../gateway/if-match.ts'
import type { Page } from '../identity/identity-store.ts'
import { listCredentials } from './credential-store.ts'
import { requireSides } from './subscription-access.ts'
import type { SubscriptionService, SubscriptionWish } from './subscription-service.ts'
import { type SubscriptionCommand, subscriptionCommands } from './subscription-states.ts'
import { listRequests, listSubscriptions } from './subscription-store.ts'

interface Ports {
  readonly knex: Knex
  readonly subscriptions: SubscriptionService
  /** Milliseconds since the epoch, by PostgreSQL's clock. */
  readonly now: () => number
}

const tags = ['subscriptions']
export const subscriptionIdSchema = { type: 'string', pattern: '^sub_[0-9a-f]{16}$' } as const
const operationSchema = { type: 'string', pattern: '^[a-z][A-Za-z0-9]*$', maxLength: 60 } as const
/** Read by people: a reason, a purpose. */
const textSchema = { type: 'string', minLength: 1, maxLength: 500 } as const

type Body = Omit<SubscriptionWish, 'tenant' | 'expiresAt'> & {
  readonly tenant?: string
  readonly expiresAt?: string
}

const wishSchema = strictObject(
  {
    tenant: idSchema,
    app: idSchema,
    service: serviceIdSchema,
    major: majorSchema,
    plan: idSchema,
    scopes: {
      type: 'array',
      items: operationSchema,
      minItems: 1,
      maxItems: 64,
      uniqueItems: true,
    },
    purpose: textSchema,
    expiresAt: instantSchema,
  },
  ['app', 'service', 'major'],
)

export function subscriptionRoutes(app: FastifyInstance, ports: Ports): void {
  const { subscriptions } = ports
  app.post<{ Body: Body }>(
    '/v1/subscriptions',
    {
      config: { action: 'subscription.write' },
      schema: {
        tags,
        summary: 'Subscribe an app to a data service under a plan, or ask its owner for that',
        body: wishSchema,
      },
    },
    async (request, reply) => {
      const { expiresAt, ...wish } = request.body
      const made = await subscriptions.subscribe(callerOf(request), {
        ...wish,
        tenant: tenantOf(request),
        expiresAt: expiresAt === undefined ? undefined : Date.parse(expiresAt),
      })
      reply.header('etag', `"${made.revision}"`)
      return reply.code(201).send(made)
    },
  )
  listRoutes(app, ports)
  commandRoutes(app, ports)
}

function listRoutes(app: FastifyInstance, { knex, now }: Ports): void {
  const querystring = strictObject({ tenant: idSchema, ...pageSchema }, [])
  app.get<{ Querystring: Page & { tenant?: string } }>(
    '/v1/subscriptions',
    {
      config: { action: 'subscription.read' },
      schema: { tags, summary: "List a tenant's subscriptions", querystring },
    },
    async (request) => {
      const rows = await listSubscriptions(knex, tenantOf(request), request.query)
      return pageOf(rows, request.query.limit, (row) => row.id)
    },
  )
  app.get<{ Querystring: Page & { tenant?: string } }>(
    '/v1/subscription-requests',
    {
      config: { action: 'subscription.decide' },
      schema: {
        tags,
        summary: "List what waits for an owner's word: of the services of a tenant, or of all",
        querystring,
      },
    },
    async (request) => {
      const { principal, query } = request
      const owner = principal.kind === 'operator' ? query.tenant : tenantOf(request)
      const rows = await listRequests(knex, owner, query)
      return pageOf(rows, query.limit, (row) => row.id)
    },
  )
  app.get<{ Params: { id: string } }>(
    '/v1/subscriptions/:id',
    {
      config: { action: 'subscription.read' },
      schema: {
        tags,
        summary: 'One subscription and its live credentials',
        params: strictObject({ id: subscriptionIdSchema }, ['id']),
      },
    },
    async (request, reply) => {
      const { row, sides } = await requireSides(
        request,
        knex,
        request.params.id,
        'subscription.read',
      )
      reply.header('etag', `"${row.revision}"`)
      // What an app proves itself by is nothing of the owner's.
      const isSubscriber = sides.includes('subscriber')
      return {
        ...row,
        ...(isSubscriber ? { credentials: await listCredentials(knex, row.id, now()) } : {}),
      }
    },
  )
}

interface CommandBody {
  readonly reason?: string
  readonly plan?: string
  readonly expiresAt?: string | null
}

/** To expire is the clock's. */
type GivenCommand = Exclude<SubscriptionCommand, 'expire'>
const givenCommands = subscriptionCommands.filter((command) => command !== 'expire')

/** `POST /v1/subscriptions/{id}:suspend` and its like, one route a command of the state table. */
function commandRoutes(app: FastifyInstance, { knex, subscriptions }: Ports): void {
  app.post<{
    Params: { id: string; command: GivenCommand }
    Body: CommandBody | null
    Headers: { 'if-match'?: string }
  }>(
    // Two colons are the router's way to write one.
    '/v1/subscriptions/:id(^sub_[0-9a-f]+):::command',
    {
      config: { action: 'subscription.command' },
      schema: {
        tags,
        summary:
          'Approve, reject, suspend, resume, renew or cancel a subscription, or change its plan',
        params: strictObject({ id: subscriptionIdSchema, command: { enum: givenCommands } }, [
          'id',
          'command',
        ]),
        body: {
          type: ['object', 'null'],
          additionalProperties: false,
          properties: {
            reason: textSchema,
            plan: idSchema,
            expiresAt: { ...instantSchema, type: ['string', 'null'] },
          },
        },
        headers: ifMatchSchema,
      },
    },
    async (request, reply) => {
      const { id, command } = request.params
      const { reason, plan, expiresAt } = request.body ?? {}
      const { sides } = await requireSides(request, knex, id, 'subscription.write')
      const row = await subscriptions.command(callerOf(request), id, {
        command,
        sides,
        reason,
        plan,
        expiresAt: typeof expiresAt === 'string' ? Date.parse(expiresAt) : expiresAt,
        seen: request.headers['if-match'],
      })
      reply.header('etag', `"${row.revision}"`)
      return row
    },
  )
}
