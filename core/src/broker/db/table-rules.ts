import { listOf, type SqlNode, unwrap, wordsOf } from './sql-tree.ts'

/**
 * What makes a table safe to share between tenants: a column `tenant text not null` that the row policy
 * compares, and no key that two tenants could meet in. The catalogue is checked for the same after each
 * step (see admin-schema.ts); these rules say it earlier and name the line.
 */
export const TENANT = 'tenant'

export function tableFault(fields: SqlNode): string | undefined {
  const unusual = [
    'inhRelations',
    'partspec',
    'partbound',
    'ofTypename',
    'tablespacename',
    'accessMethod',
  ]
  const found = unusual.find((key) => fields[key] !== undefined)
  if (found) return 'only plain tables: no inheritance, partitions, typed tables or tablespaces'
  const elements = listOf(fields['tableElts']).map(unwrap)
  if (elements.some((element) => element?.kind === 'TableLikeClause')) {
    return 'LIKE would copy what nobody checked; write the columns out'
  }
  const columns = elements.flatMap((element) =>
    element?.kind === 'ColumnDef' ? [element.fields] : [],
  )
  const tenant = columns.find((column) => column['colname'] === TENANT)
  if (!tenant || !isTenantColumn(tenant)) {
    return 'a table needs the column "tenant text not null", without a default'
  }
  return columns.map(columnFault).find((fault) => fault !== undefined)
}

function isTenantColumn(column: SqlNode): boolean {
  const type = column['typeName'] as SqlNode | undefined
  if (wordsOf(type?.['names']).join('.') !== 'text' || type?.['arrayBounds'] !== undefined)
    return false
  const kinds = listOf(column['constraints']).map((item) => unwrap(item)?.fields['contype'])
  return kinds.length === 1 && kinds[0] === 'CONSTR_NOTNULL'
}

const columnKeys: Readonly<Record<string, string>> = {
  CONSTR_PRIMARY: 'a primary key of one column',
  CONSTR_UNIQUE: 'a unique constraint of one column',
  CONSTR_FOREIGN: 'a foreign key of one column',
}

/** A key at a column is a key of that column alone, so it cannot include the tenant. */
function columnFault(column: SqlNode): string | undefined {
  for (const item of listOf(column['constraints'])) {
    const key = columnKeys[String(unwrap(item)?.fields['contype'])]
    if (key)
      return `${key} (${String(column['colname'])}) leaves the tenant out; write it behind the columns`
  }
  return undefined
}

/** A constraint with columns of its own: behind the columns of a table, or added later. */
export function constraintFault(constraint: SqlNode): string | undefined {
  switch (constraint['contype']) {
    case 'CONSTR_PRIMARY':
    case 'CONSTR_UNIQUE': {
      if (constraint['indexname'] !== undefined || constraint['keys'] === undefined)
        return undefined
      if (constraint['without_overlaps']) return 'WITHOUT OVERLAPS is not for plugins'
      if (wordsOf(constraint['keys']).includes(TENANT)) return undefined
      return 'a primary key or unique constraint must include the column tenant'
    }
    case 'CONSTR_FOREIGN':
      return foreignKeyFault(constraint)
    case 'CONSTR_EXCLUSION':
      return 'an exclusion constraint would let one tenant notice the rows of another'
    default:
      return undefined
  }
}

function foreignKeyFault(constraint: SqlNode): string | undefined {
  // At a column it has no list; columnFault speaks of that one.
  const own = wordsOf(constraint['fk_attrs'])
  if (own.length === 0) return undefined
  const other = wordsOf(constraint['pk_attrs'])
  const at = own.indexOf(TENANT)
  if (at >= 0 && other[at] === TENANT) return undefined
  return 'a foreign key must pair tenant with tenant, and name the columns on both sides'
}

/** Changes that an older version beside the new one does not notice. */
const expanding = new Set([
  'AT_AddColumn',
  'AT_AddConstraint',
  'AT_AddIdentity',
  'AT_ColumnDefault',
  'AT_DropConstraint',
  'AT_DropNotNull',
  'AT_SetNotNull',
  'AT_SetStatistics',
  'AT_ValidateConstraint',
])
const undoing = new Set([...expanding, 'AT_DropColumn', 'AT_DropIdentity'])

/** What a text of a step is for; `contract` takes away what no version uses any more. */
export type MigrationDirection = 'expand' | 'down' | 'backfill' | 'contract'

export function alterFault(fields: SqlNode, direction: MigrationDirection): string | undefined {
  if (fields['objtype'] !== 'OBJECT_TABLE') return 'ALTER is for tables'
  for (const item of listOf(fields['cmds'])) {
    const fault = commandFault(unwrap(item)?.fields ?? {}, direction)
    if (fault) return fault
  }
  return undefined
}

function commandFault(command: SqlNode, direction: MigrationDirection): string | undefined {
  const kind = String(command['subtype'])
  if (!(direction === 'expand' ? expanding : undoing).has(kind)) {
    const name = kind
      .replace('AT_', '')
      .replace(/(?<=[a-z])(?=[A-Z])/g, ' ')
      .toUpperCase()
    return `ALTER TABLE … ${name} may not be in ${direction} SQL`
  }
  if (command['name'] === TENANT) return 'the column tenant stays as it is'
  const definition = unwrap(command['def'])
  if (definition?.kind === 'ColumnDef') return columnFault(definition.fields)
  if (definition?.kind === 'Constraint' && definition.fields['indexname'] !== undefined) {
    return 'a constraint USING INDEX hides its columns; write them out'
  }
  return undefined
}
