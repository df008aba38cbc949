import { MAX_KEY_LENGTH } from '@signalbox/sdk/host-calls/cloud-event'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Knex } from 'knex'
import { coreErrors } from '../errors.ts'
import { TYPE_PATTERN } from '../events/event-types.ts'
import { askerOf, callerOf } from '../gateway/guard.ts'
import { idSchema, pageOf, pageSchema, strictObject } from '../gateway/http-schemas.ts'
import { ifMatchSchema } from '../gateway/if-match.ts'
import { tenantOfPrincipal } from '../identity/principal.ts'
import { tagged } from '../identity/seen.ts'
import type { Snapshot } from '../rollout/routing/snapshot.ts'
import type { EndpointService } from './endpoint-service.ts'
import { settingsOf } from './endpoint-settings.ts'
import { type Endpoint, findEndpoint, listEndpoints } from './endpoint-store.ts'
import { unheardTypes } from './matching.ts'

interface Ports {
  readonly knex: Knex
  readonly snapshot: () => Snapshot
  readonly endpoints: EndpointService
}

const tags = ['webhooks out']
const endpointIdSchema = { type: 'string', pattern: '^whe_[0-9a-f]{24}$' } as const
const params = strictObject({ id: endpointIdSchema }, ['id'])

const wishProperties = {
  url: { type: 'string', minLength: 1, maxLength: 2000 },
  types: {
    type: 'array',
    minItems: 1,
    maxItems: 50,
    uniqueItems: true,
    items: { type: 'string', pattern: TYPE_PATTERN, maxLength: 100 },
    description: 'Types of events, or orders.* for all below orders',
  },
  keys: {
    type: ['array', 'null'],
    minItems: 1,
    maxItems: 100,
    uniqueItems: true,
    items: {
      type: 'string',
      minLength: 1,
      maxLength: MAX_KEY_LENGTH,
      pattern: '^[^\\u0000-\\u001f\\u007f]*$',
    },
    description: 'Only events of these keys; left out: all',
  },
  description: { type: 'string', maxLength: 200, pattern: '^[^\\u0000-\\u001f]*$' },
} as const

const commands = ['pause', 'resume', 'rotate', 'test'] as const
type Command = (typeof commands)[number]
/** A week in which a receiver can be given the new secret. */
const MAX_OVERLAP_HOURS = 168
const DEFAULT_OVERLAP_HOURS = 24

interface Body {
  readonly tenant?: string
  readonly app?: string
  readonly url: string
  readonly types: string[]
  readonly keys?: string[] | null
  readonly description?: string
}

/** Endpoints: of a tenant, by its admin; of the host itself, by the operator. */
export function endpointRoutes(app: FastifyInstance, ports: Ports): void {
  createRoute(app, ports)
  readRoutes(app, ports)
  changeRoutes(app, ports)
  commandRoute(app, ports)
}

function createRoute(app: FastifyInstance, { knex, snapshot, endpoints }: Ports): void {
  app.post<{ Body: Body }>(
    '/v1/webhooks',
    {
      config: { action: 'webhook.write' },
      schema: {
        tags,
        summary: 'Have events sent to an address; its secret is shown this once',
        body: strictObject({ tenant: idSchema, app: idSchema, ...wishProperties }, [
          'url',
          'types',
        ]),
      },
    },
    async (request, reply) => {
      const tenant = ownerOf(request, request.body.tenant)
      const { keys, app: named, url, types, description } = request.body
      const wish = { tenant, app: named, url, types, keys: keys ?? undefined, description }
      const { id, secret } = await endpoints.create(callerOf(request), wish)
      const made = shown(await requireEndpoint(knex, id), snapshot())
      return reply.code(201).send({ ...made, secret })
    },
  )
}

function readRoutes(app: FastifyInstance, { knex, snapshot }: Ports): void {
  app.get<{ Querystring: { tenant?: string; limit: number; cursor?: string } }>(
    '/v1/webhooks',
    {
      config: { action: 'webhook.read' },
      schema: {
        tags,
        summary: "A tenant's endpoints; of the operator who names no tenant, the host's",
        querystring: strictObject({ tenant: idSchema, ...pageSchema }, []),
      },
    },
    async (request) => {
      const { tenant, ...page } = request.query
      const of = tenantOfPrincipal(request.principal) ?? tenant ?? null
      const rows = await listEndpoints(knex, of, page)
      return pageOf(
        rows.map((row) => shown(row, snapshot())),
        page.limit,
        ({ id }) => id,
      )
    },
  )
  app.get<{ Params: { id: string } }>(
    '/v1/webhooks/:id',
    {
      config: { action: 'webhook.read' },
      schema: { tags, summary: 'One endpoint, and how it does', params },
    },
    async (request, reply) => {
      const endpoint = await readable(request, knex, request.params.id)
      tagged(reply, settingsOf(endpoint))
      return shown(endpoint, snapshot())
    },
  )
}

function changeRoutes(app: FastifyInstance, { knex, snapshot, endpoints }: Ports): void {
  app.patch<{ Params: { id: string }; Body: Partial<Omit<Body, 'tenant' | 'app'>> }>(
    '/v1/webhooks/:id',
    {
      config: { action: 'webhook.write' },
      schema: {
        tags,
        summary: 'Change where events go and which; what waits goes to the new address',
        params,
        body: { ...strictObject(wishProperties, []), minProperties: 1 },
        headers: ifMatchSchema,
      },
    },
    async (request, reply) => {
      const { id } = await writable(request, knex, request.params.id)
      await endpoints.change(askerOf(request), id, request.body)
      const endpoint = await requireEndpoint(knex, id)
      tagged(reply, settingsOf(endpoint))
      return shown(endpoint, snapshot())
    },
  )
  app.delete<{ Params: { id: string } }>(
    '/v1/webhooks/:id',
    {
      config: { action: 'webhook.write' },
      schema: { tags, summary: 'End an endpoint, with what waits for it', params },
    },
    async (request, reply) => {
      const { id } = await writable(request, knex, request.params.id)
      await endpoints.delete(callerOf(request), id)
      return reply.code(204).send()
    },
  )
}

function commandRoute(app: FastifyInstance, { knex, snapshot, endpoints }: Ports): void {
  app.post<{
    Params: { id: string; command: Command }
    Body: { overlapHours?: number } | null
  }>(
    '/v1/webhooks/:id(^whe_[0-9a-f]+):::command',
    {
      config: { action: 'webhook.write' },
      schema: {
        tags,
        summary: 'Pause or resume an endpoint, exchange its secret, or send it a test event',
        params: strictObject({ id: endpointIdSchema, command: { enum: commands } }, [
          'id',
          'command',
        ]),
        body: {
          ...strictObject(
            {
              overlapHours: {
                type: 'integer',
                minimum: 0,
                maximum: MAX_OVERLAP_HOURS,
                description: 'Of rotate: so long both secrets are in force. Default: 24',
              },
            },
            [],
          ),
          type: ['object', 'null'],
        },
      },
    },
    async (request, reply) => {
      const { command } = request.params
      const endpoint = await writable(request, knex, request.params.id)
      const caller = callerOf(request)
      if (command === 'rotate') {
        const hours = request.body?.overlapHours ?? DEFAULT_OVERLAP_HOURS
        return endpoints.rotate(caller, endpoint, hours)
      }
      if (command === 'test') {
        const delivery = await endpoints.test(caller, endpoint.id)
        return reply.code(202).send({ delivery })
      }
      await endpoints.command(caller, endpoint.id, command)
      return shown(await requireEndpoint(knex, endpoint.id), snapshot())
    },
  )
}

/** Whose a new endpoint is. A tenant's events are sent out by its own admin. @throws CORE_WEBHOOK_OF_TENANT */
function ownerOf({ principal }: FastifyRequest, named: string | undefined): string | null {
  const own = tenantOfPrincipal(principal)
  if (own !== undefined) return own
  if (named === undefined) return null
  throw coreErrors.create('WEBHOOK_OF_TENANT', { tenant: named })
}

/** Another tenant's endpoint does not exist: the answer must not tell that it does. */
export async function readable(
  { principal }: FastifyRequest,
  knex: Knex,
  id: string,
): Promise<Endpoint> {
  const endpoint = await findEndpoint(knex, id)
  const own = tenantOfPrincipal(principal)
  const isOwn = own !== undefined && endpoint?.tenant === own
  if (endpoint === undefined || (principal.kind !== 'operator' && !isOwn)) {
    throw coreErrors.create('WEBHOOK_MISSING', { webhook: id })
  }
  return endpoint
}

export async function writable(request: FastifyRequest, knex: Knex, id: string): Promise<Endpoint> {
  const endpoint = await readable(request, knex, id)
  const { tenant } = endpoint
  if (request.principal.kind !== 'operator' || tenant === null) return endpoint
  throw coreErrors.create('WEBHOOK_OF_TENANT', { tenant })
}

async function requireEndpoint(knex: Knex, id: string): Promise<Endpoint> {
  const endpoint = await findEndpoint(knex, id)
  if (endpoint === undefined) throw coreErrors.create('WEBHOOK_MISSING', { webhook: id })
  return endpoint
}

function shown(endpoint: Endpoint, snapshot: Snapshot) {
  const { id, tenant, app, url, types, keys, description, state, disabledFor, health } = endpoint
  const iso = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString())
  return {
    ...{ id, tenant, app, url, types, keys, description, state, disabledFor },
    /** Asked for, and offered by no service that its app is subscribed to. */
    unheardTypes: unheardTypes(snapshot, endpoint),
    failures: health.failures,
    failingSince: iso(health.failingSince),
    restUntil: iso(health.restUntil),
    createdBy: endpoint.createdBy,
    createdAt: endpoint.createdAt.toISOString(),
    changedAt: endpoint.changedAt.toISOString(),
  }
}
