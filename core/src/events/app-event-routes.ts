import type { FastifyInstance } from 'fastify'
import type { Knex } from 'knex'
import { commitChange } from '../audit/change.ts'
import { coreErrors } from '../errors.ts'
import { callerOf } from '../gateway/guard.ts'
import { idSchema, strictObject } from '../gateway/http-schemas.ts'
import { hasApp } from '../identity/identity-store.ts'
import { findAppEventTypes, putAppEventTypes } from './app-event-type-store.ts'
import type { AppEventTypes } from './app-event-types.ts'
import { TYPE_PATTERN } from './event-types.ts'

interface Ports {
  readonly knex: Knex
  readonly allowances: Pick<AppEventTypes, 'forget'>
}

interface Named {
  readonly tenant: string
  readonly app: string
}

const tags = ['events']
const params = strictObject({ tenant: idSchema, app: idSchema }, ['tenant', 'app'])
const MAX_TYPES = 100
const URL = '/v1/tenants/:tenant/apps/:app/events'

/** What an app may send: the tenant admin's. */
export function appEventRoutes(app: FastifyInstance, { knex, allowances }: Ports): void {
  app.get<{ Params: Named }>(
    URL,
    {
      config: { action: 'app.events.read' },
      schema: { tags, summary: 'Which events an app may send', params },
    },
    async ({ params: named }) => {
      await requireApp(knex, named)
      return { ...named, types: await findAppEventTypes(knex, named.tenant, named.app) }
    },
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
    async (request) => {
      const { tenant, app: id } = request.params
      const { types } = request.body
      const caller = callerOf(request)
      await requireApp(knex, request.params)
      const change = { ...caller, action: 'app.events_allowed', subject: id, tenant }
      await commitChange(knex, { ...change, detail: { types } }, (trx) =>
        putAppEventTypes(trx, { tenant, app: id, types, changedBy: caller.actor }),
      )
      allowances.forget(tenant, id)
      return { tenant, app: id, types }
    },
  )
}

async function requireApp(knex: Knex, { tenant, app }: Named): Promise<void> {
  if (!(await hasApp(knex, tenant, app))) throw coreErrors.create('APP_MISSING', { tenant, app })
}
