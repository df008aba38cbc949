import type pg from 'pg'

export interface CatalogueWish {
  readonly tenant: string
  /** Only this one; all that the tenant has enabled when left out. */
  readonly plugin?: string | undefined
  readonly after?: CataloguePlace | undefined
}

/** The last table of the page before. */
export interface CataloguePlace {
  readonly plugin: string
  readonly table: string
}

export interface CatalogueTable {
  readonly plugin: string
  readonly table: string
  readonly columns: readonly CatalogueColumn[]
  /** Its columns in their order; empty where there is none. */
  readonly primaryKey: readonly string[]
}

interface CatalogueColumn {
  readonly name: string
  /** As PostgreSQL writes it, such as `numeric(12,2)` or `text[]`; an enum of the plugin by its own name. */
  readonly type: string
  readonly nullable: boolean
}

export interface CataloguePage {
  readonly tables: readonly CatalogueTable[]
  /** Undefined on the last page. */
  readonly next: CataloguePlace | undefined
}

const PAGE_TABLES = 50
/** A table may have 1,600; a page goes to an isolate of 64 MB. */
const PAGE_COLUMNS = 2000

/**
 * An enabled role is what makes a plugin's tables the tenant's: it is made with the binding and ends with
 * it. Tables are the same for all tenants, so that their shape tells nothing of another.
 */
const catalogueSql = `
SELECT plugins.plugin, c.relname AS table,
       (SELECT json_agg(json_build_object(
                 'name', a.attname,
                 'type', replace(format_type(a.atttypid, a.atttypmod), plugins.schema_name || '.', ''),
                 'nullable', NOT a.attnotnull) ORDER BY a.attnum)
          FROM pg_attribute a
         WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns,
       coalesce((SELECT json_agg(a.attname ORDER BY key.place)
          FROM pg_index i
         CROSS JOIN unnest(i.indkey[0:i.indnkeyatts - 1]) WITH ORDINALITY AS key (attnum, place)
          JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = key.attnum
         WHERE i.indrelid = c.oid AND i.indisprimary), '[]') AS "primaryKey"
  FROM signalbox.roles
  JOIN signalbox.plugins USING (plugin)
  JOIN pg_namespace n ON n.nspname = plugins.schema_name
  JOIN pg_class c ON c.relnamespace = n.oid AND c.relkind = 'r'
 WHERE roles.kind = 'tenant' AND roles.tenant = $1 AND roles.is_enabled
   AND NOT starts_with(c.relname, 'signalbox_')
   AND ($2::text IS NULL OR plugins.plugin = $2)
   AND (plugins.plugin COLLATE "C", c.relname::text COLLATE "C") > ($3::text, $4::text)
 ORDER BY plugins.plugin COLLATE "C", c.relname::text COLLATE "C"
 LIMIT $5`

/** Reads by the host's own connection: no plugin's role has a right on a catalogue of the server. */
export async function readCatalogue(
  pool: pg.Pool,
  { tenant, plugin, after }: CatalogueWish,
): Promise<CataloguePage> {
  const { rows } = await pool.query<CatalogueTable>(catalogueSql, [
    tenant,
    plugin ?? null,
    after?.plugin ?? '',
    after?.table ?? '',
    PAGE_TABLES + 1,
  ])
  return cutPage(rows, PAGE_TABLES, PAGE_COLUMNS)
}

/** At least one table, so that every page leads on. Pure. */
export function cutPage(
  found: readonly CatalogueTable[],
  maxTables: number,
  maxColumns: number,
): CataloguePage {
  let columns = 0
  let count = 0
  for (const table of found.slice(0, maxTables)) {
    columns += table.columns?.length ?? 0
    if (count > 0 && columns > maxColumns) break
    count++
  }
  const tables = found.slice(0, count)
  const last = tables.at(-1)
  if (last === undefined || count === found.length) return { tables, next: undefined }
  return { tables, next: { plugin: last.plugin, table: last.table } }
}
