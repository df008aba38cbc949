import type pg from 'pg'

/** One thing of a schema that can be the same or not: its kind, its name and all that is said of it. */
export interface ShapePart {
  readonly kind: ShapeKind
  /** `table`, `table.column`, `table.constraint`, or the name of an index, a sequence or a type. */
  readonly place: string
  readonly detail: string
}

export type ShapeKind = 'column' | 'constraint' | 'index' | 'policy' | 'sequence' | 'table' | 'type'

/**
 * `$1` is the schema. NOT NULL constraints are left out, as the columns say the same without the name that the
 * server chose; so are the host's own indexes on the tenant, which come and go with the plugin's. Rights and
 * policies are those that the host puts on each table. A column's place counts: `select *` depends on it.
 */
const shapeSql = `
WITH tables AS (
  SELECT c.oid, c.relname::text AS name, c.relrowsecurity, c.relforcerowsecurity, c.relacl, c.relpersistence
    FROM pg_class c WHERE c.relnamespace = $1::regnamespace AND c.relkind = 'r'
)
SELECT 'table' AS kind, t.name AS place,
       concat_ws(' ', t.relpersistence::text, t.relrowsecurity, t.relforcerowsecurity,
         (SELECT string_agg(g.grantee::regrole || ' ' || g.privilege_type, ', '
                            ORDER BY g.grantee, g.privilege_type) FROM aclexplode(t.relacl) AS g)) AS detail
  FROM tables t
UNION ALL
SELECT 'column', t.name || '.' || a.attname,
       concat_ws(' ', 'no. ' || row_number() OVER (PARTITION BY t.oid ORDER BY a.attnum),
         format_type(a.atttypid, a.atttypmod), CASE WHEN a.attnotnull THEN 'not null' END,
         'default ' || CASE WHEN a.attgenerated = '' THEN pg_get_expr(d.adbin, d.adrelid) END,
         'generated as ' || CASE WHEN a.attgenerated <> '' THEN pg_get_expr(d.adbin, d.adrelid) END,
         'identity ' || nullif(a.attidentity::text, ''),
         'collation ' || (SELECT collname FROM pg_collation WHERE oid = nullif(a.attcollation, 0)))
  FROM tables t
  JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
UNION ALL
SELECT 'constraint', t.name || '.' || k.conname,
       pg_get_constraintdef(k.oid) || CASE WHEN k.convalidated THEN '' ELSE ' not validated' END
  FROM tables t JOIN pg_constraint k ON k.conrelid = t.oid AND k.contype <> 'n'
UNION ALL
SELECT 'index', i.relname, pg_get_indexdef(i.oid)
  FROM pg_class i WHERE i.relnamespace = $1::regnamespace AND i.relkind = 'i'
   AND NOT starts_with(i.relname, 'signalbox_')
UNION ALL
SELECT 'policy', t.name || '.' || p.polname,
       concat_ws(' ', p.polcmd::text, p.polpermissive, p.polroles::regrole[], pg_get_expr(p.polqual, p.polrelid),
         'check ' || pg_get_expr(p.polwithcheck, p.polrelid))
  FROM tables t JOIN pg_policy p ON p.polrelid = t.oid
UNION ALL
SELECT 'sequence', c.relname,
       concat_ws(' ', format_type(s.seqtypid, NULL), s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcache,
         s.seqcycle)
  FROM pg_class c JOIN pg_sequence s ON s.seqrelid = c.oid WHERE c.relnamespace = $1::regnamespace
UNION ALL
SELECT 'type', y.typname, (SELECT string_agg(e.enumlabel, ', ' ORDER BY e.enumsortorder)
                             FROM pg_enum e WHERE e.enumtypid = y.oid)
  FROM pg_type y WHERE y.typnamespace = $1::regnamespace AND y.typtype = 'e'
ORDER BY 1, 2`

/** The structure of a schema as PostgreSQL's catalogue has it. The session's search path must be that schema. */
export async function readShape(
  client: pg.ClientBase,
  schema: string,
): Promise<readonly ShapePart[]> {
  const { rows } = await client.query<ShapePart>(shapeSql, [schema])
  return rows.map((part) => ({ ...part, detail: (part.detail ?? '').replaceAll(`${schema}.`, '') }))
}
