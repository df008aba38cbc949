import { connectionBudget } from '../../storage/connection-budget.ts'
import { type BackfillProgress, runBackfill } from './backfill.ts'
import { type Held, runContract } from './contract.ts'
import { type LedgerEntry, type MigrationStep, readLedger } from './ledger.ts'
import { type MigrationPorts, runMigrations } from './migration-runner.ts'
import {
  type RehearsalPorts,
  type RehearsalReport,
  type RehearsalWish,
  rehearse,
  sweepScratches,
} from './rehearsal/rehearse.ts'
import { Turns } from './turns.ts'

interface Ports extends Omit<MigrationPorts, 'turns'> {
  /** Words what a lost connection means. */
  readonly guard: <Result>(work: () => Promise<Result>) => Promise<Result>
  /** The plugin's tables are others now. */
  readonly onChanged: (plugin: string) => void
  readonly drop: RehearsalPorts['drop']
}

/** Then the plugin's migrations and other backfills have a turn too. */
const BACKFILL_TURN = { ms: 5000, batches: Number.POSITIVE_INFINITY }

/** What changes the structure of plugins' tables, and what is known of how it became so. */
export class PluginMigrations {
  readonly #ports: Ports & MigrationPorts
  /** Each holds a connection of `pluginAdmin` besides that of its migrations. */
  readonly #rehearsals = new Turns(1)

  constructor(ports: Ports) {
    this.#ports = { ...ports, turns: new Turns(connectionBudget.pluginMigrations) }
  }

  /** See PluginDatabases. */
  async migrate(
    plugin: string,
    version: string,
    steps: readonly MigrationStep[],
  ): Promise<readonly string[]> {
    const { guard, onChanged } = this.#ports
    const done = await guard(() => runMigrations(this.#ports, plugin, version, steps))
    if (done.length > 0) onChanged(plugin)
    return done
  }

  /** All texts of the plugin that ran, in the order in which they did. */
  ledger(plugin: string): Promise<readonly LedgerEntry[]> {
    return this.#ports.guard(() => readLedger(this.#ports.pool, plugin))
  }

  /** One turn of a step's backfill; see backfill.ts. @throws CORE_PLUGIN_MIGRATION_FAILED */
  backfill(plugin: string, version: string, step: MigrationStep): Promise<BackfillProgress> {
    return this.#ports.guard(() => runBackfill(this.#ports, plugin, version, step, BACKFILL_TURN))
  }

  /** See contract.ts. @returns whether it ran; it runs once. @throws CORE_PLUGIN_MIGRATION_FAILED */
  async contract(
    plugin: string,
    version: string,
    step: MigrationStep,
    held: Held,
  ): Promise<boolean> {
    const { guard, onChanged } = this.#ports
    const how = { turn: BACKFILL_TURN, held }
    const isDone = await guard(() => runContract(this.#ports, plugin, version, step, how))
    if (isDone) onChanged(plugin)
    return isDone
  }

  /** Tries steps on a copy; see rehearsal/rehearse.ts. One at a time on each node. */
  rehearse(wish: RehearsalWish): Promise<RehearsalReport> {
    return this.#ports.guard(() => this.#rehearsals.take(() => rehearse(this.#ports, wish)))
  }

  /** Drops what rehearsals of killed hosts left behind. @returns how many there were */
  sweepRehearsals(): Promise<number> {
    return this.#ports.guard(() => sweepScratches(this.#ports))
  }
}
