import type { FastifyPluginAsync, onRequestAsyncHookHandler } from 'fastify'
import { answerRefusals } from '../http/error-handler.ts'
import type { AccountPorts } from '../ports.ts'
import { actorOf, authentication } from '../publishers/authenticate.ts'
import { PublisherService } from '../publishers/publisher-service.ts'
import { requireOperator } from '../publishers/require-whole.ts'
import { type NewAdvisory, severities } from './advisory.ts'
import { AdvisoryService } from './advisory-service.ts'

const tags = ['marketplace']

/** Advisories for the host's `/v1/marketplace`: whoever asks reads them, as `npm audit` does; the operator makes them. */
export const advisoryAdministration: FastifyPluginAsync<AccountPorts> = async (app, ports) => {
  answerRefusals(app, ports)
  const advisories = new AdvisoryService(ports)
  const authenticate = authentication(app, new PublisherService(ports))
  const operator: onRequestAsyncHookHandler = async (request) => requireOperator(actorOf(request))
  const onRequest = [authenticate, operator]
  app.get<{ Querystring: { limit: number; cursor?: number } }>(
    '/advisories',
    {
      schema: { tags, summary: 'List advisories in force, newest first', querystring: pageSchema },
    },
    async (request) => {
      const { limit } = request.query
      const items = await advisories.list(request.query)
      const last = items.length === limit ? items.at(-1) : undefined
      return { items, ...(last === undefined ? {} : { next: String(last.id) }) }
    },
  )
  app.get<{ Params: { id: number } }>(
    '/advisories/:id',
    { schema: { tags, summary: 'Read an advisory', params: idSchema } },
    async (request) => advisories.get(request.params.id),
  )
  app.post<{ Body: NewAdvisory }>(
    '/advisories',
    {
      onRequest,
      schema: { tags, summary: 'Tell of a weakness; npm audit finds it', body: advisorySchema },
    },
    async (request, reply) =>
      reply.code(201).send(await advisories.create(request.body, actorOf(request), request.id)),
  )
  app.delete<{ Params: { id: number } }>(
    '/advisories/:id',
    { onRequest, schema: { tags, summary: 'Withdraw an advisory', params: idSchema } },
    async (request, reply) => {
      await advisories.withdraw(request.params.id, actorOf(request), request.id)
      return reply.code(204).send()
    },
  )
}

const number = { type: 'integer', minimum: 1, maximum: 2_147_483_647 } as const

const idSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['id'],
  properties: { id: number },
} as const

const pageSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    limit: { type: 'integer', minimum: 1, maximum: 200, default: 50 },
    cursor: number,
  },
} as const

const text = (maxLength: number) => ({
  type: 'string',
  minLength: 1,
  maxLength,
  pattern: '^[^\\u0000-\\u001f\\ud800-\\udfff]*$',
})

const advisorySchema = {
  type: 'object',
  additionalProperties: false,
  required: ['package', 'title', 'severity', 'vulnerableVersions'],
  properties: {
    package: text(214),
    title: text(200),
    severity: { enum: severities },
    vulnerableVersions: text(500),
    url: text(500),
    cwe: {
      type: 'array',
      maxItems: 20,
      uniqueItems: true,
      items: { type: 'string', pattern: '^CWE-[1-9][0-9]{0,5}$' },
    },
    cvss: {
      type: 'object',
      additionalProperties: false,
      required: ['score', 'vector'],
      properties: {
        score: { type: 'number', minimum: 0, maximum: 10 },
        vector: {
          type: 'string',
          pattern: '^CVSS:[34]\\.[0-9](/[A-Za-z]+:[A-Za-z]+)+$',
          maxLength: 200,
        },
      },
    },
  },
} as const
