import type { HostCall } from './broker.ts'
import type { CallScope } from './call-scope.ts'

export interface PluginQuery {
  readonly plugin: string
  readonly tenant: string
  readonly sql: string
  readonly parameters: readonly unknown[]
  readonly deadlineMs: number
  readonly signal: AbortSignal
}

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
    run: async (scope: CallScope, request: Request, signal: AbortSignal) =>
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
