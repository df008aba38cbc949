import type { FastifyInstance } from 'fastify'
import type { Knex } from 'knex'
import { coreErrors } from '../../errors.ts'
import { askerOf } from '../../gateway/guard.ts'
import { idSchema, strictObject } from '../../gateway/http-schemas.ts'
import { policyOf, type SignInPolicy } from '../sign-in/policy-store.ts'
import { userIdSchema } from '../users/user.ts'
import { type ConnectionBody, connectionSchema, wishOf } from './connection.ts'
import { type ConnectionService, requireConnection } from './connection-service.ts'
import { listConnections } from './connection-store.ts'
import { failureOf } from './provider-failure.ts'
import type { Providers } from './providers.ts'

interface Ports {
  readonly knex: Knex
  readonly connections: ConnectionService
  readonly providers: Providers
}

interface Named {
  readonly tenant: string
  readonly connection: string
}

const tags = ['identity']
const ofTenant = strictObject({ tenant: idSchema }, ['tenant'])
const named = strictObject({ tenant: idSchema, connection: idSchema }, ['tenant', 'connection'])
const path = '/v1/tenants/:tenant/sso/:connection'

/** A tenant's providers, and whether there is another way in. */
export function connectionRoutes(app: FastifyInstance, ports: Ports): void {
  readRoutes(app, ports)
  writeRoutes(app, ports)
  policyRoutes(app, ports)
}

function readRoutes(app: FastifyInstance, { knex, providers }: Ports): void {
  app.get<{ Params: Pick<Named, 'tenant'> }>(
    '/v1/tenants/:tenant/sso',
    {
      config: { action: 'sso.read' },
      schema: {
        tags,
        summary: 'The providers that prove people, without secrets',
        params: ofTenant,
      },
    },
    async ({ params: { tenant } }) => ({ items: await listConnections(knex, tenant) }),
  )
  app.post<{ Params: Named }>(
    `${path}(^[^:]+)::check`,
    {
      config: { action: 'sso.write' },
      schema: { tags, summary: 'Whether the provider answers, and what it can do', params: named },
    },
    async ({ params: { tenant, connection } }) => {
      const found = await requireConnection(knex, tenant, connection)
      try {
        return { answers: true, ...(await providers.describe(found)) }
      } catch (error) {
        return { answers: false, reason: failureOf(error).reason }
      }
    },
  )
}

function writeRoutes(app: FastifyInstance, { connections }: Ports): void {
  app.put<{ Params: Named; Body: ConnectionBody }>(
    path,
    {
      config: { action: 'sso.write' },
      schema: {
        tags,
        summary: 'Make or change the connection to a provider; the client secret is kept sealed',
        params: named,
        body: connectionSchema,
      },
    },
    async (request) => {
      const { tenant, connection: id } = request.params
      const { issuer, clientSecret } = request.body
      if (!URL.canParse(issuer)) {
        const faults = [{ pointer: '/issuer', detail: 'is no address' }]
        throw coreErrors.create('INPUT_INVALID', {}, { faults })
      }
      return connections.put(askerOf(request), { tenant, id }, wishOf(request.body), clientSecret)
    },
  )
  app.delete<{ Params: Named }>(
    path,
    {
      config: { action: 'sso.write' },
      schema: {
        tags,
        summary: 'Remove a connection, and the roles that came by it',
        params: named,
      },
    },
    async (request, reply) => {
      const { tenant, connection } = request.params
      await connections.remove(askerOf(request), tenant, connection)
      return reply.code(204).send()
    },
  )
}

function policyRoutes(app: FastifyInstance, { knex, connections }: Ports): void {
  const at = '/v1/tenants/:tenant/sign-in-policy'
  app.get<{ Params: Pick<Named, 'tenant'> }>(
    at,
    {
      config: { action: 'sso.read' },
      schema: { tags, summary: 'How people may prove who they are', params: ofTenant },
    },
    async ({ params: { tenant } }) => policyOf(knex, tenant),
  )
  app.put<{ Params: Pick<Named, 'tenant'>; Body: Partial<SignInPolicy> & { ssoOnly: boolean } }>(
    at,
    {
      config: { action: 'sso.write' },
      schema: {
        tags,
        summary:
          'Let people in by the provider alone, but for one admin who comes in when it is away',
        params: ofTenant,
        body: strictObject(
          {
            ssoOnly: { type: 'boolean' },
            breakGlass: { anyOf: [userIdSchema, { type: 'null' }] },
          },
          ['ssoOnly'],
        ),
      },
    },
    async (request) => {
      const { ssoOnly, breakGlass = null } = request.body
      const { tenant } = request.params
      return connections.setPolicy(askerOf(request), tenant, { ssoOnly, breakGlass })
    },
  )
}
