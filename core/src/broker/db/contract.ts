import { type BackfillTurn, fillAgain } from './backfill.ts'
import { entryName, type MigrationStep, missingSteps, readLedger } from './ledger.ts'
import { inTurn, type MigrationPorts, runAsMigrator, runStep } from './migration-runner.ts'

/** Runs the text while the caller holds what must stay as it is. What this throws leaves the tables as they were. */
export type Held = (run: () => Promise<void>) => Promise<void>

/** Whoever goes back to another version waits for it meanwhile: what scans for longer is no contract. */
const DEADLINE_MS = 15_000

/**
 * Takes away what only older versions used; the caller knows that none is left. Rows that those wrote after the
 * backfill was done are filled first, in the same turn. Turn, lock and login are had before `held` is asked.
 * @returns whether it ran; it runs once, and not before the backfill changes no row any more
 * @throws CORE_PLUGIN_MIGRATION_FAILED
 */
export function runContract(
  ports: MigrationPorts,
  plugin: string,
  version: string,
  step: MigrationStep,
  { turn, held }: { readonly turn: BackfillTurn; readonly held: Held },
): Promise<boolean> {
  const { name, contractSql = '' } = step
  const entry = { name: entryName(name, 'contract'), expandSql: contractSql, downSql: '' }
  const brief = { ...ports, deadlineMs: Math.min(ports.deadlineMs, DEADLINE_MS) }
  return inTurn(ports, plugin, async (lock, schema) => {
    const pending = missingSteps(await readLedger(lock, plugin), { plugin, version }, [entry])
    if (pending.length === 0) return false
    const { isDone } = await fillAgain(ports, schema, plugin, version, step, turn)
    if (!isDone) return false
    await runAsMigrator(brief, schema, plugin, version, pending, (run, one) =>
      held(() => runStep(run, one)),
    )
    return true
  })
}
