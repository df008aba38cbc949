import type { FastifyInstance } from 'fastify'
import { callerOf } from '../gateway/guard.ts'
import { idSchema, strictObject } from '../gateway/http-schemas.ts'
import type { AppEventService } from './app-event-service.ts'
import { TYPE_PATTERN } from './event-types.ts'

interface Named {
  readonly tenant: string
  readonly app: string
}

const tags = ['events']
const params = strictObject({ tenant: idSchema, app: idSchema }, ['tenant', 'app'])
const MAX_TYPES = 100
const URL = '/v1/tenants/:tenant/apps/:app/events'

/** What an app may send: the tenant admin's. */
export function appEventRoutes(app: FastifyInstance, service: AppEventService): void {
  app.get<{ Params: Named }>(
    URL,
    {
      config: { action: 'app.events.read' },
      schema: { tags, summary: 'Which events an app may send', params },
    },
    async (request) => service.allowed(request.params.tenant, request.params.app),
  )
  app.put<{ Params: Named; Body: { types: string[] } }>(
    URL,
    {
      config: { action: 'app.events.write' },
      schema: {
        tags,
        summary: 'Allow an app to send events of these types, and of no others',
        params,
        body: strictObject(
          {
            types: {
              type: 'array',
              maxItems: MAX_TYPES,
              uniqueItems: true,
              items: { type: 'string', pattern: TYPE_PATTERN, maxLength: 100 },
            },
          },
          ['types'],
        ),
      },
    },
    async (request) =>
      service.allow(callerOf(request), { ...request.params, types: request.body.types }),
  )
}
