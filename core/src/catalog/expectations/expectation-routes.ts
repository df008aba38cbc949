import type { FastifyInstance } from 'fastify'
import type { Knex } from 'knex'
import { callerOf } from '../../gateway/guard.ts'
import { nameSchema, strictObject } from '../../gateway/http-schemas.ts'
import { requireOwn } from '../subscription-access.ts'
import type { Expectations } from './expectation.ts'
import { ExpectationService } from './expectation-service.ts'
import { findExpectations } from './expectation-store.ts'

const tags = ['subscriptions']
const params = strictObject({ id: { type: 'string', pattern: '^sub_[0-9a-f]{16}$' } }, ['id'])
const operation = { type: 'string', pattern: '^[a-z][A-Za-z0-9]*$', maxLength: 60 } as const
/** The payload itself is the empty path. */
const path = { type: 'string', pattern: '^(/[^/]+)*$', maxLength: 300 } as const

const example = strictObject(
  {
    name: nameSchema,
    operation,
    input: {},
    expect: {
      type: 'array',
      minItems: 1,
      maxItems: 30,
      items: strictObject({ path, match: { enum: ['exact', 'type', 'present'] }, value: {} }, [
        'path',
        'match',
      ]),
    },
  },
  ['name', 'operation', 'input', 'expect'],
)

/** Twenty run in seconds at a plan; the fields of a payload of our own are a few dozen. */
const body = strictObject(
  {
    reads: {
      type: 'object',
      maxProperties: 64,
      propertyNames: operation,
      additionalProperties: { type: 'array', maxItems: 200, items: path },
    },
    examples: { type: 'array', maxItems: 20, items: example },
  },
  [],
)

/** What a subscriber reads and relies on: its own word, which is asked before a version is installed. */
export function expectationRoutes(app: FastifyInstance, { knex }: { readonly knex: Knex }): void {
  const expectations = new ExpectationService(knex)
  app.put<{ Params: { id: string }; Body: Partial<Expectations> }>(
    '/v1/subscriptions/:id/expectations',
    {
      // What all subscribers of a service may say together is read at one plan.
      bodyLimit: 64 * 1024,
      config: { action: 'subscription.write' },
      schema: {
        tags,
        summary: 'Say which fields the app reads, and give examples that a new version must meet',
        params,
        body,
      },
    },
    async (request) => {
      const { reads = {}, examples = [] } = request.body
      const own = await requireOwn(request, knex, request.params.id, 'subscription.write')
      await expectations.put(callerOf(request), own, { reads, examples })
      return { reads, examples }
    },
  )
  app.get<{ Params: { id: string } }>(
    '/v1/subscriptions/:id/expectations',
    {
      config: { action: 'subscription.read' },
      schema: { tags, summary: 'What the app reads and expects', params },
    },
    async (request) => {
      const { id } = await requireOwn(request, knex, request.params.id, 'subscription.read')
      return (await findExpectations(knex, id)) ?? { reads: {}, examples: [] }
    },
  )
}
