import type { FastifyInstance } from 'fastify'
import type { Knex } from 'knex'
import { askerOf, callerOf } from '../gateway/guard.ts'
import {
  idSchema,
  pageOf,
  pageSchema,
  pluginNameSchema,
  strictObject,
} from '../gateway/http-schemas.ts'
import { ifMatchSchema } from '../gateway/if-match.ts'
import { type ConfigService, tagOfRevision } from './config-service.ts'
import { findConfig, listConfigs } from './config-store.ts'

interface Ports {
  readonly knex: Knex
  readonly configs: ConfigService
}

interface Named {
  readonly tenant: string
  readonly name: string
}

const tags = ['plugins of a tenant']
const params = strictObject({ tenant: idSchema, name: pluginNameSchema }, ['tenant', 'name'])
const path = '/v1/tenants/:tenant/plugins/:name/config'

/** Settings of a plugin in a tenant, with what they were before: the tenant admin's. */
export function configRoutes(app: FastifyInstance, { knex, configs }: Ports): void {
  app.get<{ Params: Named }>(
    path,
    {
      config: { action: 'binding.read' },
      schema: { tags, summary: 'The settings, and the schema of their form', params },
    },
    async (request, reply) => {
      const { tenant, name } = request.params
      const schema = await configs.schema(name)
      const { revision = 0, config = {} } = (await findConfig(knex, tenant, name)) ?? {}
      reply.header('etag', tagOfRevision(revision))
      return { revision, config, schema }
    },
  )
  app.put<{ Params: Named; Body: Record<string, unknown> }>(
    path,
    {
      config: { action: 'config.write' },
      schema: {
        tags,
        summary: 'Set the plugin up for a tenant',
        params,
        body: { type: 'object' },
        headers: ifMatchSchema,
      },
    },
    async (request, reply) => {
      const { tenant, name } = request.params
      const revision = await configs.configure(askerOf(request), tenant, name, request.body)
      reply.header('etag', tagOfRevision(revision))
      return { revision }
    },
  )
  revisionRoutes(app, { knex, configs })
}

function revisionRoutes(app: FastifyInstance, { knex, configs }: Ports): void {
  app.get<{ Params: Named; Querystring: { limit: number; cursor?: string } }>(
    `${path}/revisions`,
    {
      config: { action: 'binding.read' },
      schema: {
        tags,
        summary: 'What the settings were, newest first',
        params,
        querystring: strictObject(
          { ...pageSchema, cursor: { type: 'string', pattern: '^\\d{1,9}$' } },
          [],
        ),
      },
    },
    async (request) => {
      const { tenant, name } = request.params
      const { limit, cursor } = request.query
      const before = cursor === undefined ? undefined : Number(cursor)
      const items = await listConfigs(knex, { tenant, plugin: name }, { before, limit })
      return pageOf(items, limit, ({ revision }) => String(revision))
    },
  )
  app.post<{ Params: Named; Body: { revision: number } }>(
    `${path}::rollback`,
    {
      config: { action: 'config.write' },
      schema: {
        tags,
        summary: 'Take an earlier revision of the settings again',
        params,
        body: strictObject({ revision: { type: 'integer', minimum: 1, maximum: 2147483647 } }, [
          'revision',
        ]),
      },
    },
    async (request) => {
      const { tenant, name } = request.params
      const { revision } = request.body
      return { revision: await configs.rollBack(callerOf(request), tenant, name, revision) }
    },
  )
}
