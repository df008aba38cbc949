import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Knex } from 'knex'
import { askerOf, requireOver, tenantOf } from '../../gateway/guard.ts'
import {
  idSchema,
  nameSchema,
  pageOf,
  pageSchema,
  strictObject,
} from '../../gateway/http-schemas.ts'
import { ifMatchSchema } from '../../gateway/if-match.ts'
import { tagged } from '../seen.ts'
import {
  emailSchema,
  locales,
  loginSchema,
  type User,
  type UserChange,
  userIdSchema,
} from './user.ts'
import { requireUser, type UserService } from './user-service.ts'
import { type UserCommand, type UserState, userCommands, userStates } from './user-states.ts'
import { listUsers, namesOfUsers } from './user-store.ts'

interface Ports {
  readonly knex: Knex
  readonly users: UserService
}

const tags = ['identity']
const params = strictObject({ user: userIdSchema }, ['user'])
const ofTenant = strictObject({ tenant: idSchema }, [])
const unitSchema = { ...idSchema, type: ['string', 'null'] } as const

interface NewUser {
  readonly tenant?: string
  readonly kind?: User['kind']
  readonly login: string
  readonly email?: string | null
  readonly displayName: string
  readonly locale?: string
  readonly unit?: string | null
  readonly roles?: readonly string[]
}

interface Query {
  readonly tenant?: string
  readonly unit?: string
  readonly kind?: User['kind']
  readonly state?: UserState
  readonly q?: string
  readonly limit: number
  readonly cursor?: string
}

type OneUser = { Params: { user: string }; Querystring: { tenant?: string } }

/** Users and service accounts. A role over units is enough for those that belong to them. */
export function userRoutes(app: FastifyInstance, ports: Ports): void {
  createRoute(app, ports)
  readRoutes(app, ports)
  namesRoute(app, ports)
  changeRoutes(app, ports)
  accountRoutes(app, ports)
}

function createRoute(app: FastifyInstance, { users }: Ports): void {
  app.post<{ Body: NewUser }>(
    '/v1/users',
    {
      config: { action: 'user.write', decidesUnit: true },
      schema: {
        tags,
        summary: 'Make a user, with an invitation that is shown this once, or a service account',
        body: strictObject(
          {
            tenant: idSchema,
            kind: { enum: ['person', 'service'] },
            login: loginSchema,
            email: emailSchema,
            displayName: nameSchema,
            locale: { enum: locales },
            unit: unitSchema,
            roles: { type: 'array', items: idSchema, maxItems: 20, uniqueItems: true },
          },
          ['login', 'displayName'],
        ),
      },
    },
    async (request, reply) => {
      const { body } = request
      const { kind = 'person', email = null, locale = 'en', unit = null, roles = [] } = body
      requireOver(request, unit)
      const { login, displayName } = body
      const named = { tenant: tenantOf(request), kind, login, displayName }
      const wish = { ...named, email, locale, unit, roles }
      return reply.code(201).send(await users.create(askerOf(request), wish))
    },
  )
}

function readRoutes(app: FastifyInstance, { knex }: Ports): void {
  app.get<{ Querystring: Query }>(
    '/v1/users',
    {
      config: { action: 'user.list', decidesUnit: true },
      schema: {
        tags,
        summary: "List a tenant's users, all or those of a unit",
        querystring: strictObject(
          {
            tenant: idSchema,
            unit: idSchema,
            kind: { enum: ['person', 'service'] },
            state: { enum: Object.keys(userStates) },
            q: {
              type: 'string',
              minLength: 1,
              maxLength: 100,
              description: 'A part of the name or login, in capitals or not',
            },
            ...pageSchema,
          },
          [],
        ),
      },
    },
    async (request) => {
      const { unit, kind, state, q, limit } = request.query
      requireOver(request, unit ?? null)
      const filter = { unit, kind, state, q }
      const page = await listUsers(knex, tenantOf(request), filter, request.query)
      return pageOf(page, limit, (user) => user.id)
    },
  )
  app.get<OneUser>(
    '/v1/users/:user',
    {
      config: { action: 'user.list', decidesUnit: true },
      schema: { tags, summary: 'One user', params, querystring: ofTenant },
    },
    async (request, reply) => tagged(reply, await requireOverUser(request, knex)),
  )
}

/** As many as a page shows; an address holds no more of them. */
const MOST_NAMES = 100

/** Whom the tenant does not have is not told apart from whom another has: he is absent. */
function namesRoute(app: FastifyInstance, { knex }: Ports): void {
  app.get<{ Querystring: { tenant?: string; user: string[] } }>(
    // Two colons are the router's way to write one.
    '/v1/users::names',
    {
      config: { action: 'user.name' },
      schema: {
        tags,
        summary: 'What users of the tenant are called, of those ids that it has',
        querystring: strictObject(
          {
            tenant: idSchema,
            user: { type: 'array', items: userIdSchema, minItems: 1, maxItems: MOST_NAMES },
          },
          ['user'],
        ),
      },
    },
    async (request) => ({ items: await namesOfUsers(knex, tenantOf(request), request.query.user) }),
  )
}

function changeRoutes(app: FastifyInstance, { knex, users }: Ports): void {
  app.patch<OneUser & { Body: UserChange }>(
    '/v1/users/:user',
    {
      config: { action: 'user.write', decidesUnit: true },
      schema: {
        tags,
        summary: 'Change what is known of a user',
        params,
        querystring: ofTenant,
        body: {
          ...strictObject(
            {
              email: emailSchema,
              displayName: nameSchema,
              locale: { enum: locales },
              unit: unitSchema,
            },
            [],
          ),
          minProperties: 1,
        },
        headers: ifMatchSchema,
      },
    },
    async (request, reply) => {
      const { tenant, id } = await requireOverUser(request, knex)
      if (request.body.unit !== undefined) requireOver(request, request.body.unit)
      return tagged(reply, await users.change(askerOf(request), tenant, id, request.body))
    },
  )
  app.post<{ Params: { user: string; command: UserCommand }; Querystring: { tenant?: string } }>(
    // Two colons are the router's way to write one.
    '/v1/users/:user(^usr_[0-9a-f]+):::command',
    {
      config: { action: 'user.write', decidesUnit: true },
      schema: {
        tags,
        summary: 'Suspend, resume, let leave or reinstate a user',
        params: strictObject({ user: userIdSchema, command: { enum: userCommands } }, [
          'user',
          'command',
        ]),
        querystring: ofTenant,
      },
    },
    async (request) => {
      const { tenant, id } = await requireOverUser(request, knex)
      return users.command(askerOf(request), tenant, id, request.params.command)
    },
  )
}

/** What an admin does for who cannot come in, or must not stay. */
function accountRoutes(app: FastifyInstance, { knex, users }: Ports): void {
  const config = { action: 'user.write', decidesUnit: true } as const
  app.post<OneUser>(
    '/v1/users/:user/link',
    {
      config,
      schema: {
        tags,
        summary: 'A new invitation, or a link to reset the password, shown this once',
        params,
        querystring: ofTenant,
      },
    },
    async (request, reply) => {
      const { tenant, id } = await requireOverUser(request, knex)
      return reply.code(201).send(await users.link(askerOf(request), tenant, id))
    },
  )
  app.delete<OneUser>(
    '/v1/users/:user/sessions',
    {
      config,
      schema: { tags, summary: "End all of a user's sessions", params, querystring: ofTenant },
    },
    async (request) => {
      const { tenant, id } = await requireOverUser(request, knex)
      return { ended: await users.endSessions(askerOf(request), tenant, id) }
    },
  )
  app.delete<OneUser>(
    '/v1/users/:user/second-factor',
    {
      config,
      schema: {
        tags,
        summary: 'Take the second factor from who has lost it; ends all sessions',
        params,
        querystring: ofTenant,
      },
    },
    async (request, reply) => {
      const { tenant, id } = await requireOverUser(request, knex)
      await users.removeSecondFactor(askerOf(request), tenant, id)
      return reply.code(204).send()
    },
  )
  app.delete<OneUser>(
    '/v1/users/:user/passkeys',
    {
      config,
      schema: {
        tags,
        summary: 'Take all passkeys from who has lost the device; ends all sessions',
        params,
        querystring: ofTenant,
      },
    },
    async (request) => {
      const { tenant, id } = await requireOverUser(request, knex)
      return { removed: await users.removePasskeys(askerOf(request), tenant, id) }
    },
  )
  app.delete<OneUser>(
    '/v1/users/:user/sso',
    {
      config,
      schema: {
        tags,
        summary: 'Forget by which account of a provider a user is known; ends all sessions',
        params,
        querystring: ofTenant,
      },
    },
    async (request) => {
      const { tenant, id } = await requireOverUser(request, knex)
      return { removed: await users.unlink(askerOf(request), tenant, id) }
    },
  )
}

/** @throws CORE_USER_MISSING, CORE_FORBIDDEN where he belongs to a unit that is not the asker's */
export async function requireOverUser(
  request: FastifyRequest<{ Params: { user: string } }>,
  knex: Knex,
): Promise<User> {
  const user = await requireUser(knex, tenantOf(request), request.params.user)
  requireOver(request, user.unit)
  return user
}
