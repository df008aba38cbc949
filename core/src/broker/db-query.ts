import type { PluginQuery } from './db/plugin-query.ts'
import type { GrantedCall, HostCall } from './host-call.ts'

export type QueryPlugin = (
  query: PluginQuery,
) => Promise<{ rows: readonly unknown[]; rowCount: number }>

interface Request {
  readonly sql: string
  readonly parameters?: readonly unknown[]
}

/** `ctx.db.query`: one statement in the plugin's own schema, as the role of this tenant. */
export function dbQuery(query: QueryPlugin, now: () => number): HostCall {
  return {
    capability: 'db:own',
    covers: () => true,
    schema: {
      type: 'object',
      required: ['sql'],
      additionalProperties: false,
      properties: {
        sql: { type: 'string', minLength: 1, maxLength: 100_000 },
        parameters: { type: 'array', maxItems: 1000 },
      },
    },
    hasEffect: ({ sql }: Request) => !isPlainRead(sql),
    run: async ({ scope, request, signal }: GrantedCall<Request>) =>
      query({
        plugin: scope.version.plugin,
        tenant: scope.tenant,
        sql: request.sql,
        parameters: request.parameters ?? [],
        deadlineMs: Math.max(1, scope.deadline - now()),
        signal,
      }),
  }
}

/**
 * A plugin has no functions of its own that could write. What hides behind WITH is not guessed, and where the words
 * of SELECT INTO and FOR UPDATE stand in a text or a name, a read counts as a write: it is only not run twice.
 */
function isPlainRead(sql: string): boolean {
  return /^\s*select\b/i.test(sql) && !/\b(into|for)\b/i.test(sql)
}
