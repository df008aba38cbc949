import {
  type DbBatch,
  type DbQuery,
  type DbTransaction,
  dbBatchRule,
  dbQueryRule,
  dbTransactionRule,
} from '@signalbox/sdk/host-calls/db-rules'
import { coversType } from '@signalbox/sdk/host-calls/event-rules'
import { coreErrors } from '../errors.ts'
import type { EventPublisher } from '../events/event-publisher.ts'
import type { PluginDatabases } from './db/plugin-databases.ts'
import type { PluginWork } from './db/plugin-statements.ts'
import { quotaOf } from './db/quota/quota.ts'
import type { CataloguePlace } from './db/schema-catalogue.ts'
import type { GrantedCall, HostCall } from './host-call.ts'
import { tracedStatements } from './traced-statements.ts'

export type DataPorts = Pick<PluginDatabases, 'query' | 'batch' | 'transaction' | 'inspect'>

/** Every host call of `db:own` and `db:inspect`: what a plugin keeps, and how others' tables look. */
export function dbCalls(
  schemas: DataPorts,
  events: () => Pick<EventPublisher, 'inTransaction'>,
  now: () => number,
): Readonly<Record<string, HostCall>> {
  return {
    'db.batch': dbBatch(schemas, now),
    'db.inspect': dbInspect(schemas),
    'db.query': dbQuery(schemas, now),
    'db.transaction': dbTransaction(schemas, events, now),
  }
}

/** `ctx.db.query`: one statement in the plugin's own schema, as the role of this tenant. */
function dbQuery(schemas: Pick<DataPorts, 'query'>, now: () => number): HostCall {
  return {
    ...dbQueryRule,
    run: async (call: GrantedCall<DbQuery>) =>
      tracedStatements(call.scope, [call.request.sql], () =>
        schemas.query({
          ...workOf(call, now),
          sql: call.request.sql,
          parameters: call.request.parameters ?? [],
        }),
      ),
  }
}

/** `ctx.db.batch`: one statement with many lists of parameters, all or none. */
function dbBatch(schemas: Pick<DataPorts, 'batch'>, now: () => number): HostCall {
  return {
    ...dbBatchRule,
    run: async (call: GrantedCall<DbBatch>) => {
      const { sql, parameterRows } = call.request
      const texts = parameterRows.map(() => sql)
      const rowCounts = await tracedStatements(call.scope, texts, () =>
        schemas.batch({ ...workOf(call, now), ...call.request }),
      )
      return { rowCounts, rowCount: rowCounts.reduce((sum, count) => sum + count, 0) }
    },
  }
}

/**
 * `ctx.db.transaction`: several statements, all or none, with the events that tell of them. No other host call can
 * come between them.
 */
function dbTransaction(
  schemas: Pick<DataPorts, 'transaction'>,
  events: () => Pick<EventPublisher, 'inTransaction'>,
  now: () => number,
): HostCall {
  return {
    ...dbTransactionRule,
    leansOn: ({ grants, request }: GrantedCall<DbTransaction>) =>
      grants.filter((grant) => request.events?.some(({ type }) => coversType(grant, type))),
    run: async (call: GrantedCall<DbTransaction>) => {
      const { statements, events: wishes = [] } = call.request
      const told = await events().inTransaction(call, wishes)
      const texts = statements.map((statement) => statement.sql)
      const answers = await tracedStatements(call.scope, texts, () =>
        schemas.transaction({
          ...workOf(call, now),
          statements: statements.map((statement) => ({ parameters: [], ...statement })),
          hostStatements: told.statements,
        }),
      )
      told.onCommitted()
      return answers
    },
  }
}

interface Inspection {
  readonly plugin?: string
  readonly cursor?: string
}

/** `ctx.db.inspect`: the tables of the tenant's plugins, without a row of them. */
function dbInspect(schemas: Pick<DataPorts, 'inspect'>): HostCall {
  return {
    capability: 'db:inspect',
    covers: () => true,
    schema: {
      type: 'object',
      additionalProperties: false,
      properties: {
        plugin: { type: 'string', minLength: 1, maxLength: 214 },
        cursor: { type: 'string', minLength: 1, maxLength: 600 },
      },
    },
    hasEffect: () => false,
    // A page takes the host some milliseconds of a connection that all share; a hundred pages are 5,000 tables.
    budget: { ratePerS: 2, burst: 100 },
    run: async ({ scope, request }: GrantedCall<Inspection>) => {
      const { plugin, cursor } = request
      const after = cursor === undefined ? undefined : readCursor(cursor)
      const { tables, next } = await schemas.inspect({ tenant: scope.tenant, plugin, after })
      return { tables, cursor: next === undefined ? null : cursorOf(next) }
    },
  }
}

function cursorOf({ plugin, table }: CataloguePlace): string {
  return Buffer.from(JSON.stringify([plugin, table])).toString('base64url')
}

/** @throws CORE_INPUT_INVALID for a text that is no cursor of ours; a made-up one leads to no other tables */
function readCursor(cursor: string): CataloguePlace {
  const [plugin, table] = parsedList(Buffer.from(cursor, 'base64url').toString())
  if (isName(plugin) && isName(table)) return { plugin, table }
  const fault = { pointer: '/cursor', detail: 'is not a cursor that an earlier page gave' }
  throw coreErrors.create('INPUT_INVALID', {}, { faults: [fault] })
}

function parsedList(text: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(text)
    return Array.isArray(value) ? value : []
  } catch {
    return []
  }
}

/** PostgreSQL takes no NUL in a text. */
function isName(value: unknown): value is string {
  return typeof value === 'string' && !value.includes('\0')
}

function workOf({ scope, grants, signal }: GrantedCall<unknown>, now: () => number): PluginWork {
  return {
    plugin: scope.version.plugin,
    tenant: scope.tenant,
    deadlineMs: Math.max(1, scope.deadline - now()),
    signal,
    quota: quotaOf(grants),
  }
}
