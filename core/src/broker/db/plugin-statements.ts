import type { GuardedStatement } from './guarded-query.ts'
import type { QuotaLimits } from './quota/quota.ts'
import { parameterText } from './sql-values.ts'

/** Whose statements, and how long anyone waits for them. */
export interface PluginWork {
  readonly plugin: string
  readonly tenant: string
  /** From now on, waiting for a connection included. Beyond a minute the session's own backstop is first. */
  readonly deadlineMs: number
  /** The caller went away. */
  readonly signal?: AbortSignal | undefined
  /** What the tenant's grant allows; without it nothing is refused for its size. */
  readonly quota?: QuotaLimits | undefined
}

export interface PluginQuery extends PluginWork {
  readonly sql: string
  readonly parameters: readonly unknown[]
}

/** One statement, run once with each list of parameters, all in one transaction. */
export interface PluginBatch extends PluginWork {
  readonly sql: string
  /** At least one. */
  readonly parameterRows: readonly (readonly unknown[])[]
}

export interface PluginStatement {
  readonly sql: string
  readonly parameters: readonly unknown[]
  /** All is undone unless the statement returns or changes exactly as many. */
  readonly rows?: number | undefined
}

/** A statement of the host itself, in a plugin's transaction and as the tenant's role: not judged, not answered. */
export interface HostStatement {
  readonly sql: string
  readonly parameters: readonly unknown[]
}

export interface PluginTransaction extends PluginWork {
  /** Without statements of the host, at least one. */
  readonly statements: readonly PluginStatement[]
  /** They run after the plugin's, before the commit. */
  readonly hostStatements?: readonly HostStatement[] | undefined
}

/** Statements of one transaction, ready to be sent. */
export interface StatementList {
  /** What the gate must let through: each text once, and where it stood. */
  readonly texts: ReadonlyMap<string, string>
  readonly statements: readonly GuardedStatement[]
  /** How many of them are the plugin's; the host's follow. */
  readonly ownCount: number
  /** The host's own statements are there to write. */
  readonly hostWrites: boolean
  /** Which one, for the author: `statements[2]: `. */
  readonly placeOf: (index: number) => string
}

/** @throws CORE_SQL_REFUSED for a parameter that is no SQL value */
export function queryStatements({ plugin, sql, parameters }: PluginQuery): StatementList {
  return {
    texts: new Map([[sql, '']]),
    statements: [{ sql, parameters: texts(parameters, plugin) }],
    ownCount: 1,
    hostWrites: false,
    placeOf: () => '',
  }
}

/** @throws CORE_SQL_REFUSED for a parameter that is no SQL value */
export function batchStatements({ plugin, sql, parameterRows }: PluginBatch): StatementList {
  return {
    texts: new Map([[sql, '']]),
    statements: parameterRows.map((parameters) => ({
      sql,
      parameters: texts(parameters, plugin),
      isSilent: true,
    })),
    ownCount: parameterRows.length,
    hostWrites: false,
    placeOf: (index) => `parameterRows[${index}]: `,
  }
}

/** @throws CORE_SQL_REFUSED for a parameter that is no SQL value */
export function transactionStatements({
  plugin,
  statements,
  hostStatements = [],
}: PluginTransaction): StatementList {
  const placeOf = (index: number) => `statements[${index}]: `
  // The first place of a text is the one that is told.
  const placed = statements.map(({ sql }, index) => [sql, placeOf(index)] as const).reverse()
  return {
    texts: new Map(placed),
    statements: [
      ...statements.map(({ sql, parameters, rows }) => ({
        sql,
        parameters: texts(parameters, plugin),
        rows,
      })),
      ...hostStatements.map(({ sql, parameters }) => ({
        sql,
        parameters: texts(parameters, plugin),
        isSilent: true,
      })),
    ],
    ownCount: statements.length,
    hostWrites: hostStatements.length > 0,
    placeOf,
  }
}

function texts(parameters: readonly unknown[], plugin: string): (string | null)[] {
  return parameters.map((value) => parameterText(value, plugin))
}
