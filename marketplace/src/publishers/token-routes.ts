import type { FastifyInstance, onRequestAsyncHookHandler } from 'fastify'
import { marketplaceErrors } from '../errors.ts'
import { actorOf } from './authenticate.ts'
import type { PublisherToken } from './publisher-store.ts'
import { type IssuedToken, profileFixed, type TokenService } from './token-service.ts'
import { type TokenWish, tokenWishSchema } from './token-wish.ts'

/** A log line of these routes would hold a token in its URL or a password in its body. */
const unlogged = { logLevel: 'silent' } as const

const PAGE = 100

/** `npm token` and `npm profile`. */
export function tokenRoutes(
  app: FastifyInstance,
  tokens: TokenService,
  authenticate: onRequestAsyncHookHandler,
): void {
  app.post<{ Body: TokenWish }>(
    '/-/npm/v1/tokens',
    { ...unlogged, onRequest: authenticate, schema: { body: tokenWishSchema } },
    async (request) => {
      const issued = await tokens.create(request.body, actorOf(request), request.id)
      return { ...shown(issued), token: issued.text }
    },
  )
  app.get<{ Querystring: { cursor?: string } }>(
    '/-/npm/v1/tokens',
    { onRequest: authenticate, schema: { querystring: pageSchema } },
    async (request) => {
      const items = await tokens.list(actorOf(request), { limit: PAGE, ...request.query })
      const last = items.length === PAGE ? items.at(-1) : undefined
      return {
        objects: items.map((item) => ({ ...shown(item), token: 'sbm_' })),
        total: items.length,
        urls: last === undefined ? {} : { next: `/-/npm/v1/tokens?cursor=${last.id}` },
      }
    },
  )
  app.delete<{ Params: { token: string } }>(
    '/-/npm/v1/tokens/token/:token',
    { ...unlogged, onRequest: authenticate, schema: { params: tokenParams } },
    async (request, reply) => {
      await tokens.revoke(request.params.token, actorOf(request), request.id)
      return reply.code(204).send()
    },
  )
  profileRoutes(app, tokens, authenticate)
}

function profileRoutes(
  app: FastifyInstance,
  tokens: TokenService,
  authenticate: onRequestAsyncHookHandler,
): void {
  app.get('/-/npm/v1/user', { onRequest: authenticate }, async (request) => {
    const actor = actorOf(request)
    const profile = await tokens.profile(actor)
    if (profile === undefined) {
      throw marketplaceErrors.create('PUBLISHER_NOT_FOUND', { publisher: actor.name })
    }
    const created = profile.createdAt.toISOString()
    const { name, scopes } = profile
    return { name, tfa: null, email: '', created, updated: created, scopes }
  })
  app.post<{ Body: ProfileWish }>(
    '/-/npm/v1/user',
    { ...unlogged, onRequest: authenticate, schema: { body: profileSchema } },
    async (request) => {
      const { password, ...others } = request.body
      // npm sends what it has read beside what is set: nothing, of what is kept nowhere.
      const [field] = Object.entries(others).find(([, value]) => value !== null) ?? []
      const actor = actorOf(request)
      if (field !== undefined) throw profileFixed(actor, field)
      if (password) await tokens.setPassword(password, actor, request.id)
      return {}
    },
  )
}

/** As `npm token` prints it; the fields of the limits have the names that they were asked for by. */
function shown({
  id,
  name,
  limits,
  createdAt,
  expiresAt,
}: Omit<PublisherToken | IssuedToken, 'text' | 'hash'>) {
  return {
    key: id,
    name,
    created: createdAt.toISOString(),
    updated: createdAt.toISOString(),
    expires: expiresAt?.toISOString() ?? null,
    readonly: limits.isReadOnly,
    cidr_whitelist: limits.cidrs,
    packages: limits.packages,
    scopes: limits.scopes,
    packages_and_scopes_permission: limits.isReadOnly ? 'read-only' : 'read-write',
  }
}

interface ProfileWish {
  readonly password?: { readonly old: string; readonly new: string } | null
  readonly [field: string]: unknown
}

// Argon2 takes any length; the bound keeps it cheap. Twelve characters are what a host asks of its users.
const password = { type: 'string', minLength: 12, maxLength: 512 } as const

const profileSchema = {
  type: 'object',
  maxProperties: 20,
  properties: {
    password: {
      type: ['object', 'null'],
      required: ['old', 'new'],
      additionalProperties: false,
      properties: { old: { ...password, minLength: 1 }, new: password },
    },
  },
} as const

const pageSchema = {
  type: 'object',
  properties: { cursor: { type: 'string', pattern: '^[0-9a-f]{64}$' } },
} as const

const tokenParams = {
  type: 'object',
  properties: { token: { type: 'string', pattern: '^([0-9a-f]{64}|sbm_[\\w-]{43})$' } },
} as const
