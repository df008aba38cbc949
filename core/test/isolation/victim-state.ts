import type pg from 'pg'
import { until } from '../../../sandbox/test/until.ts'
import { pluginOf } from './manifests.ts'

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
  'service_levels',
  'usage_hours',
  'usage_leases',
  'usage_units',
])

/** The host's database and the plugins', as their administrator. */
interface Databases {
  readonly hostSql: pg.Pool
  readonly pluginSql: pg.Pool
}

interface TableShape {
  readonly place: string
  readonly table: string
  readonly columns: readonly string[]
}

/** A digest of every table, of all rows that are acme's and not the attacker's own. */
export type VictimState = ReadonlyMap<string, string>

/** Looks at the same tables again and again: which there are is asked once. */
export class VictimWatch {
  readonly #databases: readonly { readonly sql: pg.Pool; readonly tables: readonly TableShape[] }[]
  /** In the plugins' database, by plugin. */
  readonly schemas: ReadonlyMap<string, string>

  private constructor(
    databases: readonly { readonly sql: pg.Pool; readonly tables: readonly TableShape[] }[],
    schemas: ReadonlyMap<string, string>,
  ) {
    this.#databases = databases
    this.schemas = schemas
  }

  static async over({ hostSql, pluginSql }: Databases) {
    const [ofHost, ofPlugins] = [await tablesOf(hostSql), await tablesOf(pluginSql)]
    const { rows } = await pluginSql.query<{ plugin: string; schema: string }>(
      'SELECT plugin, schema_name AS schema FROM signalbox.plugins',
    )
    return new VictimWatch(
      [
        { sql: hostSql, tables: ofHost },
        { sql: pluginSql, tables: ofPlugins },
      ],
      new Map(rows.map(({ plugin, schema }) => [plugin, schema])),
    )
  }

  /** @param attacker whose own rows in acme may change as it likes */
  async look(attacker: { readonly actor: string; readonly tenant: string }): Promise<VictimState> {
    const plugin = attacker.tenant === 'acme' ? pluginOf(attacker.actor) : ''
    const ownSchema = this.schemas.get(plugin)
    const found = await Promise.all(
      this.#databases.map(({ sql, tables }) => {
        const foreign = tables.filter(
          ({ place, table }) => place !== ownSchema && table !== ownSchema,
        )
        return sql.query<{ name: string; digest: string }>(digests(foreign), ['acme', plugin])
      }),
    )
    return new Map(found.flatMap(({ rows }) => rows.map(({ name, digest }) => [name, digest])))
  }

  /** Resolves when no event is on its way any more. */
  async settle(): Promise<void> {
    const [host, plugins] = this.#databases
    const boxes = [...this.schemas.values()].map((name) => `SELECT FROM signalbox_outbox.${name}`)
    await until(async () => {
      const unsent = await plugins?.sql.query(boxes.join(' UNION ALL '))
      if (unsent?.rowCount !== 0) return false
      const waiting = await host?.sql.query(
        "SELECT FROM event_deliveries WHERE state = 'waiting' AND tries = 0 LIMIT 1",
      )
      return waiting?.rowCount === 0
    })
  }
}

/** Tables whose rows are not the same any more. */
export function changedTables(before: VictimState, after: VictimState): readonly string[] {
  const names = new Set([...before.keys(), ...after.keys()])
  return [...names].filter((name) => before.get(name) !== after.get(name))
}

function digests(tables: readonly TableShape[]): string {
  const parts = tables.map(({ place, table, columns }) => {
    const conditions = [
      't.tenant = $1',
      ...(columns.includes('plugin') ? ['t.plugin <> $2'] : []),
      ...(columns.includes('source') ? ["t.source <> '/plugins/' || $2"] : []),
    ]
    return `SELECT '${place}.${table}' AS name,
                   count(*) || md5(coalesce(string_agg(t::text, ',' ORDER BY t::text), '')) AS digest
              FROM "${place}"."${table}" t WHERE ${conditions.join(' AND ')}`
  })
  // Both parameters have a type, also where no table has a plugin.
  const typed = "SELECT 'none', '' WHERE $1::text = $2::text"
  return [...parts, typed].join(' UNION ALL ')
}

/** All that have a tenant, but for what is bookkeeping. */
async function tablesOf(sql: pg.Pool): Promise<readonly TableShape[]> {
  const { rows } = await sql.query<TableShape>(`
    SELECT nspname AS place, relname AS table, array_agg(attname::text) AS columns
      FROM pg_class
      JOIN pg_namespace n ON n.oid = relnamespace
      JOIN pg_attribute a ON attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped
     WHERE relkind = 'r' AND nspname NOT IN ('pg_catalog', 'information_schema', 'signalbox')
     GROUP BY 1, 2 HAVING bool_or(attname = 'tenant') ORDER BY 1, 2`)
  return rows.filter(({ table }) => !bookkeeping.has(table))
}
