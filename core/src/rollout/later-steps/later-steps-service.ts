import type { Localized } from '@signalbox/sdk/errors'
import type { Knex } from 'knex'
import { commitChange } from '../../audit/change.ts'
import type { BackfillProgress } from '../../broker/db/backfill.ts'
import type { Held } from '../../broker/db/contract.ts'
import { entryName, type LedgerEntry, type MigrationStep } from '../../broker/db/ledger.ts'
import { migrationSteps } from '../../registry/migration-steps.ts'
import { findInstallation, listFiles, stableVersion } from '../../registry/registry-store.ts'
import { lockInstalled } from '../../registry/serving-installation.ts'
import { RepeatedRun } from '../../storage/repeated-run.ts'
import type { LoadedVersion } from '../../trust/load-verifier.ts'
import { backfillWaits } from './backfill-rule.ts'
import { type ContractFacts, contractWaits } from './contract-rule.ts'
import { listDataPlugins, listServing, readHolders } from './later-steps-store.ts'

interface Ports {
  readonly knex: Knex
  /** A file of a version; held to what was installed. */
  readonly read: (sha256: string, of: LoadedVersion) => Promise<Buffer | undefined>
  readonly databases: {
    ledger(plugin: string): Promise<readonly LedgerEntry[]>
    backfill(plugin: string, version: string, step: MigrationStep): Promise<BackfillProgress>
    /** @returns false where another node was first, or rows are left to fill */
    contract(plugin: string, version: string, step: MigrationStep, held: Held): Promise<boolean>
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

/** For whoever changes the plugin; a contract is tried again at the next look. */
const ROW_WAIT_MS = 2000

const caller = { actor: 'host', traceId: null }

interface Known {
  /** Steps of all versions that serve, by name. */
  readonly steps: readonly (MigrationStep & { readonly version: string })[]
  /** Of each version the names of its steps. */
  readonly known: ReadonlyMap<string, ReadonlySet<string>>
}

interface Found extends Known {
  readonly ledger: ReadonlySet<string>
}

export interface WaitingPart {
  readonly step: string
  readonly part: 'backfill' | 'contract'
  readonly reason: Localized
}

/**
 * Runs what a version's steps leave for later: backfills in turns as soon as a rollout to it has started, contracts when
 * no older version can be needed any more. What is done stands in the plugin's ledger, so every node may look, and a killed one
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
    const facts = await this.#facts(this.#ports.knex, plugin)
    const backfills = pendingOf(found, 'backfill').map((step): WaitingPart => {
      const reason = backfillWaits(facts, knowing(found, step)) ?? underWay
      return { step: step.name, part: 'backfill', reason }
    })
    const contracts = pendingOf(found, 'contract').map((step): WaitingPart => {
      const reason = contractReason(facts, found, step, isBackfilled(found, step)) ?? underWay
      return { step: step.name, part: 'contract', reason }
    })
    return [...backfills, ...contracts]
  }

  /** One plugin whose text fails must not keep the others waiting. */
  async #alone(plugin: string): Promise<void> {
    if (this.#isStopped) return
    try {
      const found = await this.#find(plugin)
      for (const step of pendingOf(found, 'backfill')) {
        const facts = await this.#facts(this.#ports.knex, plugin)
        if (backfillWaits(facts, knowing(found, step)) === undefined) {
          await this.#backfill(plugin, step)
        }
      }
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
   * The plugin's row is held while the text runs, and not while it waits for its turn, so that nobody promotes or rolls
   * back under it; what is installed, and who is served by what, is looked for again under it. The tables are in another
   * database: a host that is killed between the two commits has contracted and does not say so in the audit.
   */
  async #contractOne(
    plugin: string,
    step: MigrationStep & { version: string },
    found: Found,
  ): Promise<boolean> {
    const { knex, databases, log } = this.#ports
    const facts = await this.#facts(knex, plugin)
    const backfilled = isBackfilled(found, step)
    if (contractReason(facts, found, step, backfilled) !== undefined) return false
    const { version, name } = step
    const subject = `${plugin}@${version}`
    const action = 'plugin.contracted'
    const change = { ...caller, action, subject, tenant: null, detail: { step: name } }
    const held: Held = (run) =>
      commitChange(knex, change, async (trx) => {
        await trx.raw(`set local lock_timeout = ${ROW_WAIT_MS}`)
        await lockInstalled(trx, plugin)
        const now = await this.#known(trx, plugin)
        const reason = contractReason(await this.#facts(trx, plugin), now, step, backfilled)
        if (reason !== undefined) throw new Overtaken()
        await run()
      })
    try {
      if (!(await databases.contract(plugin, version, step, held))) return false
    } catch (error) {
      if (error instanceof Overtaken) return false
      throw error
    }
    log.info({ plugin, version, step: name }, 'a migration was contracted')
    return true
  }

  async #facts(knex: Knex, plugin: string): Promise<Facts> {
    const { windowMs, now } = this.#ports
    const stable = (await stableVersion(knex, plugin)) ?? ''
    return { ...(await readHolders(knex, plugin, windowMs)), now: now(), stable }
  }

  async #find(plugin: string): Promise<Found> {
    const { knex, databases } = this.#ports
    const found = await this.#known(knex, plugin)
    const leavesNothing = found.steps.every(({ backfillSql, contractSql }) => {
      return backfillSql === undefined && contractSql === undefined
    })
    const ledger = leavesNothing ? [] : await databases.ledger(plugin)
    return { ...found, ledger: new Set(ledger.map(({ name }) => name)) }
  }

  async #known(knex: Knex, plugin: string): Promise<Known> {
    const steps = new Map<string, MigrationStep & { version: string }>()
    const known = new Map<string, ReadonlySet<string>>()
    for (const version of await listServing(knex, plugin)) {
      const own = await this.#stepsOf(knex, plugin, version)
      known.set(version, new Set(own.map(({ name }) => name)))
      for (const step of own) if (!steps.has(step.name)) steps.set(step.name, { ...step, version })
    }
    return { steps: [...steps.values()].sort((a, b) => (a.name < b.name ? -1 : 1)), known }
  }

  async #stepsOf(knex: Knex, plugin: string, version: string): Promise<readonly MigrationStep[]> {
    const key = `${plugin}@${version}`
    const remembered = this.#steps.get(key)
    if (remembered !== undefined) return remembered
    const installation = await findInstallation(knex, plugin, version)
    const files = await listFiles(knex, plugin, version)
    const of = { plugin, version }
    const read = async (sha256: string) =>
      (await this.#ports.read(sha256, of))?.toString('utf8') ?? ''
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

type Facts = Omit<ContractFacts, 'older' | 'isBackfilled'>

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

/** Versions that know a step. */
function knowing({ known }: Known, { name }: MigrationStep): ReadonlySet<string> {
  return new Set([...known].filter(([, names]) => names.has(name)).map(([version]) => version))
}

function isBackfilled({ ledger }: Found, { name, backfillSql }: MigrationStep): boolean {
  return backfillSql === undefined || ledger.has(entryName(name, 'backfill'))
}

function contractReason(facts: Facts, found: Known, step: MigrationStep, isFilled: boolean) {
  const knows = knowing(found, step)
  const older = new Set([...found.known.keys()].filter((version) => !knows.has(version)))
  return contractWaits({ ...facts, older, isBackfilled: isFilled })
}
