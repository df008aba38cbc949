import type { FastifyInstance } from 'fastify'
import type { Knex } from 'knex'
import { commitChange } from '../../audit/change.ts'
import { coreErrors } from '../../errors.ts'
import { callerOf } from '../../gateway/guard.ts'
import { idSchema, pageOf, pageSchema, strictObject } from '../../gateway/http-schemas.ts'
import type { Page } from '../../identity/identity-store.ts'
import { MAX_MEMBERS, memberFaults } from './cohort-lists.ts'
import {
  findCohort,
  listCohorts,
  type NamedCohort,
  putCohort,
  removeCohort,
} from './cohort-store.ts'

const tags = ['rollouts']
const params = strictObject({ name: idSchema }, ['name'])

/** Who tries new versions first, by name. A rollout takes the members as they are when it is planned. */
export function cohortRoutes(app: FastifyInstance, knex: Knex): void {
  app.get<{ Querystring: Page }>(
    '/v1/cohorts',
    {
      config: { action: 'rollout.read' },
      schema: { tags, summary: 'List named cohorts', querystring: strictObject(pageSchema, []) },
    },
    async (request) => {
      const { limit } = request.query
      return pageOf(await listCohorts(knex, request.query), limit, ({ name }) => name)
    },
  )
  app.put<{ Params: { name: string }; Body: { members: string[] } }>(
    '/v1/cohorts/:name',
    {
      config: { action: 'rollout.write' },
      schema: {
        tags,
        summary: 'Store a named cohort; running rollouts keep the members they were planned with',
        params,
        body: strictObject({ members: { type: 'array', maxItems: MAX_MEMBERS } }, ['members']),
      },
    },
    async (request): Promise<NamedCohort> => {
      const { name } = request.params
      const { members } = request.body
      const faults = memberFaults(members, '/members')
      if (faults.length > 0) throw coreErrors.create('INPUT_INVALID', {}, { faults })
      const detail = { members: members.length }
      const change = { ...callerOf(request), action: 'cohort.changed', subject: name, tenant: null }
      await commitChange(knex, { ...change, detail }, (trx) => putCohort(trx, { name, members }))
      return (await findCohort(knex, name)) as NamedCohort
    },
  )
  app.delete<{ Params: { name: string } }>(
    '/v1/cohorts/:name',
    {
      config: { action: 'rollout.write' },
      schema: { tags, summary: 'Take a named cohort away; rollouts that use it keep it', params },
    },
    async (request, reply) => {
      const { name } = request.params
      const change = { ...callerOf(request), action: 'cohort.removed', subject: name, tenant: null }
      await commitChange(knex, change, async (trx) => {
        if (!(await removeCohort(trx, name))) {
          throw coreErrors.create('COHORT_MISSING', { cohort: name })
        }
      })
      return reply.code(204).send()
    },
  )
}
