import type pg from 'pg'
import { pluginOf } from './manifests.ts'
import type { Party, World } from './world.ts'

/** What grows by every call of anybody, and says nothing of whom it was about. */
const bookkeeping: ReadonlySet<string> = new Set([
  'audit_entries',
  'blob_usage',
  'grant_uses',
  'invocation_keys',
  'invocations',
  'job_reconciled',
  'metered_units',
  'outbox_events',
])

interface Column {
  readonly place: string
  readonly table: string
  readonly columns: readonly string[]
}

/** A digest of every table, of all rows that are acme's and not the attacker's own. */
export type VictimState = ReadonlyMap<string, string>

export async function victimState(world: World, attacker: Party): Promise<VictimState> {
  const state = new Map<string, string>()
  const plugin = attacker.tenant === 'acme' ? pluginOf(attacker.actor) : ''
  await digest(state, world.hostSql, plugin, '')
  const own = await world.pluginSql.query<{ schema: string }>(
    'SELECT schema_name AS schema FROM signalbox.plugins WHERE plugin = $1',
    [plugin],
  )
  await digest(state, world.pluginSql, plugin, own.rows[0]?.schema ?? '')
  return state
}

/** Tables whose rows are not the same any more. */
export function changedTables(before: VictimState, after: VictimState): readonly string[] {
  const names = new Set([...before.keys(), ...after.keys()])
  return [...names].filter((name) => before.get(name) !== after.get(name))
}

async function digest(
  state: Map<string, string>,
  sql: pg.Pool,
  plugin: string,
  ownSchema: string,
): Promise<void> {
  const { rows } = await sql.query<Column>(tablesWithTenants)
  const tables = rows.filter(({ place, table }) => place !== ownSchema && !bookkeeping.has(table))
  const parts = tables.map(({ place, table, columns }) => {
    const foreign = [
      ...(columns.includes('plugin') ? ['t.plugin <> $2'] : []),
      ...(columns.includes('source') ? ["t.source <> '/plugins/' || $2"] : []),
    ]
    return `SELECT '${place}.${table}' AS name, count(*) || md5(coalesce(string_agg(t::text, ',' ORDER BY t::text), '')) AS digest
              FROM "${place}"."${table}" t WHERE ${['t.tenant = $1', ...foreign].join(' AND ')}`
  })
  // Both parameters in every statement, also in one whose tables have no plugin.
  const unused = `SELECT 'none' AS name, '' AS digest WHERE $1 = $2::text`
  const found = await sql.query<{ name: string; digest: string }>(
    [...parts, unused].join(' UNION ALL '),
    ['acme', plugin],
  )
  for (const { name, digest: value } of found.rows) state.set(name, value)
}

const tablesWithTenants = `
  SELECT table_schema AS place, table_name AS table, array_agg(column_name::text) AS columns
    FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
   WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema', 'signalbox')
   GROUP BY 1, 2 HAVING bool_or(column_name = 'tenant') ORDER BY 1, 2`
