import type { CallScope } from './call-scope.ts'
import { errorTypeOf } from './traced-host-call.ts'

const kinds = /^\s*(select|insert|update|delete|merge|with|values|table)\b/i

/** By what a statement begins: its first word, never a name or a value of it. */
export function statementKind(sql: string): string {
  return kinds.exec(sql)?.[1]?.toUpperCase() ?? 'OTHER'
}

/** More kinds than this say no more. */
const MAX_KINDS = 8

/** What is sent to PostgreSQL as a part of the trace: what kinds of statements, of whose schema; no text, no parameter. */
export async function tracedStatements<Answer>(
  { span, version }: CallScope,
  texts: readonly string[],
  run: () => Promise<Answer>,
): Promise<Answer> {
  if (span === undefined) return run()
  const summary = [...new Set(texts.map(statementKind))].slice(0, MAX_KINDS).join(' ')
  const part = span.child(summary, 'client', {
    'db.system.name': 'postgresql',
    'db.namespace': version.plugin,
    'db.operation.name': texts.length > 1 ? `BATCH ${summary}` : summary,
    'db.query.summary': summary,
    ...(texts.length > 1 ? { 'db.operation.batch.size': texts.length } : {}),
  })
  try {
    const answer = await run()
    part.end()
    return answer
  } catch (error) {
    part.end(errorTypeOf(error))
    throw error
  }
}
