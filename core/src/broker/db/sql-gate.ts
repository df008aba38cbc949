import { isDeniedFunction } from './function-policy.ts'
import type { Growth } from './quota/quota.ts'
import { isNode, listOf, nodesOf, type SqlNode, unwrap, wordsOf } from './sql-tree.ts'

/** What the gate says about one text: refused and why, or let through. */
export type SqlVerdict =
  | { readonly refusal: string }
  /**
   * `writes`: the statement, or a part of it, may change rows; `growth`: and may make more of them;
   * `movesSequence`: what `lastval` and `currval` tell afterwards is another number.
   */
  | { readonly writes: boolean; readonly growth?: Growth; readonly movesSequence?: true }

const writingKinds: Readonly<Record<string, Growth | null>> = {
  InsertStmt: 'rows',
  MergeStmt: 'rows',
  UpdateStmt: 'bytes',
  DeleteStmt: null,
}

/** Judges a parsed text of a plugin: one statement on its own tables, and nothing that reaches further. */
export function judgeQuery(tree: SqlNode): SqlVerdict {
  const statements = listOf(tree['stmts'])
  if (statements.length !== 1) {
    return { refusal: `it holds ${statements.length} statements; send one at a time` }
  }
  const [statement] = statements
  const outer = isNode(statement) ? unwrap(statement['stmt']) : undefined
  if (!outer || (outer.kind !== 'SelectStmt' && !(outer.kind in writingKinds))) {
    return {
      refusal: `${describeKind(outer?.kind)} is not one of the statements a plugin may send`,
    }
  }
  const kinds = new Set([outer.kind])
  let movesSequence = false
  for (const node of nodesOf(statement)) {
    const fault = faultOf(node)
    if (fault) return { refusal: fault }
    movesSequence ||= wordsOf(node['funcname']).at(-1) === 'nextval'
    for (const kind of Object.keys(node)) kinds.add(kind)
  }
  const growths = Object.entries(writingKinds).flatMap(([kind, growth]) =>
    kinds.has(kind) ? [growth] : [],
  )
  const growth = growths.includes('rows') ? 'rows' : growths.find((found) => found !== null)
  return {
    writes: growths.length > 0,
    ...(growth ? { growth } : {}),
    ...(movesSequence ? { movesSequence } : {}),
  }
}

/** Why this one node reaches out of the plugin's own schema, or nothing. Nodes are told by their shape. */
export function faultOf(node: SqlNode): string | undefined {
  const reserved = hostName(node)
  if (reserved !== undefined)
    return `the name ${reserved} is the host's: ${HOST_PREFIX}… is no plugin's`
  if ('relname' in node) return relationFault(node)
  if ('funcname' in node) return functionFault(wordsOf(node['funcname']))
  if ('names' in node && 'typemod' in node) return typeFault(wordsOf(node['names']))
  if ('intoClause' in node) return 'SELECT INTO makes a table; tables are made by migrations'
  if ('collname' in node) return qualifiedFault('collation', wordsOf(node['collname']))
  if ('cursor_name' in node) return 'there are no cursors here'
  return operatorFault(node)
}

/** What the host itself keeps in a plugin's schema, such as its outbox, begins so. */
const HOST_PREFIX = 'signalbox_'

/** Wherever a name may stand: relations, indexes and constraints by their keys, all others in lists of words. */
function hostName(node: SqlNode): string | undefined {
  const word = isNode(node['String']) ? node['String']['sval'] : undefined
  const names = [node['relname'], node['idxname'], node['conname'], node['indexname'], word]
  return names.find(
    (name): name is string => typeof name === 'string' && name.startsWith(HOST_PREFIX),
  )
}

function relationFault(node: SqlNode): string | undefined {
  const name = String(node['relname'])
  if (node['schemaname'] !== undefined || node['catalogname'] !== undefined) {
    return `the name ${String(node['schemaname'])}.${name} is qualified; a plugin sees only its own tables`
  }
  if (name.startsWith('pg_')) return `${name} is a catalogue of the server`
  const persistence = node['relpersistence']
  if (persistence !== undefined && persistence !== 'p') return `${name} would be no lasting table`
  return undefined
}

/** The parser itself writes `pg_catalog.` before functions that have a syntax of their own, as EXTRACT. */
function functionFault(words: readonly string[]): string | undefined {
  const name = words.at(-1) ?? ''
  if (isDeniedFunction(name)) return `the function ${name} reaches out of the plugin's own rows`
  return qualifiedFault('function', words)
}

const catalogueTypes =
  /^_?reg(class|collation|config|dictionary|namespace|oper|operator|proc|procedure|role|type)$/

function typeFault(words: readonly string[]): string | undefined {
  const name = words.at(-1) ?? ''
  if (catalogueTypes.test(name)) return `the type ${name} names objects of the server`
  return qualifiedFault('type', words)
}

/** `OPERATOR(schema.+)`, wherever the grammar has room for an operator. */
function operatorFault(node: SqlNode): string | undefined {
  for (const key of ['name', 'operName', 'useOp', 'method']) {
    if (Array.isArray(node[key])) {
      const fault = qualifiedFault('operator', wordsOf(node[key]))
      if (fault) return fault
    }
  }
  return undefined
}

function qualifiedFault(what: string, words: readonly string[]): string | undefined {
  if (words.length <= 1 || (words.length === 2 && words[0] === 'pg_catalog')) return undefined
  return `the ${what} ${words.join('.')} is qualified; use unqualified names`
}

/** `CreateStmt` → `CREATE`; what a reader knows the statement as. */
export function describeKind(kind: string | undefined): string {
  if (!kind) return 'an empty text'
  return kind
    .replace(/Stmt$/, '')
    .replace(/(?<=[a-z])(?=[A-Z])/g, ' ')
    .toUpperCase()
}
