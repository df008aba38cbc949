import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Knex } from 'knex'
import { coreErrors } from '../errors.ts'
import { callerOf } from '../gateway/guard.ts'
import { idSchema, serviceIdSchema, strictObject } from '../gateway/http-schemas.ts'
import { tenantOfPrincipal } from '../identity/principal.ts'
import { csvOf, type Statement } from './statement.ts'
import type { Party, StatementService } from './statement-service.ts'
import { cursorOfUsage, placeOfUsage, type UnitPlace, type UsagePlace } from './usage-cursor.ts'
import {
  listGaps,
  sumUnits,
  sumUnknown,
  sumUsage,
  type UnitRow,
  type UsageKey,
  usageKeys,
} from './usage-query-store.ts'

interface Ports {
  readonly knex: Knex
  readonly now: () => number
  readonly flush: () => Promise<void>
  readonly statements: StatementService
  /** @returns whose it is; undefined: there is none */
  readonly tenantOfSubscription: (id: string) => Promise<string | undefined>
}

interface Query {
  readonly tenant?: string
  readonly service?: string
  readonly from?: string
  readonly to?: string
  readonly by: UsageKey
  readonly order: 'key' | 'calls'
  readonly limit: number
  readonly cursor?: string
}

const DAY_MS = 24 * 3_600_000
const tags = ['usage']

const timeSchema = {
  type: 'string',
  pattern: '^20\\d\\d-\\d\\d-\\d\\d(T\\d\\d:\\d\\d(:\\d\\d)?Z)?$',
} as const

const spanSchema = {
  from: timeSchema,
  to: timeSchema,
  by: { enum: Object.keys(usageKeys), default: 'day' },
  order: {
    enum: ['key', 'calls'],
    default: 'key',
    description:
      'calls: the most used first; such a list has no pages, as its order changes meanwhile',
  },
  limit: { type: 'integer', minimum: 1, maximum: 1000, default: 200 },
  cursor: { type: 'string', maxLength: 2000 },
} as const

const monthSchema = { type: 'string', pattern: '^20\\d\\d-(0[1-9]|1[0-2])$' } as const

/** What was used, and what it comes to. */
export function usageRoutes(app: FastifyInstance, ports: Ports): void {
  app.get<{ Querystring: Query }>(
    '/v1/usage',
    {
      config: { action: 'usage.read' },
      schema: {
        tags,
        summary: 'Calls and units by subscribers, of the last 30 days where no time is named',
        querystring: strictObject(
          { tenant: idSchema, service: serviceIdSchema, ...spanSchema },
          [],
        ),
      },
    },
    (request) => {
      const tenant = tenantOfPrincipal(request.principal) ?? request.query.tenant
      return answer(ports, request.query, { tenant })
    },
  )
  app.get<{ Params: { id: string }; Querystring: Query }>(
    '/v1/subscriptions/:id/usage',
    {
      config: { action: 'usage.read' },
      schema: {
        tags,
        summary: 'Calls and units of a subscription',
        params: strictObject({ id: { type: 'string', pattern: '^sub_[0-9a-f]{16}$' } }, ['id']),
        querystring: strictObject(spanSchema, []),
      },
    },
    async (request) => {
      const { id } = request.params
      const tenant = await ports.tenantOfSubscription(id)
      // Another tenant's is not there: its id tells nothing.
      if (tenant === undefined || (tenantOfPrincipal(request.principal) ?? tenant) !== tenant) {
        throw coreErrors.create('SUBSCRIPTION_MISSING', { subscription: id })
      }
      return answer(ports, request.query, { subscription: id })
    },
  )
  statementRoutes(app, ports)
}

async function answer(
  { knex, now, flush }: Ports,
  query: Query,
  whose: { tenant?: string | undefined; subscription?: string },
) {
  const place = placeOf(query)
  const from = timeOf('from', query.from ?? place?.from, now() - 30 * DAY_MS)
  const to = timeOf('to', query.to ?? place?.to, now() + 1)
  await flush()
  const { by, order, limit, service } = query
  const filter = { ...whose, service, from, to, by, order, limit: limit + 1 }
  const items = await sumUsage(knex, { ...filter, after: place?.item ?? null })
  const units = await sumUnits(knex, { ...filter, after: place?.unit ?? null })
  const hasMore = order === 'key' && (items.length > limit || units.length > limit)
  const [item, unit] = [items.slice(0, limit).at(-1), units.slice(0, limit).at(-1)]
  const next = {
    ...{ from, to, by },
    item: item?.key ?? place?.item ?? null,
    unit: unit ? unitPlaceOf(unit) : (place?.unit ?? null),
  }
  return {
    ...{ from, to, by },
    items: items.slice(0, limit),
    units: units.slice(0, limit),
    ...(hasMore ? { next: cursorOfUsage(next) } : {}),
    gaps: await listGaps(knex, { from, to }),
    unknown: await sumUnknown(knex, { ...whose, from, to }),
  }
}

function unitPlaceOf({ key, service, operation, unit }: UnitRow): UnitPlace {
  return [key, service, operation, unit]
}

/** @throws CORE_INPUT_INVALID for a cursor of something else */
function placeOf({ cursor, by, order }: Query): UsagePlace | undefined {
  if (cursor === undefined) return undefined
  const place = placeOfUsage(cursor)
  if (place?.by === by && order === 'key') return place
  const detail = 'must be the "next" of the answer before, which was by and in order of the same'
  throw coreErrors.create('INPUT_INVALID', {}, { faults: [{ pointer: '/cursor', detail }] })
}

/** 2026-02-30 has the form of a day. */
function timeOf(name: string, text: string | undefined, otherwise: number): string {
  const at = text === undefined ? otherwise : Date.parse(text)
  if (!Number.isNaN(at)) {
    const iso = new Date(at).toISOString()
    if (text === undefined || iso.startsWith(text.slice(0, 10))) return iso
  }
  const faults = [
    { pointer: `/${name}`, detail: 'must be a day or a time in UTC, such as 2026-06-01' },
  ]
  throw coreErrors.create('INPUT_INVALID', {}, { faults })
}

interface StatementQuery {
  readonly format: 'json' | 'csv' | 'jws'
}

function statementRoutes(app: FastifyInstance, ports: Ports): void {
  const schema = {
    tags,
    querystring: strictObject({ format: { enum: ['json', 'csv', 'jws'], default: 'json' } }, []),
  }
  app.get<{ Params: { tenant: string; month: string }; Querystring: StatementQuery }>(
    '/v1/tenants/:tenant/statements/:month',
    {
      config: { action: 'usage.read' },
      schema: {
        ...schema,
        summary: "A tenant's statement of a month; signed and closed six hours after its end",
        params: strictObject({ tenant: idSchema, month: monthSchema }, ['tenant', 'month']),
      },
    },
    (request, reply) =>
      stated(ports, request, reply, { tenant: request.params.tenant }, request.params.month),
  )
  app.get<{ Params: { publisher: string; month: string }; Querystring: StatementQuery }>(
    '/v1/publishers/:publisher/statements/:month',
    {
      config: { action: 'statement.publisher' },
      schema: {
        ...schema,
        summary: "What was used of a publisher's services in a month, over all tenants",
        params: strictObject({ publisher: idSchema, month: monthSchema }, ['publisher', 'month']),
      },
    },
    (request, reply) => {
      const { publisher, month } = request.params
      const { principal } = request
      if (principal.kind === 'publisher' && principal.name !== publisher) {
        const action = 'statement.publisher'
        throw coreErrors.create('FORBIDDEN', { principal: `publisher:${principal.name}`, action })
      }
      return stated(ports, request, reply, { publisher }, month)
    },
  )
}

async function stated(
  { statements, flush }: Ports,
  request: FastifyRequest,
  reply: FastifyReply,
  party: Party,
  month: string,
) {
  const { format } = request.query as StatementQuery
  await flush()
  const closed = await statements.close(callerOf(request), party, month).catch((error: unknown) => {
    const isEarly = (error as { code?: string }).code === 'CORE_STATEMENT_TOO_EARLY'
    if (isEarly && format !== 'jws') return undefined
    throw error
  })
  if (format === 'jws') return reply.type('application/jose').send(closed?.jws)
  if (closed === undefined) {
    const statement = await statements.draft(party, month)
    return format === 'csv' ? csv(reply, statement) : { state: 'open', statement }
  }
  const statement = JSON.parse(closed.body) as Statement
  return format === 'csv' ? csv(reply, statement) : { state: 'closed', statement, jws: closed.jws }
}

function csv(reply: FastifyReply, statement: Statement) {
  const name = `${statement.party.replace(':', '-')}-${statement.month}.csv`
  return reply
    .type('text/csv; charset=utf-8')
    .header('content-disposition', `attachment; filename="${name}"`)
    .send(csvOf(statement))
}
