import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Knex } from 'knex'
import { strictObject } from '../../gateway/http-schemas.ts'
import { userOf } from '../me-routes.ts'
import type { OperatorSessions } from '../operator/operator-sessions.ts'
import { MAX_SESSIONS } from './session.ts'
import type { SessionCookie } from './session-cookie.ts'
import type { SessionService } from './session-service.ts'
import { listSessions } from './session-store.ts'

interface Ports {
  readonly knex: Knex
  readonly sessions: SessionService
  readonly operators: OperatorSessions
  readonly cookie: SessionCookie
}

const tags = ['me']
const config = { action: 'session.use' } as const

/** A user's own sessions, or the operator's. */
export function sessionRoutes(app: FastifyInstance, ports: Ports): void {
  app.get(
    '/v1/sessions',
    { config, schema: { tags, summary: 'Where I am signed in, newest first' } },
    async (request) => {
      const own = ownSessions(request, ports)
      return {
        items: (await own.list()).map((one) => ({ ...one, isThis: one.id === own.present })),
      }
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
      const own = ownSessions(request, ports)
      const { session } = request.params
      await own.end(session)
      if (session === own.present) reply.header('set-cookie', ports.cookie.clear())
      return reply.code(204).send()
    },
  )
  app.delete(
    '/v1/sessions',
    { config, schema: { tags, summary: 'Sign out everywhere but here' } },
    async (request) => ({ ended: await ownSessions(request, ports).endOthers() }),
  )
}

interface OwnSessions {
  /** The one that asks; undefined: a token does. */
  readonly present: string | undefined
  list(): Promise<readonly { readonly id: string }[]>
  end(session: string): Promise<void>
  endOthers(): Promise<number>
}

/** Of whoever asks. */
function ownSessions(request: FastifyRequest, { knex, sessions, operators }: Ports): OwnSessions {
  const { principal, trace } = request
  const { traceId } = trace
  if (principal.kind === 'operator') {
    const present = principal.session
    return {
      present,
      list: () => operators.list(),
      end: (session) => operators.end(session, traceId),
      endOthers: () => operators.endOthers(present, traceId),
    }
  }
  const me = userOf(request)
  return {
    present: me.proof,
    list: () => listSessions(knex, me.tenant, me.user, MAX_SESSIONS),
    end: (session) => sessions.end(me, session, traceId),
    endOthers: () => sessions.endOthers(me, me.proof, traceId),
  }
}
