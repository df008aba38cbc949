import type { FastifyPluginAsync } from 'fastify'
import { answerRefusals } from '../http/error-handler.ts'
import { parsePackageName } from '../packages/package-name.ts'
import type { AccountPorts } from '../ports.ts'
import { actorOf, authentication } from '../publishers/authenticate.ts'
import { PublisherService } from '../publishers/publisher-service.ts'
import { readFindings } from './finding-service.ts'

/** What the checks of a publish found, for the host's `/v1/marketplace`. */
export const findingRoutes: FastifyPluginAsync<AccountPorts> = async (app, ports) => {
  answerRefusals(app, ports)
  app.addHook('onRequest', authentication(app, new PublisherService(ports), ports))
  app.get<{ Params: { name: string; version: string } }>(
    '/packages/:name/versions/:version/findings',
    {
      schema: {
        tags: ['marketplace'],
        summary: 'What the checks found in a version: for its publisher and the operator',
        params: {
          type: 'object',
          additionalProperties: false,
          required: ['name', 'version'],
          properties: {
            name: { type: 'string', minLength: 1, maxLength: 214 },
            version: { type: 'string', minLength: 1, maxLength: 64 },
          },
        },
      },
    },
    async (request) => {
      const { name, version } = request.params
      const items = await readFindings(
        ports.knex,
        actorOf(request),
        parsePackageName(name),
        version,
      )
      return { items }
    },
  )
}
