import { type Language, languages } from '@signalbox/sdk/errors'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { MarketplaceOptions } from '../ports.ts'
import { loginHtml } from './login-html.ts'
import type { LoginService } from './login-service.ts'

/** Bodies and addresses of these routes hold secrets. */
const unlogged = { logLevel: 'silent' } as const

/** Seconds between two looks of a waiting client. */
const RETRY_AFTER_S = 1

const files = {
  'login.js': 'text/javascript; charset=utf-8',
  'login.css': 'text/css; charset=utf-8',
} as const

/** `npm login` by browser: what the client asks, and the page of the person who confirms it. */
export function loginRoutes(
  app: FastifyInstance,
  logins: LoginService,
  { pages, publicUrl }: Pick<MarketplaceOptions, 'pages' | 'publicUrl'>,
): void {
  app.post('/-/v1/login', unlogged, async (request) => {
    const { code, done } = await logins.start({
      address: request.ip,
      client: request.headers['user-agent'],
    })
    const base = publicUrl(request as FastifyRequest)
    // What stands behind the # reaches no server and no log of one.
    return { loginUrl: `${base}/-/login#${code}`, doneUrl: `${base}/-/v1/done/${done}` }
  })
  app.get<{ Params: { done: string } }>(
    '/-/v1/done/:done',
    { ...unlogged, schema: { params: secretOf('done') } },
    async (request, reply) => {
      const outcome = await logins.fetch(request.params.done, request.id)
      reply.header('cache-control', 'no-store')
      if (outcome.kind === 'token') return { token: outcome.token }
      return reply.code(202).header('retry-after', RETRY_AFTER_S).send({})
    },
  )
  page(app, pages)
  app.post<{ Body: { code: string } }>(
    '/-/v1/login/look',
    { ...unlogged, schema: { body: secretOf('code') } },
    async (request) => {
      const { address, client, createdAt } = await logins.look(request.body.code)
      return { address, client, askedAt: createdAt.toISOString() }
    },
  )
  app.post<{ Body: { code: string; name: string; password: string } }>(
    '/-/v1/login/confirm',
    { ...unlogged, schema: { body: confirmSchema } },
    async (request, reply) => {
      await logins.confirm(request.body)
      return reply.code(204).send()
    },
  )
}

/** It holds nothing of any login, so that anyone may load it. */
function page(app: FastifyInstance, pages: MarketplaceOptions['pages']): void {
  app.get<{ Querystring: { lang?: Language } }>(
    '/-/login',
    { schema: { hide: true, querystring: languageSchema } },
    async (request, reply) => pages.send(request, reply, loginHtml),
  )
  pages.parts(app, { url: '/-/login', folder: import.meta.dirname, files })
}

const secretSchema = { type: 'string', pattern: '^[\\w-]{43}$' } as const

function secretOf(name: 'code' | 'done') {
  return {
    type: 'object',
    required: [name],
    additionalProperties: false,
    properties: { [name]: secretSchema },
  }
}

const languageSchema = {
  type: 'object',
  additionalProperties: false,
  properties: { lang: { enum: languages } },
} as const

const confirmSchema = {
  type: 'object',
  required: ['code', 'name', 'password'],
  additionalProperties: false,
  properties: {
    code: secretSchema,
    name: { type: 'string', pattern: '^[a-z0-9-]{1,64}$' },
    password: { type: 'string', minLength: 1, maxLength: 512 },
  },
} as const
