import type { FastifyInstance } from 'fastify'
import type { Knex } from 'knex'
import { askerOf } from '../../gateway/guard.ts'
import {
  idSchema,
  nameSchema,
  pageOf,
  pageSchema,
  serviceIdSchema,
  strictObject,
} from '../../gateway/http-schemas.ts'
import { userOf } from '../me-routes.ts'
import { userIdSchema } from '../users/user.ts'
import { requireOverUser } from '../users/user-routes.ts'
import { MAX_DAYS } from './api-token.ts'
import type { TokenService, TokenWish } from './token-service.ts'
import { listTokens } from './token-store.ts'

interface Ports {
  readonly knex: Knex
  readonly tokens: TokenService
}

interface Page {
  readonly limit: number
  readonly cursor?: string
}

const tokenIdSchema = { type: 'string', pattern: '^tok_[0-9a-f]{16}$' } as const
const ofTenant = strictObject({ tenant: idSchema }, [])

const wishSchema = strictObject(
  {
    label: nameSchema,
    actions: {
      type: 'array',
      maxItems: 200,
      uniqueItems: true,
      items: { type: 'string', maxLength: 60 },
    },
    permissions: { type: 'array', maxItems: 500, uniqueItems: true, items: serviceIdSchema },
    days: { type: 'integer', minimum: 1, maximum: MAX_DAYS },
  },
  ['label', 'days'],
)

type Body = Partial<TokenWish> & Pick<TokenWish, 'label' | 'days'>

const wishOf = ({ label, days, actions = [], permissions = [] }: Body): TokenWish => {
  return { label, days, actions, permissions }
}

export function tokenRoutes(app: FastifyInstance, ports: Ports): void {
  ownRoutes(app, ports)
  serviceRoutes(app, ports)
}

/** By a session alone: a token that leaks makes no others. */
function ownRoutes(app: FastifyInstance, { knex, tokens }: Ports): void {
  const config = { action: 'me.write' } as const
  const tags = ['me']
  app.get<{ Querystring: Page }>(
    '/v1/tokens',
    {
      config,
      schema: {
        tags,
        summary: 'My API tokens, without themselves',
        querystring: strictObject(pageSchema, []),
      },
    },
    async (request) => {
      const found = await listTokens(knex, userOf(request), request.query)
      return pageOf(found, request.query.limit, ({ id }) => id)
    },
  )
  app.post<{ Body: Body }>(
    '/v1/tokens',
    {
      config,
      schema: {
        tags,
        summary: 'Make an API token for some of what I may do, shown this once',
        body: wishSchema,
      },
    },
    async (request, reply) => {
      const made = await tokens.create(askerOf(request), userOf(request), wishOf(request.body))
      return reply.code(201).send(made)
    },
  )
  app.delete<{ Params: { token: string } }>(
    '/v1/tokens/:token',
    {
      config,
      schema: {
        tags,
        summary: 'Revoke one of my API tokens',
        params: strictObject({ token: tokenIdSchema }, ['token']),
      },
    },
    async (request, reply) => {
      await tokens.revoke(askerOf(request), userOf(request), request.params.token)
      return reply.code(204).send()
    },
  )
}

/** Those of service accounts; another person's are listed and revoked, and never made. */
function serviceRoutes(app: FastifyInstance, { knex, tokens }: Ports): void {
  const config = { action: 'service_account.token', decidesUnit: true } as const
  const tags = ['identity']
  const params = strictObject({ user: userIdSchema }, ['user'])
  app.get<{ Params: { user: string }; Querystring: Page & { tenant?: string } }>(
    '/v1/users/:user/tokens',
    {
      config,
      schema: {
        tags,
        summary: "A user's API tokens, without themselves",
        params,
        querystring: strictObject({ tenant: idSchema, ...pageSchema }, []),
      },
    },
    async (request) => {
      const { tenant, id: user } = await requireOverUser(request, knex)
      const found = await listTokens(knex, { tenant, user }, request.query)
      return pageOf(found, request.query.limit, ({ id }) => id)
    },
  )
  app.post<{ Params: { user: string }; Querystring: { tenant?: string }; Body: Body }>(
    '/v1/users/:user/tokens',
    {
      config,
      schema: {
        tags,
        summary: 'Make an API token of a service account, shown this once',
        params,
        querystring: ofTenant,
        body: wishSchema,
      },
    },
    async (request, reply) => {
      const { tenant, id: user } = await requireOverUser(request, knex)
      const made = await tokens.create(askerOf(request), { tenant, user }, wishOf(request.body))
      return reply.code(201).send(made)
    },
  )
  app.delete<{ Params: { user: string; token: string }; Querystring: { tenant?: string } }>(
    '/v1/users/:user/tokens/:token',
    {
      config,
      schema: {
        tags,
        summary: "Revoke a user's API token",
        params: strictObject({ user: userIdSchema, token: tokenIdSchema }, ['user', 'token']),
        querystring: ofTenant,
      },
    },
    async (request, reply) => {
      const { tenant, id: user } = await requireOverUser(request, knex)
      await tokens.revoke(askerOf(request), { tenant, user }, request.params.token)
      return reply.code(204).send()
    },
  )
}
