import type { FastifyInstance } from 'fastify'
import type { Knex } from 'knex'
import { commitChange } from '../audit/change.ts'
import { coreErrors } from '../errors.ts'
import { callerOf } from '../gateway/guard.ts'
import {
  idSchema,
  pageOf,
  pageSchema,
  pluginNameSchema,
  strictObject,
} from '../gateway/http-schemas.ts'
import { findDeadLetter, listDeadLetters, redeliver } from './dead-letter-store.ts'

interface Ports {
  readonly knex: Knex
  readonly onRedelivered: () => void
}

interface Named {
  readonly tenant: string
  readonly id: string
}

const tags = ['events']
/** Within bigint. */
const letterIdSchema = { type: 'string', pattern: '^[1-9][0-9]{0,17}$' } as const
const params = strictObject({ tenant: idSchema, id: letterIdSchema }, ['tenant', 'id'])
const URL = '/v1/tenants/:tenant/dead-letters'

/** Events that could not be delivered: the tenant admin looks at them and has them delivered again. */
export function deadLetterRoutes(app: FastifyInstance, { knex, onRedelivered }: Ports): void {
  app.get<{ Params: { tenant: string }; Querystring: Query }>(
    URL,
    {
      config: { action: 'dead_letter.list' },
      schema: {
        tags,
        summary: 'Events that could not be delivered, newest first',
        params: strictObject({ tenant: idSchema }, ['tenant']),
        querystring: strictObject(
          { plugin: pluginNameSchema, limit: pageSchema.limit, cursor: letterIdSchema },
          [],
        ),
      },
    },
    async (request) => {
      const { plugin, limit, cursor } = request.query
      const filter = { plugin, before: cursor, limit }
      const letters = await listDeadLetters(knex, request.params.tenant, filter)
      return pageOf(letters, limit, ({ id }) => id)
    },
  )
  app.get<{ Params: Named }>(
    `${URL}/:id(^[0-9]+$)`,
    {
      config: { action: 'dead_letter.read' },
      schema: { tags, summary: 'One of them with the whole event', params },
    },
    async ({ params: { tenant, id } }) => {
      const letter = await findDeadLetter(knex, tenant, id)
      if (letter === undefined) throw coreErrors.create('DEAD_LETTER_MISSING', { tenant, id })
      return letter
    },
  )
  app.post<{ Params: Named }>(
    `${URL}/:id(^[0-9]+)::redeliver`,
    {
      config: { action: 'dead_letter.redeliver' },
      schema: { tags, summary: 'Deliver it again, behind what waits by now', params },
    },
    async (request, reply) => {
      const { tenant, id } = request.params
      const change = { ...callerOf(request), action: 'event.redelivered', subject: id, tenant }
      const queued = await commitChange(knex, change, async (trx) => {
        const made = await redeliver(trx, tenant, id)
        if (made === undefined) throw coreErrors.create('DEAD_LETTER_MISSING', { tenant, id })
        return made
      })
      onRedelivered()
      return reply.code(202).send(queued)
    },
  )
}

interface Query {
  readonly plugin?: string
  readonly limit: number
  readonly cursor?: string
}
