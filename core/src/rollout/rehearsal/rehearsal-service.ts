import type { Knex } from 'knex'
import { commitChange } from '../../audit/change.ts'
import type { LedgerEntry } from '../../broker/db/ledger.ts'
import {
  planDigest,
  planRehearsal,
  type RehearsalPlan,
} from '../../broker/db/rehearsal/rehearsal-plan.ts'
import type { RehearsalReport, RehearsalWish } from '../../broker/db/rehearsal/rehearse.ts'
import { coreErrors } from '../../errors.ts'
import type { Caller } from '../../identity/identity-service.ts'
import { type MigrationStep, migrationSteps } from '../../registry/migration-steps.ts'
import { findInstallation, type Installation, listFiles } from '../../registry/registry-store.ts'
import { RepeatedRun } from '../../storage/repeated-run.ts'
import type { LoadedVersion } from '../../trust/load-verifier.ts'
import { requireRollout } from '../describe-rollout.ts'
import {
  findRehearsal,
  listUnrehearsed,
  overrideRehearsal,
  putRehearsal,
  type Rehearsal,
  type VersionPair,
} from './rehearsal-store.ts'

interface Ports {
  readonly knex: Knex
  /** A file of a version; held to what was installed. */
  readonly read: (sha256: string, of: LoadedVersion) => Promise<Buffer | undefined>
  readonly databases: {
    ledger(plugin: string): Promise<readonly LedgerEntry[]>
    rehearse(wish: RehearsalWish): Promise<RehearsalReport>
    sweepRehearsals(): Promise<number>
  }
  /** @returns why the version failed on the scratch schema; undefined: it passed */
  readonly selfTest: (installation: Installation, scratch: string) => Promise<string | undefined>
  /** Of a start; 25 seconds when left out. */
  readonly waitMs?: number
  readonly log: {
    info(fields: object, message: string): void
    warn(fields: object, message: string): void
  }
}

/** A rollout that was planned is mostly started within the minute; what a killed host left is found as soon. */
const LOOK_EVERY_MS = 5000
/** Who starts a rollout waits for its rehearsal so long, and is then told that it is not there yet. */
const WAIT_MS = 25_000

const nothingTried: RehearsalReport = {
  reversible: true,
  differences: [],
  leftOut: 0,
  rows: {},
  steps: [],
  tookMs: 0,
}

/**
 * Rehearses the migrations of planned rollouts, once for each pair of versions, before they may start.
 *
 * The queue is the rollouts themselves: what is `ready` and has no rehearsal is to be rehearsed, so a killed host
 * loses none. Two nodes that do the same do it in two scratch schemas, and come to the same.
 */
export class RehearsalService {
  readonly #ports: Ports
  readonly #running = new Map<string, Promise<string>>()
  readonly #troubled = new Set<string>()
  readonly #looks = new RepeatedRun(() => this.#look(), LOOK_EVERY_MS)
  #isStopped = false

  constructor(ports: Ports) {
    this.#ports = ports
  }

  start(): void {
    this.#looks.start()
    void this.#looks.run()
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    await this.#looks.stop()
    await Promise.allSettled(this.#running.values())
  }

  /**
   * Whether a rollout between the two may start: all can be taken back, or an admin wrote why it may.
   * @param digest what `ensure` returned: what was found about other texts says nothing about these
   */
  async isMet(trx: Knex, pair: VersionPair, digest: string): Promise<boolean> {
    const found = await findRehearsal(trx, pair)
    if (found === undefined || found.digest !== digest) return false
    return found.verdict !== 'refused' || found.override !== null
  }

  /**
   * Rehearses unless the same texts were rehearsed before.
   * @returns the digest of the texts that stand now; undefined: it has not ended within 25 seconds
   */
  async ensure(pair: VersionPair): Promise<string | undefined> {
    const stopWaiting = new AbortController()
    const patience = new Promise<undefined>((done) => {
      const timer = setTimeout(() => done(undefined), this.#ports.waitMs ?? WAIT_MS)
      stopWaiting.signal.addEventListener('abort', () => clearTimeout(timer))
    })
    const work = this.#once(pair, false)
    return Promise.race([work, patience]).finally(() => stopWaiting.abort())
  }

  /** Once more, for rows that are others now. @throws CORE_ROLLOUT_MISSING */
  async again(id: string): Promise<Rehearsal | undefined> {
    const pair = await requireRollout(this.#ports.knex, id)
    await this.#once(pair, true)
    return findRehearsal(this.#ports.knex, pair)
  }

  /** @throws CORE_ROLLOUT_MISSING */
  async ofRollout(id: string): Promise<Rehearsal | undefined> {
    return findRehearsal(this.#ports.knex, await requireRollout(this.#ports.knex, id))
  }

  /**
   * Lets a migration through that cannot be taken back; the reason stands in the audit.
   * @throws CORE_ROLLOUT_MISSING, CORE_REHEARSAL_MISSING
   */
  async override(caller: Caller, id: string, reason: string): Promise<Rehearsal> {
    const { knex } = this.#ports
    const pair = await requireRollout(knex, id)
    const { plugin, from, to } = pair
    const detail = { plugin, from, to, reason }
    const action = 'rollout.rehearsal-overridden'
    await commitChange(
      knex,
      { ...caller, action, subject: id, tenant: null, detail },
      async (trx) => {
        if (await overrideRehearsal(trx, pair, { reason, by: caller.actor })) return
        throw coreErrors.create('REHEARSAL_MISSING', { rollout: id, plugin, from, to })
      },
    )
    return (await findRehearsal(knex, pair)) as Rehearsal
  }

  async #look(): Promise<void> {
    if (this.#isStopped) return
    try {
      await this.#ports.databases.sweepRehearsals()
      for (const pair of await listUnrehearsed(this.#ports.knex)) {
        if (this.#isStopped) return
        await this.#alone(pair)
      }
      this.#troubled.delete('')
    } catch (err) {
      this.#tell('', { err }, 'rehearsals cannot be looked for')
    }
  }

  /** One that cannot be done now must not keep the others from it. */
  async #alone(pair: VersionPair): Promise<void> {
    const { plugin, from, to } = pair
    try {
      await this.#once(pair, false)
      this.#troubled.delete(keyOf(pair))
    } catch (err) {
      this.#tell(keyOf(pair), { err, plugin, from, to }, 'a migration cannot be rehearsed now')
    }
  }

  /** When trouble begins, not each time it is met. */
  #tell(key: string, fields: object, message: string): void {
    if (!this.#troubled.has(key)) this.#ports.log.warn(fields, message)
    this.#troubled.add(key)
  }

  #once(pair: VersionPair, isForced: boolean): Promise<string> {
    const key = keyOf(pair)
    const running =
      this.#running.get(key) ??
      this.#rehearse(pair, isForced).finally(() => this.#running.delete(key))
    this.#running.set(key, running)
    return running
  }

  /** @returns the digest of what is known now */
  async #rehearse(pair: VersionPair, isForced: boolean): Promise<string> {
    const { knex, databases, log, selfTest } = this.#ports
    const { plugin, from, to } = pair
    const stable = await this.#installation(plugin, from)
    const plan = await this.#plan(pair, stable)
    const digest = planDigest(plan)
    const known = await findRehearsal(knex, pair)
    if (known?.digest === digest && !isForced) return digest
    if (plan.contracted.length > 0) {
      const report = goneReport(plan.contracted)
      await putRehearsal(knex, pair, { verdict: 'refused', digest, report })
      return digest
    }
    if (plan.tried.length === 0) {
      await putRehearsal(knex, pair, { verdict: 'unneeded', digest, report: nothingTried })
      return digest
    }
    const report = await databases.rehearse({
      ...plan,
      plugin,
      version: to,
      selfTest: (scratch) => selfTest(stable, scratch),
    })
    const verdict = report.reversible ? 'reversible' : 'refused'
    await putRehearsal(knex, pair, { verdict, digest, report })
    log.info({ plugin, from, to, verdict, tookMs: report.tookMs }, 'a migration was rehearsed')
    return digest
  }

  async #plan({ plugin, from, to }: VersionPair, stable: Installation): Promise<RehearsalPlan> {
    const newer = await this.#installation(plugin, to)
    const [older, steps] = [await this.#stepsOf(stable), await this.#stepsOf(newer)]
    if (steps.length === 0 && older.length === 0) return { base: [], tried: [], contracted: [] }
    const ledger = await this.#ports.databases.ledger(plugin)
    return planRehearsal(ledger, { version: from, steps: older }, { version: to, steps })
  }

  async #stepsOf({ plugin, version, manifest }: Installation): Promise<readonly MigrationStep[]> {
    if (manifest.capabilities?.['db:own'] === undefined) return []
    const files = await listFiles(this.#ports.knex, plugin, version)
    const of = { plugin, version }
    const read = async (sha256: string) =>
      (await this.#ports.read(sha256, of))?.toString('utf8') ?? ''
    return migrationSteps(manifest.migrations, files, read)
  }

  async #installation(plugin: string, version: string): Promise<Installation> {
    const installation = await findInstallation(this.#ports.knex, plugin, version)
    if (installation === undefined) throw coreErrors.create('VERSION_MISSING', { plugin, version })
    return installation
  }
}

/** Nothing is tried: what the version needs is not there. */
function goneReport(steps: readonly string[]): RehearsalReport {
  const differences = steps.map((place) => {
    return { at: 'contracted', kind: 'failure', place, change: 'failed' } as const
  })
  return { ...nothingTried, reversible: false, differences }
}

function keyOf({ plugin, from, to }: VersionPair): string {
  return `${plugin} ${from} ${to}`
}
