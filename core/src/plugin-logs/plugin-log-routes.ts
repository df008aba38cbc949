import type { LogLevel } from '@signalbox/sandbox'
import type { FastifyInstance } from 'fastify'
import type { Knex } from 'knex'
import {
  idSchema,
  nameSchema,
  pageOf,
  pageSchema,
  pluginNameSchema,
  strictObject,
  versionSchema,
} from '../gateway/http-schemas.ts'
import { logLevels } from './log-line.ts'
import { listLines } from './plugin-log-store.ts'

interface Query {
  readonly level?: LogLevel
  readonly version?: string
  readonly q?: string
  readonly limit: number
  readonly cursor?: string
}

/** What a plugin logged in a tenant. */
export function pluginLogRoutes(app: FastifyInstance, { knex }: { readonly knex: Knex }): void {
  app.get<{ Params: { tenant: string; name: string }; Querystring: Query }>(
    '/v1/tenants/:tenant/plugins/:name/logs',
    {
      config: { action: 'log.read' },
      schema: {
        tags: ['invocations'],
        summary: 'What a plugin logged in a tenant, newest first; `level`: at least',
        params: strictObject({ tenant: idSchema, name: pluginNameSchema }, ['tenant', 'name']),
        querystring: strictObject(
          {
            level: { type: 'string', enum: logLevels },
            version: versionSchema,
            q: nameSchema,
            ...pageSchema,
            cursor: { type: 'string', pattern: '^\\d{1,18}$' },
          },
          [],
        ),
      },
    },
    async (request) => {
      const { tenant, name: plugin } = request.params
      const { level, version, q: words, limit, cursor: before } = request.query
      const found = await listLines(knex, {
        ...{ tenant, plugin, level, version, words, before, limit },
      })
      return pageOf(found, limit, ({ sequence }) => sequence)
    },
  )
}
