import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Knex } from 'knex'
import { coreErrors } from '../errors.ts'
import { callerOf } from '../gateway/guard.ts'
import { pageOf, pageSchema, strictObject } from '../gateway/http-schemas.ts'
import { tenantOfPrincipal } from '../identity/principal.ts'
import { findDelivery, type ListedDelivery, listDeliveries } from './delivery-list-store.ts'
import { type OutDeliveryState, outDeliveryStates } from './delivery-states.ts'
import { readable, writable } from './endpoint-routes.ts'
import type { EndpointService } from './endpoint-service.ts'

interface Ports {
  readonly knex: Knex
  readonly endpoints: EndpointService
  readonly now: () => number
}

interface Named {
  readonly id: string
  readonly delivery: string
}

const tags = ['webhooks out']
const endpointIdSchema = { type: 'string', pattern: '^whe_[0-9a-f]{24}$' } as const
/** Within bigint. */
const deliveryIdSchema = { type: 'string', pattern: '^[1-9][0-9]{0,17}$' } as const
const timeSchema = {
  type: 'string',
  maxLength: 40,
  pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}(:\\d{2}(\\.\\d{1,9})?)?(Z|[+-]\\d{2}:\\d{2})$',
  description: 'With its offset, such as 2026-01-31T08:00:00Z',
} as const
const URL = '/v1/webhooks/:id/deliveries'

/** A second or two of work for PostgreSQL. */
const MAX_REPLAYED = 1000

interface Filter {
  readonly state?: OutDeliveryState
  readonly type?: string
  readonly key?: string
  readonly since?: string
  readonly until?: string
  readonly limit: number
  readonly cursor?: string
}

/** What became of events for an endpoint, and to have them sent again. */
export function outDeliveryRoutes(app: FastifyInstance, ports: Ports): void {
  listRoutes(app, ports)
  replayRoutes(app, ports)
}

function listRoutes(app: FastifyInstance, { knex }: Ports): void {
  app.get<{ Params: { id: string }; Querystring: Filter }>(
    URL,
    {
      config: { action: 'webhook.read' },
      schema: {
        tags,
        summary: 'What was sent and what became of it, newest first',
        params: strictObject({ id: endpointIdSchema }, ['id']),
        querystring: strictObject(
          {
            state: { enum: Object.keys(outDeliveryStates) },
            type: { type: 'string', maxLength: 100 },
            key: { type: 'string', maxLength: 200, pattern: '^[^\\u0000-\\u001f]*$' },
            since: timeSchema,
            until: timeSchema,
            limit: pageSchema.limit,
            cursor: deliveryIdSchema,
          },
          [],
        ),
      },
    },
    async (request) => {
      const endpoint = await readable(request, knex, request.params.id)
      const { cursor, since, until, ...filter } = request.query
      const found = await listDeliveries(knex, endpoint.id, {
        ...filter,
        before: cursor,
        since: timeOf('since', since),
        until: timeOf('until', until),
      })
      const items = found.map((one) => seenBy(request, endpoint.tenant, one))
      return pageOf(items, filter.limit, ({ id }) => id)
    },
  )
  app.get<{ Params: Named }>(
    `${URL}/:delivery(^[0-9]+$)`,
    {
      config: { action: 'webhook.read' },
      schema: {
        tags,
        summary: 'One delivery, with the event for whom it belongs to',
        params: strictObject({ id: endpointIdSchema, delivery: deliveryIdSchema }, [
          'id',
          'delivery',
        ]),
      },
    },
    async (request) => {
      const { id, delivery } = request.params
      const endpoint = await readable(request, knex, id)
      const found = await findDelivery(knex, id, delivery)
      if (found === undefined) {
        throw coreErrors.create('WEBHOOK_DELIVERY_MISSING', { webhook: id, delivery })
      }
      const seen = seenBy(request, endpoint.tenant, found.delivery)
      if (!ownsEvents(request, endpoint.tenant)) return seen
      return { ...seen, event: found.event === null ? null : JSON.parse(found.event) }
    },
  )
}

function replayRoutes(app: FastifyInstance, { knex, endpoints, now }: Ports): void {
  app.post<{ Params: Named }>(
    `${URL}/:delivery(^[0-9]+)::replay`,
    {
      config: { action: 'webhook.write' },
      schema: {
        tags,
        summary: 'Send one again that is over, with all its tries',
        params: strictObject({ id: endpointIdSchema, delivery: deliveryIdSchema }, [
          'id',
          'delivery',
        ]),
      },
    },
    async (request, reply) => {
      const { id, delivery } = request.params
      await writable(request, knex, id)
      await endpoints.replay(callerOf(request), id, delivery)
      return reply.code(202).send({ delivery })
    },
  )
  app.post<{
    Params: { id: string }
    Body: { since: string; until?: string; states?: ('delivered' | 'dead')[]; cursor?: string }
  }>(
    `${URL}::replay`,
    {
      config: { action: 'webhook.write' },
      schema: {
        tags,
        summary: `Send again what was queued in a time and is over; at most ${MAX_REPLAYED}, the oldest`,
        params: strictObject({ id: endpointIdSchema }, ['id']),
        body: strictObject(
          {
            since: timeSchema,
            until: timeSchema,
            states: {
              type: 'array',
              minItems: 1,
              uniqueItems: true,
              items: { enum: ['delivered', 'dead'] },
              description: 'Default: dead',
            },
            cursor: { ...deliveryIdSchema, description: 'The "next" of the answer before' },
          },
          ['since'],
        ),
      },
    },
    async (request, reply) => {
      const { id } = await writable(request, knex, request.params.id)
      const { since, until, states = ['dead'], cursor } = request.body
      const range = {
        since: timeOf('since', since) as Date,
        until: timeOf('until', until) ?? new Date(now()),
        ...{ states, after: cursor, limit: MAX_REPLAYED },
      }
      const { replayed, last } = await endpoints.replayAll(callerOf(request), id, range)
      const hasMore = replayed === MAX_REPLAYED
      return reply.code(202).send({ replayed, hasMore, ...(hasMore ? { next: last } : {}) })
    },
  )
}

/** What an event says, and what its receiver answered, is the tenant's: the operator sees that it was not taken. */
function ownsEvents({ principal }: FastifyRequest, tenant: string | null): boolean {
  return tenant === null || tenantOfPrincipal(principal) === tenant
}

function seenBy(
  request: FastifyRequest,
  tenant: string | null,
  delivery: ListedDelivery,
): ListedDelivery {
  if (ownsEvents(request, tenant)) return delivery
  return { ...delivery, key: null, last: { ...delivery.last, answer: null } }
}

function timeOf(name: string, text: string | undefined): Date | undefined {
  if (text === undefined) return undefined
  const time = new Date(text)
  if (!Number.isNaN(time.getTime())) return time
  const faults = [{ pointer: `/${name}`, detail: 'must be a time that exists' }]
  throw coreErrors.create('INPUT_INVALID', {}, { faults })
}
