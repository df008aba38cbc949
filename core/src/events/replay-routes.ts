import type { FastifyInstance } from 'fastify'
import type { Knex } from 'knex'
import { commitChange } from '../audit/change.ts'
import { callerOf } from '../gateway/guard.ts'
import { idSchema, instantSchema, pluginNameSchema, strictObject } from '../gateway/http-schemas.ts'
import { replay } from './replay-store.ts'

interface Ports {
  readonly knex: Knex
  readonly onQueued: () => void
}

interface Wish {
  readonly since: string
  readonly types?: readonly string[]
  readonly after?: string
}

/** Handlers take some hundred a second: ten seconds to a minute of work, then the next wish. */
const MOST_AT_ONCE = 10_000

const typeSchema = {
  type: 'string',
  pattern: '^[a-z][a-z0-9-]*(\\.[a-z][a-z0-9-]*)+$',
  maxLength: 200,
}
const body = strictObject(
  {
    since: { ...instantSchema, allOf: [{ type: 'string', pattern: 'Z$' }] },
    types: { type: 'array', items: typeSchema, minItems: 1, maxItems: 64, uniqueItems: true },
    after: { type: 'string', pattern: '^[0-9]{1,18}$' },
  },
  ['since'],
)

/** A plugin that came late, or was away, is told what the log still has. */
export function replayRoutes(app: FastifyInstance, { knex, onQueued }: Ports): void {
  app.post<{ Params: { tenant: string; name: string }; Body: Wish }>(
    '/v1/tenants/:tenant/plugins/:name(^[^:]+)::replay-events',
    {
      config: { action: 'event.replay' },
      schema: {
        tags: ['events'],
        summary: 'Tell a plugin again what the log still has, behind what waits for it by now',
        params: strictObject({ tenant: idSchema, name: pluginNameSchema }, ['tenant', 'name']),
        body,
      },
    },
    async (request, reply) => {
      const { tenant, name: plugin } = request.params
      const { since, types, after = '0' } = request.body
      const wish = { tenant, plugin, since: new Date(since), types, after, limit: MOST_AT_ONCE }
      const detail = { ...request.body }
      const named = { action: 'event.replayed', subject: plugin, tenant, detail }
      const change = { ...callerOf(request), ...named }
      const { queued, last } = await commitChange(knex, change, (trx) => replay(trx, wish))
      onQueued()
      const isWhole = queued < MOST_AT_ONCE
      return reply.code(202).send({ queued, ...(isWhole || last === null ? {} : { next: last }) })
    },
  )
}
