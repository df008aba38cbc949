import { createHash } from 'node:crypto'
import type pg from 'pg'
import { coreErrors } from '../../errors.ts'

export interface MigrationStep {
  /** `0001-models`: what stands before `.expand.sql` in the file's name. Steps run in the order of names. */
  readonly name: string
  readonly expandSql: string
  readonly downSql: string
  /** One statement, run until it changes no row; see backfill.ts. */
  readonly backfillSql?: string | undefined
  /** What takes away what only older versions used. In the ledger it is an entry of its own. */
  readonly contractSql?: string | undefined
}

/** Of a step `0001-models`: `0001-models.backfill` and `0001-models.contract`. */
export function entryName(step: string, part: 'backfill' | 'contract'): string {
  return `${step}.${part}`
}

/** A text that ran: of which step, and which version brought it. */
export interface LedgerEntry extends Pick<MigrationStep, 'name' | 'expandSql' | 'downSql'> {
  readonly version: string
  readonly checksum: string
}

export function checksumOf({
  expandSql,
  downSql,
}: Pick<MigrationStep, 'expandSql' | 'downSql'>): string {
  return createHash('sha256').update(`${expandSql}\0${downSql}`).digest('hex')
}

/** All steps of a plugin that ran, in the order in which they did. Empty where it has no tables. */
export async function readLedger(
  client: pg.Pool | pg.PoolClient,
  plugin: string,
): Promise<readonly LedgerEntry[]> {
  const { rows } = await client.query<LedgerEntry>(
    `SELECT step AS name, version, checksum, expand_sql AS "expandSql", down_sql AS "downSql"
       FROM signalbox.plugin_migrations WHERE plugin = $1 ORDER BY applied_at, step COLLATE "C"`,
    [plugin],
  )
  return rows
}

/**
 * The steps that the ledger does not hold.
 * @throws CORE_PLUGIN_MIGRATION_CHANGED for one that it holds with another text
 */
export function missingSteps<Step extends MigrationStep>(
  ledger: readonly LedgerEntry[],
  { plugin, version }: { readonly plugin: string; readonly version: string },
  steps: readonly Step[],
): readonly Step[] {
  const applied = new Map(ledger.map(({ name, checksum }) => [name, checksum]))
  for (const step of steps) {
    const known = applied.get(step.name)
    if (known !== undefined && known !== checksumOf(step)) {
      throw coreErrors.create('PLUGIN_MIGRATION_CHANGED', { plugin, version, step: step.name })
    }
  }
  return steps.filter((step) => !applied.has(step.name))
}

/** Of a scratch schema, whose steps are undone to be run again. */
export async function forgetSteps(
  pool: pg.Pool,
  scratch: string,
  names: readonly string[],
): Promise<void> {
  await pool.query(
    'DELETE FROM signalbox.plugin_migrations WHERE plugin = $1 AND step = ANY ($2)',
    [scratch, names],
  )
}
