import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Knex } from 'knex'
import { callerOf } from '../gateway/guard.ts'
import {
  idSchema,
  nameSchema,
  pageOf,
  pageSchema,
  pluginNameSchema,
  strictObject,
  versionSchema,
} from '../gateway/http-schemas.ts'
import { isAuthorised } from '../identity/authorise.ts'
import type { ContentStore } from '../storage/content-store.ts'
import {
  InvocationService,
  type Publishers,
  type Reader,
  type ReleaseWish,
} from './invocation-service.ts'
import { listInvocations } from './invocation-store.ts'
import type { Invocations } from './invocations.ts'
import { shownHead } from './recording.ts'
import { samplingRoutes } from './sampling-routes.ts'

interface Ports {
  readonly knex: Knex
  readonly contents: ContentStore
  readonly invocations: Invocations
  readonly publishers: Publishers
}

const tags = ['invocations']
const invocationIdSchema = { type: 'string', pattern: '^inv_[0-9a-f]{24}$' } as const
const releaseIdSchema = { type: 'string', pattern: '^rel_[0-9a-f]{16}$' } as const
const params = strictObject({ id: invocationIdSchema }, ['id'])
const tenantParams = strictObject({ tenant: idSchema, id: invocationIdSchema }, ['tenant', 'id'])

/** A recording is gone after seven days; no release needs to outlive it. */
const MAX_HOURS = 168

/** Kept calls, which calls are kept, and what calls took. */
export function invocationRoutes(app: FastifyInstance, ports: Ports): void {
  const { knex, contents, publishers } = ports
  const { keys, samplings, meter } = ports.invocations
  const service = new InvocationService({ knex, contents, keys, publishers, now: Date.now })
  readingRoutes(app, service)
  listRoute(app, knex)
  tenantInvocationRoutes(app, service)
  samplingRoutes(app, { knex, samplings, meter })
}

/** What of a kept call is shown to whom, the service decides. */
function readingRoutes(app: FastifyInstance, service: InvocationService): void {
  app.get<{ Params: { id: string } }>(
    '/v1/invocations/:id',
    {
      config: { action: 'invocation.read' },
      schema: {
        tags,
        summary: 'A kept call: what may be known of it, and for whom it is released the recording',
        params,
      },
    },
    async (request) => service.read(readerOf(request), request.params.id),
  )
  app.get<{ Params: { id: string } }>(
    '/v1/invocations/:id/bundle',
    {
      config: { action: 'invocation.read' },
      schema: { tags, summary: 'The code that ran, for a replay', params },
    },
    async (request, reply) => {
      const bytes = await service.bundle(request.principal, request.params.id)
      return reply.type('text/javascript; charset=utf-8').send(bytes)
    },
  )
}

function listRoute(app: FastifyInstance, knex: Knex): void {
  app.get<{
    Params: { tenant: string }
    Querystring: { plugin?: string; version?: string; limit: number; cursor?: string }
  }>(
    '/v1/tenants/:tenant/invocations',
    {
      config: { action: 'invocation.list' },
      schema: {
        tags,
        summary: "A tenant's kept calls, newest first",
        params: strictObject({ tenant: idSchema }, ['tenant']),
        querystring: strictObject(
          {
            plugin: pluginNameSchema,
            version: versionSchema,
            ...pageSchema,
            cursor: { type: 'string', pattern: '^\\d{1,18}$' },
          },
          [],
        ),
      },
    },
    async (request) => {
      const { plugin, version, limit, cursor } = request.query
      const before = cursor === undefined ? undefined : Number(cursor)
      const { tenant } = request.params
      const found = await listInvocations(knex, { tenant, plugin, version, before, limit })
      const { principal } = request
      // Whoever may open each of them sees what they say of themselves.
      const isOwner =
        principal.kind !== 'operator' && isAuthorised(principal, 'invocation.read', { tenant })
      const to = isOwner ? 'whole' : principal.kind
      const page = pageOf(found, limit, ({ sequence }) => String(sequence))
      return {
        ...page,
        items: found.map((one) => shownHead(one, to)),
      }
    },
  )
}

function tenantInvocationRoutes(app: FastifyInstance, service: InvocationService): void {
  app.post<{ Params: { tenant: string; id: string }; Body: ReleaseWish }>(
    '/v1/tenants/:tenant/invocations/:id/releases',
    {
      config: { action: 'invocation.release' },
      schema: {
        tags,
        summary: "Let the operator, the plugin's author or a publisher open a kept call",
        params: tenantParams,
        body: strictObject(
          {
            to: {
              type: 'string',
              pattern: '^(operator|author|publisher:[a-z0-9][a-z0-9-]{0,62})$',
            },
            hours: { type: 'integer', minimum: 1, maximum: MAX_HOURS, default: 24 },
            reason: nameSchema,
          },
          ['to'],
        ),
      },
    },
    async (request, reply) => {
      const { tenant, id } = request.params
      const release = await service.release(callerOf(request), tenant, id, request.body)
      return reply.code(201).send(release)
    },
  )
  app.delete<{ Params: { tenant: string; id: string; release: string } }>(
    '/v1/tenants/:tenant/invocations/:id/releases/:release',
    {
      config: { action: 'invocation.release' },
      schema: {
        tags,
        summary: 'Take a release back',
        params: strictObject(
          { tenant: idSchema, id: invocationIdSchema, release: releaseIdSchema },
          ['tenant', 'id', 'release'],
        ),
      },
    },
    async (request, reply) => {
      const { tenant, id, release } = request.params
      await service.withdraw(callerOf(request), tenant, id, release)
      return reply.code(204).send()
    },
  )
  app.delete<{ Params: { tenant: string; id: string } }>(
    '/v1/tenants/:tenant/invocations/:id',
    {
      config: { action: 'invocation.delete' },
      schema: { tags, summary: 'Delete a kept call', params: tenantParams },
    },
    async (request, reply) => {
      const { tenant, id } = request.params
      await service.remove(callerOf(request), tenant, id)
      return reply.code(204).send()
    },
  )
}

function readerOf(request: FastifyRequest): Reader {
  return { ...callerOf(request), principal: request.principal }
}
