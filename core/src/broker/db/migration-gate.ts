import { describeKind, faultOf } from './sql-gate.ts'
import { isNode, listOf, nodesOf, type SqlNode, unwrap, wordsOf } from './sql-tree.ts'
import {
  alterFault,
  constraintFault,
  type MigrationDirection,
  TENANT,
  tableFault,
} from './table-rules.ts'

/** One place in a migration file that may not run. */
export interface MigrationFault {
  readonly line: number
  readonly detail: string
}

type Rule = (fields: SqlNode, direction: MigrationDirection) => string | undefined

const fine: Rule = () => undefined

/** The statements a migration may hold. What is not in this table is refused, whatever PostgreSQL brings next. */
const rules: Readonly<Record<string, Rule>> = {
  AlterEnumStmt: (fields) => unqualified(wordsOf(fields['typeName'])),
  AlterTableStmt: alterFault,
  CommentStmt: commentFault,
  CreateEnumStmt: (fields) => unqualified(wordsOf(fields['typeName'])),
  CreateSeqStmt: fine,
  CreateStmt: tableFault,
  DeleteStmt: fine,
  DropStmt: dropFault,
  IndexStmt: indexFault,
  InsertStmt: fine,
  UpdateStmt: fine,
}

/** Every place of a parsed migration that may not run; none when it may. */
export function judgeMigration(
  tree: SqlNode,
  sql: string,
  direction: MigrationDirection,
): readonly MigrationFault[] {
  const bytes = Buffer.from(sql)
  const statements = listOf(tree['stmts']).filter(isNode)
  const faults = statements.flatMap((statement) => statementFaults(statement, bytes, direction))
  return direction === 'backfill' ? [...backfillFaults(statements), ...faults] : faults
}

const filling = new Set(['DeleteStmt', 'InsertStmt', 'UpdateStmt'])

/** It is run again and again until it changes no row: what it does must be one thing that can be counted. */
function backfillFaults(statements: readonly SqlNode[]): readonly MigrationFault[] {
  const [only, ...others] = statements
  const kind = unwrap(only?.['stmt'])?.kind ?? ''
  if (others.length === 0 && filling.has(kind)) return []
  return [{ line: 1, detail: 'a backfill is one INSERT, UPDATE or DELETE' }]
}

function statementFaults(
  statement: SqlNode,
  bytes: Buffer,
  direction: MigrationDirection,
): MigrationFault[] {
  const start = firstWord(bytes, Number(statement['stmt_location'] ?? 0))
  const outer = unwrap(statement['stmt'])
  const rule = rules[outer?.kind ?? '']
  if (!outer || !rule) {
    const detail = `${describeKind(outer?.kind)} may not be in a migration`
    return [{ line: lineOf(bytes, start), detail }]
  }
  const faults: MigrationFault[] = []
  const own = rule(outer.fields, direction)
  if (own) faults.push({ line: lineOf(bytes, start), detail: own })
  for (const node of nodesOf(statement)) {
    const detail = faultOf(node) ?? keyFault(node)
    if (detail) faults.push({ line: lineOf(bytes, Number(node['location'] ?? start)), detail })
  }
  return faults
}

/** A constraint is judged wherever it stands: in CREATE TABLE, in ALTER TABLE, at a column. */
function keyFault(node: SqlNode): string | undefined {
  return 'contype' in node ? constraintFault(node) : undefined
}

function indexFault(fields: SqlNode): string | undefined {
  if (fields['concurrent']) return 'CONCURRENTLY cannot run in the transaction of a step'
  if (fields['tableSpace']) return 'a plugin has no tablespaces'
  if (!fields['unique']) return undefined
  const columns = listOf(fields['indexParams']).map((item) => unwrap(item)?.fields['name'])
  return columns.includes(TENANT)
    ? undefined
    : 'a unique index must include the column tenant: two tenants may use the same key'
}

const commentable = new Set([
  'OBJECT_TABLE',
  'OBJECT_COLUMN',
  'OBJECT_INDEX',
  'OBJECT_SEQUENCE',
  'OBJECT_TYPE',
])

function commentFault(fields: SqlNode): string | undefined {
  const kind = String(fields['objtype'])
  if (!commentable.has(kind)) return 'comments go on tables, columns, indexes, sequences and types'
  const object = unwrap(fields['object'])
  // A type is a TypeName, which the walk over all nodes judges.
  if (object?.kind !== 'List') return undefined
  const words = wordsOf(object.fields['items'])
  return unqualified(kind === 'OBJECT_COLUMN' ? words.slice(1) : words)
}

const droppable: Readonly<Record<MigrationDirection, ReadonlySet<string>>> = {
  // An older version still runs beside the new one: what it reads stays until the contract step.
  expand: new Set(['OBJECT_INDEX']),
  down: new Set(['OBJECT_INDEX', 'OBJECT_SEQUENCE', 'OBJECT_TABLE', 'OBJECT_TYPE']),
  backfill: new Set(),
  contract: new Set(['OBJECT_INDEX', 'OBJECT_SEQUENCE', 'OBJECT_TABLE', 'OBJECT_TYPE']),
}

function dropFault(fields: SqlNode, direction: MigrationDirection): string | undefined {
  const kind = String(fields['removeType'])
  if (!droppable[direction].has(kind)) {
    const name = kind.replace('OBJECT_', '').toLowerCase()
    return `DROP of a ${name} may not be in ${direction} SQL`
  }
  if (fields['concurrent']) return 'CONCURRENTLY cannot run in the transaction of a step'
  for (const object of listOf(fields['objects'])) {
    const item = unwrap(object)
    const fault = item?.kind === 'List' ? unqualified(wordsOf(item.fields['items'])) : undefined
    if (fault) return fault
  }
  return undefined
}

function unqualified(words: readonly string[]): string | undefined {
  return words.length > 1 ? `the name ${words.join('.')} is qualified` : undefined
}

/** A statement's place starts behind the last semicolon; its first word comes after blanks and comments. */
function firstWord(bytes: Buffer, start: number): number {
  const rest = bytes.subarray(start).toString()
  const skipped = /^(?:\s|--[^\n]*|\/\*[\s\S]*?\*\/)*/.exec(rest)?.[0] ?? ''
  return start + Buffer.byteLength(skipped)
}

/** libpg-query counts bytes, people count lines. */
function lineOf(bytes: Buffer, offset: number): number {
  let line = 1
  for (const byte of bytes.subarray(0, offset)) if (byte === 0x0a) line++
  return line
}
