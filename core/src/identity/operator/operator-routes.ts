import type { FastifyInstance } from 'fastify'
import { strictObject } from '../../gateway/http-schemas.ts'
import type { SessionCookie } from '../sessions/session-cookie.ts'
import { fromOf } from '../sign-in/sign-in-routes.ts'
import type { OperatorSessions } from './operator-sessions.ts'

interface Ports {
  readonly operators: Pick<OperatorSessions, 'signIn'>
  readonly cookie: SessionCookie
}

/** In the scope of signing in, which asks whether the page is the host's own. */
export function operatorRoutes(app: FastifyInstance, { operators, cookie }: Ports): void {
  app.post<{ Body: { token: string } }>(
    '/v1/sign-in/operator',
    {
      config: { action: 'sign_in.use' },
      schema: {
        tags: ['sign-in'],
        summary: "Sign in with the operator's token: a session as a cookie",
        body: strictObject({ token: { type: 'string', minLength: 1, maxLength: 1000 } }, ['token']),
      },
    },
    async (request, reply) => {
      const { secret, session, csrf } = await operators.signIn(request.body.token, fromOf(request))
      reply.header('set-cookie', cookie.write(secret))
      return { next: 'in', kind: 'operator', session, csrfToken: csrf }
    },
  )
}
