import type { FastifyInstance } from 'fastify'
import type { Knex } from 'knex'
import { strictObject } from '../../gateway/http-schemas.ts'
import { userOf } from '../me-routes.ts'
import { MAX_SESSIONS } from './session.ts'
import type { SessionCookie } from './session-cookie.ts'
import type { SessionService } from './session-service.ts'
import { listSessions } from './session-store.ts'

interface Ports {
  readonly knex: Knex
  readonly sessions: SessionService
  readonly cookie: SessionCookie
}

const tags = ['me']
const config = { action: 'me.write' } as const

/** A user's own sessions. */
export function sessionRoutes(app: FastifyInstance, { knex, sessions, cookie }: Ports): void {
  app.get(
    '/v1/sessions',
    { config, schema: { tags, summary: 'Where I am signed in, newest first' } },
    async (request) => {
      const { tenant, user, proof } = userOf(request)
      const found = await listSessions(knex, tenant, user, MAX_SESSIONS)
      return { items: found.map((one) => ({ ...one, isThis: one.id === proof })) }
    },
  )
  app.delete<{ Params: { session: string } }>(
    '/v1/sessions/:session',
    {
      config,
      schema: {
        tags,
        summary: 'Sign out there, or here',
        params: strictObject({ session: { type: 'string', pattern: '^ses_[0-9a-f]{16}$' } }, [
          'session',
        ]),
      },
    },
    async (request, reply) => {
      const me = userOf(request)
      const { session } = request.params
      await sessions.end(me, session, request.trace.traceId)
      if (session === me.proof) reply.header('set-cookie', cookie.clear())
      return reply.code(204).send()
    },
  )
  app.delete(
    '/v1/sessions',
    { config, schema: { tags, summary: 'Sign out everywhere but here' } },
    async (request) => {
      const me = userOf(request)
      return { ended: await sessions.endOthers(me, me.proof, request.trace.traceId) }
    },
  )
}
