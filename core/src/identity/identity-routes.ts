import type { FastifyInstance } from 'fastify'
import type { Knex } from 'knex'
import { callerOf, tenantOf } from '../gateway/guard.ts'
import { idSchema, nameSchema, pageOf, pageSchema, strictObject } from '../gateway/http-schemas.ts'
import type { IdentityService } from './identity-service.ts'
import { listAdminTokens, listApps, listTenants, type Page } from './identity-store.ts'

interface Ports {
  readonly knex: Knex
  readonly identity: IdentityService
}

const tags = ['identity']

export function identityRoutes(app: FastifyInstance, { knex, identity }: Ports): void {
  tenantRoutes(app, { knex, identity })

  app.post<{ Body: { tenant?: string; id: string; name: string; unit?: string } }>(
    '/v1/apps',
    {
      config: { action: 'app.create' },
      schema: {
        tags,
        summary: 'Make an app: a machine client that subscribes to data services',
        body: strictObject({ tenant: idSchema, id: idSchema, name: nameSchema, unit: idSchema }, [
          'id',
          'name',
        ]),
      },
    },
    async (request, reply) => {
      const { id, name, unit } = request.body
      const made = { tenant: tenantOf(request), id, name, unit: unit ?? null }
      return reply.code(201).send(await identity.createApp(callerOf(request), made))
    },
  )
  app.get<{ Querystring: { tenant?: string } & Page }>(
    '/v1/apps',
    {
      config: { action: 'app.list' },
      schema: {
        tags,
        summary: "List a tenant's apps",
        querystring: strictObject({ tenant: idSchema, ...pageSchema }, []),
      },
    },
    async (request) => {
      const apps = await listApps(knex, tenantOf(request), request.query)
      return pageOf(apps, request.query.limit, (item) => item.id)
    },
  )
}

function tenantRoutes(app: FastifyInstance, { knex, identity }: Ports): void {
  app.post<{ Body: { id: string; name: string } }>(
    '/v1/tenants',
    {
      config: { action: 'tenant.create' },
      schema: {
        tags,
        summary: 'Make a tenant; the answer holds its first admin token, shown this once',
        body: strictObject({ id: idSchema, name: nameSchema }, ['id', 'name']),
      },
    },
    async (request, reply) => {
      const { tenant, token } = await identity.createTenant(callerOf(request), request.body)
      return reply.code(201).send({ ...tenant, adminToken: token })
    },
  )
  app.get<{ Querystring: Page & { q?: string } }>(
    '/v1/tenants',
    {
      config: { action: 'tenant.list' },
      schema: {
        tags,
        summary: 'List tenants; `q` is a part of the id or the name, in any case',
        querystring: strictObject({ q: nameSchema, ...pageSchema }, []),
      },
    },
    async (request) => {
      const tenants = await listTenants(knex, request.query)
      return pageOf(tenants, request.query.limit, (tenant) => tenant.id)
    },
  )
  app.post<{ Params: { tenant: string }; Body: { label: string } }>(
    '/v1/tenants/:tenant/tokens',
    {
      config: { action: 'tenant.token' },
      schema: {
        tags,
        summary: "Make another token for a tenant's admin, shown this once",
        params: strictObject({ tenant: idSchema }, ['tenant']),
        body: strictObject({ label: nameSchema }, ['label']),
      },
    },
    async (request, reply) => {
      const { tenant } = request.params
      const made = await identity.createAdminToken(callerOf(request), tenant, request.body.label)
      return reply.code(201).send(made)
    },
  )
  tokenRoutes(app, { knex, identity })
}

function tokenRoutes(app: FastifyInstance, { knex, identity }: Ports): void {
  app.get<{ Params: { tenant: string }; Querystring: Page }>(
    '/v1/tenants/:tenant/tokens',
    {
      config: { action: 'tenant.token' },
      schema: {
        tags,
        summary: "List a tenant's admin tokens, without their secrets",
        params: strictObject({ tenant: idSchema }, ['tenant']),
        querystring: strictObject(pageSchema, []),
      },
    },
    async (request) => {
      const tokens = await listAdminTokens(knex, request.params.tenant, request.query)
      return pageOf(tokens, request.query.limit, (token) => token.id)
    },
  )
  app.delete<{ Params: { tenant: string; token: string } }>(
    '/v1/tenants/:tenant/tokens/:token',
    {
      config: { action: 'tenant.token' },
      schema: {
        tags,
        summary: 'Revoke an admin token',
        params: strictObject(
          { tenant: idSchema, token: { type: 'string', pattern: '^tok_[0-9a-f]{16}$' } },
          ['tenant', 'token'],
        ),
      },
    },
    async (request, reply) => {
      const { tenant, token } = request.params
      await identity.revokeAdminToken(callerOf(request), tenant, token)
      return reply.code(204).send()
    },
  )
}
