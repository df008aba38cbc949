import type { Localized } from '@signalbox/sdk/errors'
import type { Knex } from 'knex'
import { commitChange } from '../../audit/change.ts'
import type { BackfillProgress } from '../../broker/db/backfill.ts'
import { entryName, type LedgerEntry, type MigrationStep } from '../../broker/db/ledger.ts'
import { migrationSteps } from '../../registry/migration-steps.ts'
import { findInstallation, listFiles, stableVersion } from '../../registry/registry-store.ts'
import { lockInstalled } from '../../registry/serving-installation.ts'
import { RepeatedRun } from '../../storage/repeated-run.ts'
import { type ContractFacts, contractWaits } from './contract-rule.ts'
import { listDataPlugins, listServing, readHolders } from './later-steps-store.ts'

interface Ports {
  readonly knex: Knex
  readonly read: (sha256: string) => Promise<Buffer | undefined>
  readonly databases: {
    ledger(plugin: string): Promise<readonly LedgerEntry[]>
    backfill(plugin: string, version: string, step: MigrationStep): Promise<BackfillProgress>
    /** @returns false where another node was first */
    contract(plugin: string, version: string, step: MigrationStep): Promise<boolean>
  }
  /** How long a completed rollout can be taken back. */
  readonly windowMs: number
  readonly now: () => number
  readonly log: {
    info(fields: object, message: string): void
    warn(fields: object, message: string): void
  }
}

/** A backfill has 5 of these 20 seconds; a contract has waited for days. */
const LOOK_EVERY_MS = 20_000

/** Versions whose steps are remembered, as a version never changes: some kilobytes each. */
const MAX_REMEMBERED = 1000

const caller = { actor: 'host', traceId: null }

interface Found {
  /** Steps of all versions that serve, by name. */
  readonly steps: readonly (MigrationStep & { readonly version: string })[]
  /** Of each version the names of its steps. */
  readonly known: ReadonlyMap<string, ReadonlySet<string>>
  readonly ledger: ReadonlySet<string>
}

export interface WaitingPart {
  readonly step: string
  readonly part: 'backfill' | 'contract'
  readonly reason: Localized
}

/**
 * Runs what a version's steps leave for later: backfills in turns as soon as the step stands, contracts when no older
 * version can be needed any more. What is done stands in the plugin's ledger, so every node may look, and a killed one
 * leaves nothing but work.
 */
export class LaterStepsService {
  readonly #ports: Ports
  readonly #troubled = new Set<string>()
  readonly #steps = new Map<string, readonly MigrationStep[]>()
  readonly #looks = new RepeatedRun(() => this.look(), LOOK_EVERY_MS)
  #isStopped = false

  constructor(ports: Ports) {
    this.#ports = ports
  }

  start(): void {
    this.#looks.start()
  }

  stop(): Promise<void> {
    this.#isStopped = true
    return this.#looks.stop()
  }

  /** One turn of every plugin. Never rejects. */
  async look(): Promise<void> {
    if (this.#isStopped) return
    try {
      for (const plugin of await listDataPlugins(this.#ports.knex)) await this.#alone(plugin)
      this.#troubled.delete('')
    } catch (err) {
      this.#tell('', { err }, 'backfills and contracts cannot be looked for')
    }
  }

  /** What has not run yet, and what it waits for. */
  async waiting(plugin: string): Promise<readonly WaitingPart[]> {
    const found = await this.#find(plugin)
    const backfills = pendingOf(found, 'backfill').map(({ name }): WaitingPart => {
      return { step: name, part: 'backfill', reason: underWay }
    })
    const contracts: WaitingPart[] = []
    for (const step of pendingOf(found, 'contract')) {
      const reason = await this.#reason(this.#ports.knex, plugin, step, found)
      contracts.push({ step: step.name, part: 'contract', reason: reason ?? underWay })
    }
    return [...backfills, ...contracts]
  }

  /** One plugin whose text fails must not keep the others waiting. */
  async #alone(plugin: string): Promise<void> {
    if (this.#isStopped) return
    try {
      const found = await this.#find(plugin)
      for (const step of pendingOf(found, 'backfill')) await this.#backfill(plugin, step)
      await this.#contract(plugin)
      this.#troubled.delete(plugin)
    } catch (err) {
      this.#tell(
        plugin,
        { err, plugin },
        'a backfill or contract of a plugin failed; it is tried again',
      )
    }
  }

  async #backfill(plugin: string, step: MigrationStep & { version: string }): Promise<void> {
    if (this.#isStopped) return
    const { version, name } = step
    const { isDone, rows } = await this.#ports.databases.backfill(plugin, version, step)
    const message = isDone ? 'a backfill is done' : 'a backfill goes on in its next turn'
    this.#ports.log.info({ plugin, version, step: name, rows }, message)
  }

  /** In the order of the steps: the first that waits keeps the later ones. */
  async #contract(plugin: string): Promise<void> {
    const found = await this.#find(plugin)
    for (const step of pendingOf(found, 'contract')) {
      if (this.#isStopped || !(await this.#contractOne(plugin, step, found))) return
    }
  }

  /**
   * The plugin's row is held meanwhile, so that nobody promotes or rolls back under it. The tables are in another
   * database: a host that is killed between the two commits has contracted and does not say so in the audit.
   */
  async #contractOne(
    plugin: string,
    step: MigrationStep & { version: string },
    found: Found,
  ): Promise<boolean> {
    const { knex, databases, log } = this.#ports
    if ((await this.#reason(knex, plugin, step, found)) !== undefined) return false
    const { version, name } = step
    const subject = `${plugin}@${version}`
    const change = { ...caller, action: 'plugin.contracted', subject, tenant: null }
    try {
      await commitChange(knex, { ...change, detail: { step: name } }, async (trx) => {
        await lockInstalled(trx, plugin)
        if ((await this.#reason(trx, plugin, step, found)) !== undefined) throw new Overtaken()
        if (!(await databases.contract(plugin, version, step))) throw new Overtaken()
      })
    } catch (error) {
      if (error instanceof Overtaken) return false
      throw error
    }
    log.info({ plugin, version, step: name }, 'a migration was contracted')
    return true
  }

  async #reason(
    knex: Knex,
    plugin: string,
    step: MigrationStep,
    { known, ledger }: Found,
  ): Promise<Localized | undefined> {
    const { windowMs, now } = this.#ports
    const versions = [...known].filter(([, names]) => !names.has(step.name))
    const facts: ContractFacts = {
      ...(await readHolders(knex, plugin, windowMs)),
      now: now(),
      stable: (await stableVersion(knex, plugin)) ?? '',
      older: new Set(versions.map(([version]) => version)),
      isBackfilled: step.backfillSql === undefined || ledger.has(entryName(step.name, 'backfill')),
    }
    return contractWaits(facts)
  }

  async #find(plugin: string): Promise<Found> {
    const { knex, databases } = this.#ports
    const steps = new Map<string, MigrationStep & { version: string }>()
    const known = new Map<string, ReadonlySet<string>>()
    for (const version of await listServing(knex, plugin)) {
      const own = await this.#stepsOf(plugin, version)
      known.set(version, new Set(own.map(({ name }) => name)))
      for (const step of own) if (!steps.has(step.name)) steps.set(step.name, { ...step, version })
    }
    const inOrder = [...steps.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
    const leavesNothing = inOrder.every(({ backfillSql, contractSql }) => {
      return backfillSql === undefined && contractSql === undefined
    })
    const ledger = leavesNothing ? [] : await databases.ledger(plugin)
    return { steps: inOrder, known, ledger: new Set(ledger.map(({ name }) => name)) }
  }

  async #stepsOf(plugin: string, version: string): Promise<readonly MigrationStep[]> {
    const { knex } = this.#ports
    const key = `${plugin}@${version}`
    const remembered = this.#steps.get(key)
    if (remembered !== undefined) return remembered
    const installation = await findInstallation(knex, plugin, version)
    const files = await listFiles(knex, plugin, version)
    const read = async (sha256: string) => (await this.#ports.read(sha256))?.toString('utf8') ?? ''
    const steps = await migrationSteps(installation?.manifest.migrations, files, read)
    if (this.#steps.size >= MAX_REMEMBERED) this.#steps.clear()
    this.#steps.set(key, steps)
    return steps
  }

  /** When trouble begins, not each time it is met. */
  #tell(key: string, fields: object, message: string): void {
    if (!this.#troubled.has(key)) this.#ports.log.warn(fields, message)
    this.#troubled.add(key)
  }
}

/** Something came between the look and the lock: the next look decides anew. */
class Overtaken extends Error {}

const underWay: Localized = {
  en: 'nothing: it is done by itself in one of the next turns',
  'zh-CN': '无需等待：将在接下来的轮次中自动执行',
}

/** Steps that stand and whose later part has not run. */
function pendingOf({ steps, ledger }: Found, part: 'backfill' | 'contract') {
  return steps.filter((step) => {
    const text = part === 'backfill' ? step.backfillSql : step.contractSql
    return text !== undefined && ledger.has(step.name) && !ledger.has(entryName(step.name, part))
  })
}
