import type { FastifyInstance } from 'fastify'
import { callerOf } from '../gateway/guard.ts'
import { idSchema, strictObject } from '../gateway/http-schemas.ts'
import type { AppOriginService } from './app-origin-service.ts'

interface Named {
  readonly tenant: string
  readonly app: string
}

const tags = ['identity']
const params = strictObject({ tenant: idSchema, app: idSchema }, ['tenant', 'app'])
const URL = '/v1/tenants/:tenant/apps/:app/origins'

/** Pages that belong to an app: each origin is one more place where its keys lie open. */
const MAX_ORIGINS = 20

/** From which pages a browser may call with an app's keys. */
export function appOriginRoutes(
  app: FastifyInstance,
  { origins }: { readonly origins: AppOriginService },
): void {
  app.get<{ Params: Named }>(
    URL,
    {
      config: { action: 'app.list' },
      schema: { tags, summary: "Origins of pages that may call with an app's keys", params },
    },
    async ({ params: { tenant, app: id } }) => origins.listed(tenant, id),
  )
  app.put<{ Params: Named; Body: { origins: string[] } }>(
    URL,
    {
      config: { action: 'app.origins' },
      schema: {
        tags,
        summary: "Let pages of these origins call with an app's keys, and of no others",
        params,
        body: strictObject(
          {
            origins: {
              type: 'array',
              maxItems: MAX_ORIGINS,
              items: { type: 'string', minLength: 1, maxLength: 300 },
            },
          },
          ['origins'],
        ),
      },
    },
    async (request) => {
      const { tenant, app: id } = request.params
      const asked = { tenant, app: id, origins: request.body.origins }
      return origins.list(callerOf(request), asked)
    },
  )
}
