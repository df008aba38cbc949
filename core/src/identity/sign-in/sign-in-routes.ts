import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { idSchema, strictObject } from '../../gateway/http-schemas.ts'
import type { UserProofs } from '../access/user-proofs.ts'
import type { SessionCookie } from '../sessions/session-cookie.ts'
import type { From } from '../sessions/session-service.ts'
import { loginSchema } from '../users/user.ts'
import type { PasswordService } from './password-service.ts'
import type { ResetService } from './reset-service.ts'
import type { Credentials, SignedIn, SignInService } from './sign-in-service.ts'

interface Ports {
  readonly signIns: SignInService
  readonly passwords: PasswordService
  readonly resets: ResetService
  readonly proofs: Pick<UserProofs, 'requireOwnPage'>
  readonly cookie: SessionCookie
}

const tags = ['sign-in']
const config = { action: 'sign_in.use' } as const

/** Longer than any that is taken: what is refused is refused by its rule, not by its shape. */
export const passwordSchema = { type: 'string', minLength: 1, maxLength: 1000 } as const

export const codeSchema = { type: 'string', minLength: 6, maxLength: 40 } as const

const ticketSchema = { type: 'string', pattern: '^[A-Za-z0-9_-]{43}$' } as const

/** Proving a user. Who comes here is nobody yet; what is asked for in vain is answered the same for everybody. */
export function signInRoutes(app: FastifyInstance, ports: Ports): void {
  app.addHook('onRequest', async (request) => ports.proofs.requireOwnPage(request))
  // What is answered holds secrets of one person.
  app.addHook('onSend', async (_request, reply) => {
    reply.header('cache-control', 'no-store')
  })
  sessionRoutes(app, ports)
  linkRoutes(app, ports)
}

function sessionRoutes(app: FastifyInstance, { signIns, cookie }: Ports): void {
  app.post<{ Body: Credentials }>(
    '/v1/sign-in',
    {
      config,
      schema: {
        tags,
        summary:
          'Sign in with a password: a session as a cookie, or a ticket where a code is asked for',
        body: strictObject({ tenant: idSchema, login: loginSchema, password: passwordSchema }, [
          'tenant',
          'login',
          'password',
        ]),
      },
    },
    async (request, reply) =>
      answered(await signIns.byPassword(request.body, fromOf(request)), reply, cookie),
  )
  app.post<{ Body: { ticket: string; code: string } }>(
    '/v1/sign-in/code',
    {
      config,
      schema: {
        tags,
        summary: 'The second factor: a code of the authenticator app, or a recovery code',
        body: strictObject({ ticket: ticketSchema, code: codeSchema }, ['ticket', 'code']),
      },
    },
    async (request, reply) => {
      const { ticket, code } = request.body
      return answered(await signIns.byCode(ticket, code, fromOf(request)), reply, cookie)
    },
  )
}

function linkRoutes(app: FastifyInstance, { passwords, resets }: Ports): void {
  const body = strictObject({ ticket: ticketSchema, password: passwordSchema }, [
    'ticket',
    'password',
  ])
  app.post<{ Body: { ticket: string; password: string } }>(
    '/v1/sign-in/invitation',
    { config, schema: { tags, summary: 'Accept an invitation with a first password', body } },
    async (request, reply) => {
      const { ticket, password } = request.body
      await passwords.accept(ticket, password, request.trace.traceId)
      return reply.code(204).send()
    },
  )
  app.post<{ Body: { tenant: string; login: string } }>(
    '/v1/sign-in/reset',
    {
      config,
      schema: {
        tags,
        summary: 'Ask for a link to reset the password; whether there is such a user is not told',
        body: strictObject({ tenant: idSchema, login: loginSchema }, ['tenant', 'login']),
      },
    },
    async (request, reply) => {
      const { tenant, login } = request.body
      await resets.ask(tenant, login, fromOf(request))
      return reply.code(202).send({})
    },
  )
  app.post<{ Body: { ticket: string; password: string } }>(
    '/v1/sign-in/reset::confirm',
    { config, schema: { tags, summary: 'Set a new password by a link; ends all sessions', body } },
    async (request, reply) => {
      const { ticket, password } = request.body
      await passwords.reset(ticket, password, request.trace.traceId)
      return reply.code(204).send()
    },
  )
}

export function fromOf(request: FastifyRequest): From {
  const agent = request.headers['user-agent'] ?? 'unknown'
  return { address: request.ip, agent, traceId: request.trace.traceId }
}

export function answered(result: SignedIn, reply: FastifyReply, cookie: SessionCookie): object {
  if (result.kind === 'code') {
    return { next: 'code', ticket: result.ticket, expiresAt: result.expiresAt }
  }
  const { user, started } = result
  reply.header('set-cookie', cookie.write(started.secret))
  return { next: 'in', user: user.id, session: started.session, csrfToken: started.csrf }
}
