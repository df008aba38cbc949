import type { FastifyInstance } from 'fastify'
import { askerOf } from '../gateway/guard.ts'
import { idSchema, nameSchema, strictObject } from '../gateway/http-schemas.ts'
import { ifMatchSchema } from '../gateway/if-match.ts'
import { tagged } from './seen.ts'
import type { TenantChange, TenantService } from './tenant-service.ts'

const tags = ['identity']
const params = strictObject({ tenant: idSchema }, ['tenant'])
const URL = '/v1/tenants/:tenant'
const timeZone = {
  type: ['string', 'null'],
  // A name, and not an offset, which knows no summer.
  pattern: '^[A-Za-z][A-Za-z0-9_+/-]*$',
  maxLength: 100,
}

/** What is the tenant's as a whole. */
export function tenantRoutes(
  app: FastifyInstance,
  { tenants }: { readonly tenants: TenantService },
): void {
  app.get<{ Params: { tenant: string } }>(
    URL,
    {
      config: { action: 'tenant.read' },
      schema: { tags, summary: 'One tenant, and its time zone', params },
    },
    async (request, reply) => tagged(reply, await tenants.find(request.params.tenant)),
  )
  app.patch<{ Params: { tenant: string }; Body: TenantChange }>(
    URL,
    {
      config: { action: 'tenant.update' },
      schema: {
        tags,
        summary: 'Rename a tenant, or say in which time zone its times are shown',
        params,
        body: { ...strictObject({ name: nameSchema, timeZone }, []), minProperties: 1 },
        headers: ifMatchSchema,
      },
    },
    async (request, reply) =>
      tagged(reply, await tenants.change(askerOf(request), request.params.tenant, request.body)),
  )
}
