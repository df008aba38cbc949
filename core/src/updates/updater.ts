import { CodedError } from '@signalbox/sdk/errors'
import type { Knex } from 'knex'
import { recordChange } from '../audit/change.ts'
import type { InstallService } from '../registry/install-service.ts'
import { findInstallation } from '../registry/registry-store.ts'
import type { RolloutService } from '../rollout/rollout-service.ts'
import { sharingStates } from '../rollout/rollout-states.ts'
import { listOutcomes } from '../rollout/rollout-store.ts'
import { OneAtATime } from '../storage/one-at-a-time.ts'
import { type AttemptCommand, nextAttemptState } from './attempt-states.ts'
import type { OutlookReader } from './outlook-reader.ts'
import { askedFor, type JudgedRelease, nextMoment } from './update-decision.ts'
import {
  type AttemptReason,
  type Claimed,
  claimUpdate,
  holdUpdate,
  lockAttempt,
  putAttempt,
  releaseUpdate,
} from './update-store.ts'
import { takeWakes } from './update-wake-store.ts'

/** What no change tells of is found within this: a freeze whose time is over, a host that is another version. */
const RECHECK_MS = 10 * 60_000
/** After a look that failed: PostgreSQL or the marketplace was away. */
const RETRY_MS = 60_000
/** Held anew while a look goes on; of a node that was killed, another goes on after it. */
const LEASE_MS = 60_000

interface Ports {
  readonly knex: Knex
  readonly outlooks: Pick<OutlookReader, 'read'>
  readonly installs: Pick<InstallService, 'install'>
  readonly rollouts: Pick<RolloutService, 'create' | 'command'>
  readonly log: { warn(fields: object, message: string): void }
  /** For tests. */
  readonly leaseMs?: number
}

/** The automation, in the audit. */
const caller = { actor: 'updates', traceId: null }

/**
 * Rolls newer versions out where their operator asked for it: the usual installation and the usual rollout, with its
 * canary and its judge. Every node runs one; a plugin is looked at by one of them at a time.
 */
export class Updater {
  readonly #ports: Ports
  readonly #looking = new OneAtATime(() => this.#lookAtAll())
  #isAway = false
  #isStopped = false

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /** Never rejects. */
  look(): void {
    this.#looking.ask()
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    await this.#looking.stop()
  }

  async #lookAtAll(): Promise<void> {
    const { knex, log, leaseMs = LEASE_MS } = this.#ports
    try {
      for (;;) {
        if (this.#isStopped) return
        await takeWakes(knex)
        const claimed = await claimUpdate(knex, leaseMs)
        this.#isAway = false
        if (claimed === undefined) return
        await this.#alone(claimed, leaseMs)
      }
    } catch (err) {
      if (!this.#isAway) log.warn({ err }, 'updates cannot be looked for')
      this.#isAway = true
    }
  }

  /** One plugin that cannot be looked at must not keep the others. */
  async #alone(claimed: Claimed, leaseMs: number): Promise<void> {
    const { knex, log } = this.#ports
    const { plugin } = claimed
    const hold = setInterval(() => {
      holdUpdate(knex, plugin, leaseMs).catch((err: unknown) =>
        log.warn({ err, plugin }, 'an update under way cannot be held'),
      )
    }, leaseMs / 3)
    hold.unref()
    let ms = RETRY_MS
    try {
      ms = await this.#lookAt(plugin)
    } catch (err) {
      log.warn({ err, plugin }, 'a plugin cannot be updated now; it is tried again')
    } finally {
      clearInterval(hold)
    }
    await releaseUpdate(knex, claimed, ms)
  }

  /** @returns milliseconds until the next look */
  async #lookAt(plugin: string): Promise<number> {
    const { next, stable, versions, now } = await this.#ports.outlooks.read(plugin)
    if (next !== null) await this.#update(plugin, stable, next)
    else {
      const asked = askedFor(versions)
      if (asked !== undefined) await this.#ask(plugin, asked)
    }
    const moment = nextMoment(versions)
    return moment === undefined ? RECHECK_MS : Math.min(Math.max(moment - now, 0), RECHECK_MS)
  }

  async #ask(plugin: string, { version, reasons }: JudgedRelease): Promise<void> {
    const detail = reasons.map(({ message }) => message.en).join('; ')
    await this.#move(plugin, version, 'ask', { code: reasons[0]?.code ?? '', detail })
  }

  async #update(plugin: string, stable: string, version: string): Promise<void> {
    await this.#move(plugin, version, 'begin')
    try {
      await this.#ports.installs.install(caller, plugin, version, undefined, stable)
      const rollout = await this.#rollOut(plugin, stable, version)
      await this.#move(plugin, version, 'start', null, rollout)
    } catch (error) {
      // An outage is no fault of the version: the next look goes on from here.
      if (!(error instanceof CodedError) || error.status >= 500) throw error
      const { knex } = this.#ports
      const fault = (await findInstallation(knex, plugin, version))?.fault
      const reason = { code: error.code, detail: error.message.slice(0, 2000) }
      await this.#move(plugin, version, fault ? 'fail' : 'refuse', reason)
    }
  }

  /** Planned at most once: one that a killed node left behind is gone on with. @returns its id */
  async #rollOut(plugin: string, stable: string, version: string): Promise<string> {
    const { knex, rollouts } = this.#ports
    const there = (await listOutcomes(knex, plugin)).find(
      ({ from, to, state }) =>
        from === stable && to === version && (state === 'ready' || sharingStates.includes(state)),
    )
    const { id, state } = there ?? (await rollouts.create(caller, { plugin, version }))
    if (state !== 'ready') return id
    const reason = {
      en: `an automatic update from ${stable}`,
      'zh-CN': `自 ${stable} 的自动更新`,
    }
    await rollouts.command(caller, id, 'start', { reason })
    return id
  }

  /** What was done before is not done again, and not told again. */
  async #move(
    plugin: string,
    version: string,
    command: AttemptCommand,
    reason: AttemptReason | null = null,
    rollout?: string,
  ): Promise<void> {
    const { knex } = this.#ports
    await knex.transaction(async (trx) => {
      const before = await lockAttempt(trx, plugin, version)
      const to = nextAttemptState(before?.state, command)
      if (to === undefined) return
      const planned = rollout === undefined ? {} : { rollout }
      await putAttempt(trx, { plugin, version, state: to, reason, ...planned })
      const detail = { plugin, version, ...(reason === null ? {} : { reason }), ...planned }
      const told = { action: `plugin.update-${to}`, subject: `${plugin}@${version}` }
      await recordChange(trx, { ...caller, ...told, tenant: null, detail }, null)
    })
  }
}
