import { coreErrors } from '../errors.ts'
import { coversType, type EventPublisher, type EventWish } from '../events/event-publisher.ts'
import { eventWishSchema } from '../events/events-publish.ts'
import type { PluginDatabases } from './db/plugin-databases.ts'
import type { PluginWork } from './db/plugin-statements.ts'
import { quotaOf } from './db/quota/quota.ts'
import type { CataloguePlace } from './db/schema-catalogue.ts'
import type { GrantedCall, HostCall } from './host-call.ts'
import { tracedStatements } from './traced-statements.ts'

export type DataPorts = Pick<PluginDatabases, 'query' | 'batch' | 'transaction' | 'inspect'>

/** What the gate takes is shorter; this bounds what is parsed as JSON for nothing. */
const sql = { type: 'string', minLength: 1, maxLength: 100_000 } as const
const parameters = { type: 'array', maxItems: 1000 } as const

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

interface Query {
  readonly sql: string
  readonly parameters?: readonly unknown[]
}

/** `ctx.db.query`: one statement in the plugin's own schema, as the role of this tenant. */
function dbQuery(schemas: Pick<DataPorts, 'query'>, now: () => number): HostCall {
  return {
    capability: 'db:own',
    covers: () => true,
    schema: {
      type: 'object',
      required: ['sql'],
      additionalProperties: false,
      properties: { sql, parameters },
    },
    hasEffect: (request: Query) => !isPlainRead(request.sql),
    run: async (call: GrantedCall<Query>) =>
      tracedStatements(call.scope, [call.request.sql], () =>
        schemas.query({
          ...workOf(call, now),
          sql: call.request.sql,
          parameters: call.request.parameters ?? [],
        }),
      ),
  }
}

interface Batch {
  readonly sql: string
  readonly parameterRows: readonly (readonly unknown[])[]
}

/** `ctx.db.batch`: one statement with many lists of parameters, all or none. */
function dbBatch(schemas: Pick<DataPorts, 'batch'>, now: () => number): HostCall {
  return {
    capability: 'db:own',
    covers: () => true,
    schema: {
      type: 'object',
      required: ['sql', 'parameterRows'],
      additionalProperties: false,
      properties: {
        sql,
        parameterRows: { type: 'array', minItems: 1, maxItems: 1000, items: parameters },
      },
    },
    hasEffect: (request: Batch) => !isPlainRead(request.sql),
    run: async (call: GrantedCall<Batch>) => {
      const { sql, parameterRows } = call.request
      const texts = parameterRows.map(() => sql)
      const rowCounts = await tracedStatements(call.scope, texts, () =>
        schemas.batch({ ...workOf(call, now), ...call.request }),
      )
      return { rowCounts, rowCount: rowCounts.reduce((sum, count) => sum + count, 0) }
    },
  }
}

interface Transaction {
  readonly statements: readonly (Query & { readonly rows?: number })[]
  readonly events?: readonly EventWish[]
}

/** A transaction holds a connection: more events than this at once are a file, or one event that names many. */
const MAX_EVENTS = 64

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
    capability: 'db:own',
    covers: () => true,
    schema: {
      type: 'object',
      required: ['statements'],
      additionalProperties: false,
      properties: {
        statements: {
          type: 'array',
          minItems: 1,
          maxItems: 64,
          items: {
            type: 'object',
            required: ['sql'],
            additionalProperties: false,
            properties: {
              sql,
              parameters,
              rows: { type: 'integer', minimum: 0, maximum: 1_000_000_000 },
            },
          },
        },
        events: { type: 'array', maxItems: MAX_EVENTS, items: eventWishSchema },
      },
    },
    hasEffect: ({ statements, events: wishes = [] }: Transaction) =>
      wishes.length > 0 || !statements.every(({ sql }) => isPlainRead(sql)),
    leansOn: ({ grants, request }: GrantedCall<Transaction>) =>
      grants.filter((grant) => request.events?.some(({ type }) => coversType(grant, type))),
    run: async (call: GrantedCall<Transaction>) => {
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

/**
 * A plugin has no functions of its own that could write. What hides behind WITH is not guessed, and where the words
 * of SELECT INTO and FOR UPDATE stand in a text or a name, a read counts as a write: it is only not run twice. So does
 * one that moves a sequence, which no rollback takes back, and one with a name in escapes, which may be any of these.
 */
function isPlainRead(text: string): boolean {
  return /^\s*select\b/i.test(text) && !/\b(into|for|nextval|setval)\b|u&"/i.test(text)
}
