import type { CallRule } from './call-rule.ts'
import { type EventWish, eventWishSchema } from './event-rules.ts'

/** What the gate takes is shorter; this bounds what is parsed as JSON for nothing. */
const sql = { type: 'string', minLength: 1, maxLength: 100_000 } as const
const parameters = { type: 'array', maxItems: 1000 } as const

/** Of all that one host call returns. */
export const resultLimits = { maxRows: 10_000, maxBytes: 4 * 1024 * 1024 } as const

export interface DbQuery {
  readonly sql: string
  readonly parameters?: readonly unknown[]
}

export interface DbBatch {
  readonly sql: string
  readonly parameterRows: readonly (readonly unknown[])[]
}

export interface DbTransaction {
  readonly statements: readonly (DbQuery & { readonly rows?: number })[]
  readonly events?: readonly EventWish[]
}

/** `ctx.db.query`: one statement in the plugin's own schema, as the role of this tenant. */
export const dbQueryRule = {
  capability: 'db:own',
  covers: () => true,
  schema: {
    type: 'object',
    required: ['sql'],
    additionalProperties: false,
    properties: { sql, parameters },
  },
  hasEffect: (request: DbQuery) => !isPlainRead(request.sql),
} as const satisfies CallRule

/** `ctx.db.batch`: one statement with many lists of parameters, all or none. */
export const dbBatchRule = {
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
  hasEffect: (request: DbBatch) => !isPlainRead(request.sql),
} as const satisfies CallRule

/** A transaction holds a connection: more events than this at once are a file, or one event that names many. */
const MAX_EVENTS = 64

/** `ctx.db.transaction`: several statements, all or none, with the events that tell of them. */
export const dbTransactionRule = {
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
  hasEffect: ({ statements, events: wishes = [] }: DbTransaction) =>
    wishes.length > 0 || !statements.every(({ sql }) => isPlainRead(sql)),
} as const satisfies CallRule

/**
 * A plugin has no functions of its own that could write. What hides behind WITH is not guessed, and where the words
 * of SELECT INTO and FOR UPDATE stand in a text or a name, a read counts as a write: it is only not run twice. So does
 * one that moves a sequence, which no rollback takes back, and one with a name in escapes, which may be any of these.
 */
function isPlainRead(text: string): boolean {
  return /^\s*select\b/i.test(text) && !/\b(into|for|nextval|setval)\b|u&"/i.test(text)
}
