import type { Context, QueryResult } from '@signalbox/sdk'

type Port = Pick<Context, 'db' | 'log'>

const silent = { debug: ignore, info: ignore, warn: ignore, error: ignore }

/** What the plugin does not ask its database for. */
const unused = { batch: never, transaction: never, inspect: never }

/** A call's context where the tenant did not grant tables. */
export const contextWithoutTables: Port = failingContext('CORE_GRANT_MISSING')

/** A call's context whose every statement is refused with `code`. */
export function failingContext(code: string, log: Context['log'] = silent): Port {
  const query = () => Promise.reject(Object.assign(new Error(code), { code }))
  return { db: { ...unused, query }, log }
}

/** A call's context with the given answers to statements; each statement is noted in `statements`. */
export function contextWith(answer: (sql: string, parameters: readonly unknown[]) => unknown[]) {
  const statements: string[] = []
  const query = async <Row>(sql: string, parameters: readonly unknown[] = []) => {
    statements.push(sql)
    const rows = answer(sql, parameters) as Row[]
    return { rows, rowCount: rows.length } satisfies QueryResult<Row>
  }
  return { db: { ...unused, query }, log: silent, statements }
}

function ignore(): void {
  // Tests that look at the log pass their own.
}

function never(): Promise<never> {
  return Promise.reject(new Error('the plugin was not expected to ask for this'))
}
