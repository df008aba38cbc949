import { checksumOf, entryName, type MigrationStep, readLedger } from './ledger.ts'
import {
  inTurn,
  type MigrationPorts,
  type Run,
  runAsMigrator,
  runText,
} from './migration-runner.ts'
import type { PluginSchema } from './plugin-roles.ts'

/** How much of a backfill is done at once. */
export interface BackfillTurn {
  readonly ms: number
  readonly batches: number
}

export interface BackfillProgress {
  /** It changed no row any more, and the ledger says so. */
  readonly isDone: boolean
  /** Rows of this turn. */
  readonly rows: number
}

/**
 * Runs a step's backfill again and again, each time in a transaction of its own, until it changes no row or the turn
 * is over. What is left to do is in the rows themselves: a host that is killed loses at most one batch of it, and
 * the next turn goes on where this one stopped. The plugin's own calls come between batches.
 * @throws CORE_PLUGIN_MIGRATION_FAILED
 */
export function runBackfill(
  ports: MigrationPorts,
  plugin: string,
  version: string,
  step: MigrationStep,
  turn: BackfillTurn,
): Promise<BackfillProgress> {
  const { backfillSql } = step
  if (backfillSql === undefined) return Promise.resolve({ isDone: true, rows: 0 })
  const name = entryName(step.name, 'backfill')
  const entry = { name, expandSql: backfillSql, downSql: '' }
  return inTurn(ports, plugin, async (lock, schema) => {
    const ledger = await readLedger(lock, plugin)
    if (ledger.some((known) => known.name === name)) return { isDone: true, rows: 0 }
    let progress: BackfillProgress = { isDone: false, rows: 0 }
    await runAsMigrator(ports, schema, plugin, version, [entry], async (run) => {
      progress = await batches(run, entry, turn, () => record(run, entry))
    })
    return progress
  })
}

/**
 * The same once more whatever the ledger says, within a turn that the caller has: older versions went on writing rows
 * without what the step brought, after its backfill was done.
 */
export async function fillAgain(
  ports: MigrationPorts,
  schema: PluginSchema,
  plugin: string,
  version: string,
  { name, backfillSql }: MigrationStep,
  turn: BackfillTurn,
): Promise<BackfillProgress> {
  if (backfillSql === undefined) return { isDone: true, rows: 0 }
  const entry = { name: entryName(name, 'backfill'), expandSql: backfillSql, downSql: '' }
  let progress: BackfillProgress = { isDone: false, rows: 0 }
  await runAsMigrator(ports, schema, plugin, version, [entry], async (run) => {
    progress = await batches(run, entry, turn)
  })
  return progress
}

async function batches(
  run: Run,
  entry: MigrationStep,
  { ms, batches: most }: BackfillTurn,
  seal: () => Promise<unknown> = async () => undefined,
): Promise<BackfillProgress> {
  const until = performance.now() + ms
  const text = { step: entry.name, file: `${entry.name}.sql`, sql: entry.expandSql }
  let rows = 0
  for (let batch = 0; batch < most && performance.now() < until; batch++) {
    let changed = 0
    await runText(run, text, async (_run, count) => {
      changed = count
      if (changed === 0) await seal()
    })
    if (changed === 0) return { isDone: true, rows }
    rows += changed
  }
  return { isDone: false, rows }
}

function record({ session, version }: Run, entry: MigrationStep): Promise<unknown> {
  return session.client.query('SELECT signalbox.record_step($1, $2, $3, $4, $5)', [
    entry.name,
    version,
    checksumOf(entry),
    entry.expandSql,
    '',
  ])
}
