import type { FastifyInstance, onRequestAsyncHookHandler } from 'fastify'
import { marketplaceErrors } from '../errors.ts'
import { actorOf } from './authenticate.ts'
import type { PublisherService } from './publisher-service.ts'

/** A log line of these routes would hold a token in its URL or a password in its body. */
const unlogged = { logLevel: 'silent' } as const

/** `npm login --auth-type=legacy`, `whoami`, `logout` and `ping`. */
export function accountRoutes(
  app: FastifyInstance,
  publishers: PublisherService,
  authenticate: onRequestAsyncHookHandler,
): void {
  app.get('/-/ping', () => ({}))

  app.get('/-/whoami', { onRequest: authenticate }, (request) => ({
    username: actorOf(request).name,
  }))

  app.put<{ Params: { user: string }; Body: { name: string; password: string } }>(
    '/-/user/:user',
    { ...unlogged, schema: { body: loginSchema } },
    async (request, reply) => {
      const { name, password } = request.body
      if (request.params.user !== `org.couchdb.user:${name}`) {
        throw marketplaceErrors.create('LOGIN_REFUSED')
      }
      const token = await publishers.login(name, password, request.id)
      return reply.code(201).send({ ok: true, id: request.params.user, token })
    },
  )

  app.delete<{ Params: { token: string } }>(
    '/-/user/token/:token',
    { ...unlogged, config: { isForReaders: true }, onRequest: authenticate },
    async (request) => ({
      ok: true,
      revoked: await publishers.logout(request.params.token, actorOf(request), request.id),
    }),
  )
}

const loginSchema = {
  type: 'object',
  required: ['name', 'password'],
  properties: {
    name: { type: 'string', minLength: 1, maxLength: 64 },
    // Argon2 takes any length; the bound keeps one login cheap.
    password: { type: 'string', minLength: 1, maxLength: 512 },
  },
} as const
