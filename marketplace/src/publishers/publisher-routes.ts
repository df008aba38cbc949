import type { FastifyPluginAsync } from 'fastify'
import { marketplaceErrors } from '../errors.ts'
import { answerErrors } from '../http/error-handler.ts'
import type { AccountPorts } from '../ports.ts'
import { actorOf, authentication } from './authenticate.ts'
import { type NewPublisher, PublisherService } from './publisher-service.ts'

/** The operator's administration of publisher accounts, for the host's `/v1/marketplace`. */
export const publisherRoutes: FastifyPluginAsync<AccountPorts> = async (app, ports) => {
  answerErrors(app, ports)
  const publishers = new PublisherService(ports)
  const authenticate = authentication(app, publishers)

  app.post<{ Body: NewPublisher }>(
    '/publishers',
    { onRequest: authenticate, schema: { body: newPublisherSchema } },
    async (request, reply) => {
      const actor = actorOf(request)
      if (actor.kind !== 'operator') throw marketplaceErrors.create('OPERATOR_ONLY')
      return reply.code(201).send(await publishers.create(request.body, actor, request.id))
    },
  )
}

const newPublisherSchema = {
  type: 'object',
  required: ['name', 'scopes'],
  additionalProperties: false,
  properties: {
    name: { type: 'string', pattern: '^[a-z0-9][a-z0-9-]*$', maxLength: 64 },
    password: { type: 'string', minLength: 12, maxLength: 512 },
    scopes: {
      type: 'array',
      maxItems: 16,
      uniqueItems: true,
      items: { type: 'string', pattern: '^@[a-z0-9][a-z0-9._-]*$', maxLength: 100 },
    },
  },
} as const
