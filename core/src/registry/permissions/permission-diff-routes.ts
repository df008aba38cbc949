import type { FastifyInstance } from 'fastify'
import {
  pageSchema,
  pluginNameSchema,
  strictObject,
  versionSchema,
} from '../../gateway/http-schemas.ts'
import type { PermissionComparer } from './permission-comparer.ts'

/** What a version may do beside another, for who reviews it or releases it. */
export function permissionDiffRoutes(app: FastifyInstance, comparer: PermissionComparer): void {
  app.get<{
    Params: { name: string; version: string }
    Querystring: { against?: string; limit: number; cursor?: string }
  }>(
    '/v1/marketplace/packages/:name/versions/:version/permissions',
    {
      config: { action: 'plugin.compare' },
      schema: {
        tags: ['marketplace'],
        summary: 'What a version may do beside another one, and beside what each tenant granted',
        params: strictObject({ name: pluginNameSchema, version: versionSchema }, [
          'name',
          'version',
        ]),
        querystring: strictObject({ against: versionSchema, ...pageSchema }, []),
      },
    },
    async (request) => {
      const { name, version } = request.params
      const { against, ...page } = request.query
      return comparer.compare(name, version, against, page)
    },
  )
}
