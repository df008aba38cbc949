import type { FastifyInstance } from 'fastify'
import { askerOf, requireOver } from '../gateway/guard.ts'
import { idSchema, nameSchema, strictObject } from '../gateway/http-schemas.ts'
import { ifMatchSchema } from '../gateway/if-match.ts'
import type { AppChange, AppService } from './app-service.ts'
import { tagged } from './seen.ts'

interface Named {
  readonly tenant: string
  readonly app: string
}

const tags = ['identity']
const params = strictObject({ tenant: idSchema, app: idSchema }, ['tenant', 'app'])
const URL = '/v1/tenants/:tenant/apps/:app'

/** One app. A role over a unit is enough for an app that belongs to it. */
export function appRoutes(app: FastifyInstance, { apps }: { readonly apps: AppService }): void {
  app.get<{ Params: Named }>(
    URL,
    {
      config: { action: 'app.list', decidesUnit: true },
      schema: { tags, summary: 'One app', params },
    },
    async (request, reply) => {
      const { tenant, app: id } = request.params
      const found = await apps.find(tenant, id)
      requireOver(request, found.unit)
      return tagged(reply, found)
    },
  )
  app.patch<{ Params: Named; Body: AppChange }>(
    URL,
    {
      config: { action: 'app.update', decidesUnit: true },
      schema: {
        tags,
        summary: 'Rename an app, or move it to another unit',
        params,
        body: {
          ...strictObject(
            { name: nameSchema, unit: { ...idSchema, type: ['string', 'null'] } },
            [],
          ),
          minProperties: 1,
        },
        headers: ifMatchSchema,
      },
    },
    async (request, reply) => {
      const { tenant, app: id } = request.params
      requireOver(request, (await apps.find(tenant, id)).unit)
      // Out of a unit, and into another one: both are his, or neither.
      if (request.body.unit !== undefined) requireOver(request, request.body.unit)
      return tagged(reply, await apps.change(askerOf(request), { tenant, id }, request.body))
    },
  )
}
