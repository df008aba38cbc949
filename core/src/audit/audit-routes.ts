import type { FastifyInstance } from 'fastify'
import type { Knex } from 'knex'
import { idSchema, pageOf, pageSchema, strictObject } from '../gateway/http-schemas.ts'
import { tenantOfPrincipal } from '../identity/principal.ts'
import { listAuditEntries } from './audit-store.ts'

interface Query {
  readonly tenant?: string
  readonly limit: number
  readonly cursor?: string
}

/** Who did what, newest first: the operator sees all, everybody else the tenant's own. */
export function auditRoutes(app: FastifyInstance, { knex }: { knex: Knex }): void {
  app.get<{ Querystring: Query }>(
    '/v1/audit',
    {
      config: { action: 'audit.read' },
      schema: {
        tags: ['audit'],
        summary: 'Read the audit, newest first',
        querystring: strictObject(
          { tenant: idSchema, ...pageSchema, cursor: { type: 'string', pattern: '^\\d{1,18}$' } },
          [],
        ),
      },
    },
    async (request) => {
      const { limit, cursor } = request.query
      const tenant = tenantOfPrincipal(request.principal) ?? request.query.tenant
      const before = cursor === undefined ? undefined : Number(cursor)
      const entries = await listAuditEntries(knex, { tenant, before, limit })
      return pageOf(entries, limit, (entry) => String(entry.id))
    },
  )
}
