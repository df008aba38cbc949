import { CodedError } from '@signalbox/sdk/errors'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Knex } from 'knex'
import { idSchema, strictObject } from '../../gateway/http-schemas.ts'
import type { UserProofs } from '../access/user-proofs.ts'
import type { SessionCookie } from '../sessions/session-cookie.ts'
import { policyOf } from '../sign-in/policy-store.ts'
import { fromOf } from '../sign-in/sign-in-routes.ts'
import { listConnections } from './connection-store.ts'
import type { LogoutService } from './logout-service.ts'
import type { SsoService } from './sso-service.ts'

interface Ports {
  readonly knex: Knex
  readonly sso: SsoService
  readonly logouts: LogoutService
  readonly proofs: Pick<UserProofs, 'requireOwnPage'>
  readonly cookie: SessionCookie
  /** Of the browser that began. */
  readonly flowCookie: SessionCookie
}

interface Named {
  readonly tenant: string
  readonly connection: string
}

const tags = ['sign-in']
const config = { action: 'sign_in.use' } as const
const named = strictObject({ tenant: idSchema, connection: idSchema }, ['tenant', 'connection'])
const ofConnection = '/v1/sign-in/sso/:tenant/:connection'

/** Signing in through a tenant's provider. */
export function ssoRoutes(app: FastifyInstance, ports: Ports): void {
  app.addHook('onSend', async (_request, reply) => {
    reply.header('cache-control', 'no-store').header('referrer-policy', 'no-referrer')
  })
  methodsRoute(app, ports)
  beginRoute(app, ports)
  callbackRoute(app, ports)
  logoutRoute(app, ports)
}

function methodsRoute(app: FastifyInstance, { knex }: Ports): void {
  app.get<{ Querystring: { tenant: string } }>(
    '/v1/sign-in/methods',
    {
      config,
      schema: {
        tags,
        summary: 'How people of a tenant sign in; of one that is not there: as of one with nothing',
        querystring: strictObject({ tenant: idSchema }, ['tenant']),
      },
    },
    async ({ query: { tenant } }) => {
      const { ssoOnly } = await policyOf(knex, tenant)
      const connections = await listConnections(knex, tenant)
      return { ssoOnly, sso: connections.map(({ id, name }) => ({ id, name })) }
    },
  )
}

function beginRoute(app: FastifyInstance, { sso, proofs, flowCookie }: Ports): void {
  app.post<{ Body: Named }>(
    '/v1/sign-in/sso',
    {
      config,
      schema: { tags, summary: "Where to sign in at the tenant's provider", body: named },
      onRequest: async (request) => proofs.requireOwnPage(request),
    },
    async (request, reply) => {
      const { url, secret } = await sso.begin(request.body, fromOf(request))
      reply.header('set-cookie', flowCookie.write(secret))
      return { url }
    },
  )
}

/** A browser is here, not a program: whatever comes of it is told by the page, behind the #, where no log sees it. */
function callbackRoute(app: FastifyInstance, { sso, cookie, flowCookie }: Ports): void {
  app.get<{ Params: Named }>(
    `${ofConnection}/callback`,
    {
      config,
      schema: { tags, summary: 'Where the provider sends the browser back to', params: named },
    },
    async (request, reply) => {
      const cookies = [flowCookie.clear()]
      const where = await landing().catch((error: unknown) => {
        if (!(error instanceof CodedError)) throw error
        return `failed=${error.code}`
      })
      for (const one of cookies) reply.header('set-cookie', one)
      return reply.redirect(`/sign-in#${where}`, 303)

      async function landing(): Promise<string> {
        const secret = flowCookie.read(request.headers.cookie)
        const result = await sso.finish(request.params, queryOf(request), secret, fromOf(request))
        if (result.kind === 'code') return `code=${result.ticket}`
        cookies.push(cookie.write(result.started.secret))
        return 'in'
      }
    },
  )
}

function logoutRoute(app: FastifyInstance, { logouts }: Ports): void {
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string', bodyLimit: 32 * 1024 },
      (_request, body, done) =>
        done(null, { ...Object.fromEntries(new URLSearchParams(String(body))) }),
    )
    scope.post<{ Params: Named; Body: { logout_token: string } }>(
      `${ofConnection}/logout`,
      {
        config,
        schema: {
          tags,
          summary:
            'The provider says that somebody has signed out (OpenID Connect Back-Channel Logout 1.0)',
          params: named,
          consumes: ['application/x-www-form-urlencoded'],
          body: strictObject(
            { logout_token: { type: 'string', minLength: 1, maxLength: 16_384 } },
            ['logout_token'],
          ),
        },
      },
      async (request, reply) => {
        await logouts.byProvider(request.params, request.body.logout_token, request.trace.traceId)
        return reply.code(200).send()
      },
    )
  })
}

/** As it came: who verifies it wants to see what is there twice. */
function queryOf({ raw }: FastifyRequest): string {
  const { url = '' } = raw
  const at = url.indexOf('?')
  return at === -1 ? '' : url.slice(at + 1)
}
