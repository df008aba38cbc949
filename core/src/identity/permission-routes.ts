import type { FastifyInstance } from 'fastify'
import {
  idSchema,
  pageOf,
  pageSchema,
  serviceIdSchema,
  strictObject,
} from '../gateway/http-schemas.ts'
import type { Snapshot } from '../rollout/routing/snapshot.ts'
import { permissionsOf } from './permissions.ts'

interface Ports {
  readonly snapshot: () => Snapshot
}

interface Query {
  readonly limit: number
  readonly cursor?: string
}

export function permissionRoutes(app: FastifyInstance, { snapshot }: Ports): void {
  app.get<{ Params: { tenant: string }; Querystring: Query }>(
    '/v1/tenants/:tenant/permissions',
    {
      config: { action: 'permission.list' },
      schema: {
        tags: ['identity'],
        summary: 'Permissions that the enabled plugins of a tenant declare',
        params: strictObject({ tenant: idSchema }, ['tenant']),
        querystring: strictObject({ ...pageSchema, cursor: serviceIdSchema }, []),
      },
    },
    async (request) => {
      const { limit, cursor = '' } = request.query
      const all = permissionsOf(snapshot(), request.params.tenant)
      const items = all.filter(({ id }) => id > cursor).slice(0, limit)
      return pageOf(items, limit, ({ id }) => id)
    },
  )
}
