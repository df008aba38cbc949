import type { Context, SqlValue } from '@signalbox/sdk'
import { Refusal } from '@signalbox/sdk'
import { builtInScheme } from './built-in-schemes.ts'
import type { SchemeTables } from './scheme-tables.ts'

type Port = Pick<Context, 'db' | 'tenant' | 'now'>

export interface StoredScheme {
  readonly scheme: string
  readonly revision: number
  readonly tables: SchemeTables
}

/** The tables of a built-in scheme or of one that the tenant has loaded. */
export async function schemeTables(
  { db }: Pick<Port, 'db'>,
  scheme: string,
): Promise<SchemeTables> {
  const builtIn = builtInScheme(scheme)
  if (builtIn !== undefined) return builtIn
  const { rows } = await db.query<{ tables: SchemeTables }>(
    'select tables from sampling_schemes where scheme = $1',
    [scheme],
  )
  if (rows[0] !== undefined) return rows[0].tables
  throw new Refusal(
    'SCHEME_UNKNOWN',
    `There is no sampling scheme "${scheme}": ask schemes for those there are, or load it by loadScheme.`,
  )
}

export async function storedSchemes(
  { db }: Pick<Port, 'db'>,
  after: string,
  limit: number,
): Promise<readonly StoredScheme[]> {
  const { rows } = await db.query<StoredScheme>(
    'select scheme, revision, tables from sampling_schemes where scheme > $1 order by scheme limit $2',
    [after, limit],
  )
  return rows
}

/**
 * Keeps a scheme as the next revision.
 * @param revision that the caller knows; 0 for a new one. @returns the new revision; undefined where another was kept meanwhile.
 */
export async function keepScheme(
  { db, tenant, now }: Port,
  tables: SchemeTables,
  revision: number,
): Promise<number | undefined> {
  const at = new Date(now()).toISOString()
  const text = tables as unknown as SqlValue
  const { rows } =
    revision === 0
      ? await db.query<{ revision: number }>(
          'insert into sampling_schemes (tenant, scheme, revision, tables, loaded_at) values ($1, $2, 1, $3, $4) on conflict do nothing returning revision',
          [tenant, tables.scheme, text, at],
        )
      : await db.query<{ revision: number }>(
          'update sampling_schemes set revision = revision + 1, tables = $3, loaded_at = $4 where scheme = $1 and revision = $2 returning revision',
          [tables.scheme, revision, text, at],
        )
  return rows[0]?.revision
}
