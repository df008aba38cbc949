import type { FastifyInstance, FastifyPluginAsync, onRequestAsyncHookHandler } from 'fastify'
import { answerErrors } from '../http/error-handler.ts'
import { type TrustOptions, trustRoutes } from '../trust/trust-routes.ts'
import { actorOf, authentication } from './authenticate.ts'
import { MAX_SCOPES, type NewPublisher, PublisherService } from './publisher-service.ts'
import type { Page } from './publisher-store.ts'
import { requireOperator } from './require-whole.ts'

const tags = ['marketplace']

/** The operator's administration of publisher accounts, and keys, for the host's `/v1/marketplace`. */
export const publisherRoutes: FastifyPluginAsync<TrustOptions> = async (app, ports) => {
  answerErrors(app, ports)
  const publishers = new PublisherService(ports)
  const operator: onRequestAsyncHookHandler = async (request) => requireOperator(actorOf(request))
  app.addHook('onRequest', authentication(app, publishers, ports))
  trustRoutes(app, ports)
  await app.register(async (scope) => {
    scope.addHook('onRequest', operator)
    accountAdministration(scope, publishers)
    tokenAdministration(scope, publishers)
  })
}

function accountAdministration(app: FastifyInstance, publishers: PublisherService): void {
  app.get<{ Querystring: Page }>(
    '/publishers',
    { schema: { tags, summary: 'List publishers', querystring: pageOf(nameSchema) } },
    async (request) => {
      const items = await publishers.list(request.query)
      return { items, ...nextOf(items, request.query.limit, ({ name }) => name) }
    },
  )
  app.post<{ Body: NewPublisher }>(
    '/publishers',
    {
      schema: {
        tags,
        summary: 'Make a publisher; its token is shown this once',
        body: newPublisherSchema,
      },
    },
    async (request, reply) =>
      reply.code(201).send(await publishers.create(request.body, actorOf(request), request.id)),
  )
  app.put<{ Params: { name: string; scope: string } }>(
    '/publishers/:name/scopes/:scope',
    {
      schema: {
        tags,
        summary: 'Give a publisher another scope',
        params: strict({ name: nameSchema, scope: scopeSchema }),
      },
    },
    async (request, reply) => {
      const { name, scope } = request.params
      await publishers.grantScope(name, scope, actorOf(request), request.id)
      return reply.code(204).send()
    },
  )
}

function tokenAdministration(app: FastifyInstance, publishers: PublisherService): void {
  app.get<{ Params: { name: string }; Querystring: Page }>(
    '/publishers/:name/tokens',
    {
      schema: {
        tags,
        summary: "List a publisher's tokens, without their secrets",
        params: strict({ name: nameSchema }),
        querystring: pageOf(tokenIdSchema),
      },
    },
    async (request) => {
      const items = await publishers.tokens(request.params.name, request.query)
      return { items, ...nextOf(items, request.query.limit, ({ id }) => id) }
    },
  )
  app.post<{ Params: { name: string } }>(
    '/publishers/:name/tokens',
    {
      schema: {
        tags,
        summary: 'Make another token for a publisher, shown this once',
        params: strict({ name: nameSchema }),
      },
    },
    async (request, reply) => {
      const { name } = request.params
      const { id, text } = await publishers.createToken(name, actorOf(request), request.id)
      return reply.code(201).send({ id, token: text })
    },
  )
  app.delete<{ Params: { name: string; id: string } }>(
    '/publishers/:name/tokens/:id',
    {
      schema: {
        tags,
        summary: 'Revoke a token of a publisher',
        params: strict({ name: nameSchema, id: tokenIdSchema }),
      },
    },
    async (request, reply) => {
      const { name, id } = request.params
      await publishers.revokeToken(name, id, actorOf(request), request.id)
      return reply.code(204).send()
    },
  )
}

const nameSchema = { type: 'string', pattern: '^[a-z0-9][a-z0-9-]*$', maxLength: 64 } as const
const scopeSchema = { type: 'string', pattern: '^@[a-z0-9][a-z0-9._-]*$', maxLength: 100 } as const
const tokenIdSchema = { type: 'string', pattern: '^[0-9a-f]{64}$' } as const

const newPublisherSchema = {
  type: 'object',
  required: ['name', 'scopes'],
  additionalProperties: false,
  properties: {
    name: nameSchema,
    password: { type: 'string', minLength: 12, maxLength: 512 },
    scopes: { type: 'array', maxItems: MAX_SCOPES, uniqueItems: true, items: scopeSchema },
  },
} as const

function strict<Properties extends object>(properties: Properties) {
  const required = Object.keys(properties)
  return { type: 'object', additionalProperties: false, required, properties }
}

/** As every list of the host: a limit, and where the last page ended. */
function pageOf<Cursor>(cursor: Cursor) {
  const limit = { type: 'integer', minimum: 1, maximum: 200, default: 50 }
  return { type: 'object', additionalProperties: false, properties: { limit, cursor } }
}

/** The cursor of the following page; nothing on the last. */
function nextOf<Item>(items: readonly Item[], limit: number, cursorOf: (item: Item) => string) {
  const last = items.at(-1)
  return items.length === limit && last !== undefined ? { next: cursorOf(last) } : {}
}
