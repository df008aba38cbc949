import type { FastifyInstance } from 'fastify'
import type { Knex } from 'knex'
import { coreErrors } from '../../errors.ts'
import { askerOf, requireOver, tenantOf } from '../../gateway/guard.ts'
import {
  idSchema,
  nameSchema,
  pageOf,
  pageSchema,
  serviceIdSchema,
  strictObject,
} from '../../gateway/http-schemas.ts'
import { ifMatchSchema } from '../../gateway/if-match.ts'
import { actionsOf } from '../authorise.ts'
import { tagged } from '../seen.ts'
import { userIdSchema } from '../users/user.ts'
import { momentOrNullSchema, validityOf } from '../validity.ts'
import { builtInRoles } from './built-in-roles.ts'
import type { RoleService } from './role-service.ts'
import {
  type Assignment,
  findAssignment,
  findRole,
  listAssignments,
  listRoles,
  type Page,
} from './role-store.ts'

interface Ports {
  readonly knex: Knex
  readonly roles: RoleService
}

const tags = ['identity']
const ofRole = strictObject({ role: idSchema }, ['role'])
const ofTenant = strictObject({ tenant: idSchema }, [])
const assignmentParams = strictObject(
  { assignment: { type: 'string', pattern: '^asg_[0-9a-f]{16}$' } },
  ['assignment'],
)

interface RoleBody {
  readonly name: string
  readonly actions?: readonly string[]
  readonly permissions?: readonly string[]
}

export function roleRoutes(app: FastifyInstance, ports: Ports): void {
  ownRoleRoutes(app, ports)
  changeRoutes(app, ports)
  assignRoute(app, ports)
  assignmentRoutes(app, ports)
}

function ownRoleRoutes(app: FastifyInstance, { knex }: Ports): void {
  app.get<{ Querystring: Page & { tenant?: string } }>(
    '/v1/roles',
    {
      config: { action: 'role.list' },
      schema: {
        tags,
        summary: "A tenant's own roles, and those that every tenant has",
        querystring: strictObject({ tenant: idSchema, ...pageSchema }, []),
      },
    },
    async (request) => {
      const own = await listRoles(knex, tenantOf(request), request.query)
      const builtIn = builtInRoles.map((id) => ({ id, actions: actionsOf(id) }))
      return { ...pageOf(own, request.query.limit, ({ id }) => id), builtIn }
    },
  )
  app.get<{ Params: { role: string }; Querystring: { tenant?: string } }>(
    '/v1/roles/:role',
    {
      config: { action: 'role.list' },
      schema: {
        tags,
        summary: "One of a tenant's own roles",
        params: ofRole,
        querystring: ofTenant,
      },
    },
    async (request, reply) => {
      const [tenant, { role }] = [tenantOf(request), request.params]
      const found = await findRole(knex, tenant, role)
      if (found === undefined) throw coreErrors.create('ROLE_MISSING', { tenant, role })
      return tagged(reply, found)
    },
  )
}

function changeRoutes(app: FastifyInstance, { roles }: Ports): void {
  app.put<{ Params: { role: string }; Querystring: { tenant?: string }; Body: RoleBody }>(
    '/v1/roles/:role',
    {
      config: { action: 'role.write' },
      schema: {
        tags,
        summary:
          'Make or change a role of a tenant: actions of the host and permissions of plugins',
        params: ofRole,
        querystring: ofTenant,
        body: strictObject(
          {
            name: nameSchema,
            actions: {
              type: 'array',
              maxItems: 200,
              uniqueItems: true,
              items: { type: 'string', maxLength: 60 },
            },
            permissions: {
              type: 'array',
              maxItems: 500,
              uniqueItems: true,
              items: serviceIdSchema,
            },
          },
          ['name'],
        ),
        headers: ifMatchSchema,
      },
    },
    async (request, reply) => {
      const { name, actions = [], permissions = [] } = request.body
      const named = { tenant: tenantOf(request), id: request.params.role, name }
      return tagged(reply, await roles.put(askerOf(request), { ...named, actions, permissions }))
    },
  )
  app.delete<{ Params: { role: string }; Querystring: { tenant?: string } }>(
    '/v1/roles/:role',
    {
      config: { action: 'role.write' },
      schema: {
        tags,
        summary: 'Remove a role that nobody has',
        params: ofRole,
        querystring: ofTenant,
        headers: ifMatchSchema,
      },
    },
    async (request, reply) => {
      await roles.remove(askerOf(request), tenantOf(request), request.params.role)
      return reply.code(204).send()
    },
  )
}

function assignRoute(app: FastifyInstance, { roles }: Ports): void {
  app.post<{ Body: Partial<Assignment> & Pick<Assignment, 'user' | 'role'> }>(
    '/v1/role-assignments',
    {
      config: { action: 'role.assign', decidesUnit: true },
      schema: {
        tags,
        summary: 'Give a role to a user, over the tenant or over a unit and all below it',
        body: strictObject(
          {
            tenant: idSchema,
            user: userIdSchema,
            role: idSchema,
            unit: { ...idSchema, type: ['string', 'null'] },
            validFrom: momentOrNullSchema,
            validTo: momentOrNullSchema,
          },
          ['user', 'role'],
        ),
      },
    },
    async (request, reply) => {
      const { user, role, unit = null, validFrom = null, validTo = null } = request.body
      requireOver(request, unit)
      const named = { tenant: tenantOf(request), user, role, unit }
      const wish = { ...named, ...validityOf(validFrom, validTo) }
      return reply.code(201).send(await roles.assign(askerOf(request), wish))
    },
  )
}

function assignmentRoutes(app: FastifyInstance, { knex, roles }: Ports): void {
  app.get<{ Querystring: Page & { tenant?: string; user?: string; role?: string; unit?: string } }>(
    '/v1/role-assignments',
    {
      config: { action: 'role.list', decidesUnit: true },
      schema: {
        tags,
        summary: 'Who has which role, where and when',
        querystring: strictObject(
          { tenant: idSchema, user: userIdSchema, role: idSchema, unit: idSchema, ...pageSchema },
          [],
        ),
      },
    },
    async (request) => {
      const { user, role, unit, limit } = request.query
      requireOver(request, unit ?? null)
      const filter = { user, role, unit }
      const page = await listAssignments(knex, tenantOf(request), filter, request.query)
      return pageOf(page, limit, ({ id }) => id)
    },
  )
  app.delete<{ Params: { assignment: string }; Querystring: { tenant?: string } }>(
    '/v1/role-assignments/:assignment',
    {
      config: { action: 'role.assign', decidesUnit: true },
      schema: {
        tags,
        summary: 'Take a role away',
        params: assignmentParams,
        querystring: ofTenant,
      },
    },
    async (request, reply) => {
      const tenant = tenantOf(request)
      const { assignment } = request.params
      const found = await findAssignment(knex, tenant, assignment)
      if (found === undefined) throw coreErrors.create('ASSIGNMENT_MISSING', { tenant, assignment })
      requireOver(request, found.unit)
      await roles.withdraw(askerOf(request), tenant, assignment)
      return reply.code(204).send()
    },
  )
}
