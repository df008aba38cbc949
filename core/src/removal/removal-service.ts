import { setTimeout as delay } from 'node:timers/promises'
import type { Knex } from 'knex'
import { commitChange, commitRoutedChange } from '../audit/change.ts'
import { coreErrors } from '../errors.ts'
import type { Caller } from '../identity/identity-service.ts'
import { holdInstalls } from '../registry/installs-lock.ts'
import { type Fault, hasPlugin } from '../registry/registry-store.ts'
import { lockInstalled } from '../registry/serving-installation.ts'
import { ROLLBACK_WINDOW_MS } from '../rollout/rollout-facts.ts'
import type { RoutingTable } from '../rollout/routing/routing-table.ts'
import { lockFreezes } from '../rollout/standstill/freeze-store.ts'
import type { Exported } from './export/export-plugin.ts'
import { removalFacts } from './removal-facts-store.ts'
import { removalRefusal } from './removal-obstacles.ts'
import {
  type DataWish,
  firstRemovalState,
  nextRemovalState,
  type RemovalState,
} from './removal-states.ts'
import {
  deleteAtOnce,
  findPurged,
  findRemoval,
  insertRemoval,
  installedParts,
  lockRemoval,
  moveRemoval,
  takeOutOfService,
} from './removal-store.ts'
import type { RemovalWorker } from './removal-worker.ts'

/** How far a removal has come. */
export interface Removal {
  readonly plugin: string
  /** `kept` and `purged`: it is over. */
  readonly state: RemovalState | 'purged'
  readonly versions: readonly string[]
  readonly exported?: Exported
  /** Why it waits; it is tried again by itself. */
  readonly fault?: Fault
}

interface Ports {
  readonly knex: Knex
  readonly routing: Pick<RoutingTable, 'reach'>
  readonly worker: Pick<RemovalWorker, 'attend' | 'interrupt'>
}

/** Whoever asks is answered by then, with how far it has come. */
const ANSWER_MS = 15_000

/** Nothing of it is to be committed: somebody was first, and wanted the same. */
class Settled extends Error {}

/** Takes plugins out: out of service in one transaction, and then whatever they left, through removal-worker.ts. */
export class RemovalService {
  readonly #ports: Ports

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /**
   * To repeat it is harmless, and tells how far it has come.
   * @param wish undefined: its data is kept; of one that is under way, or over, nothing is changed
   * @throws CORE_PLUGIN_MISSING where there never was such a plugin, CORE_REMOVAL_… naming what stands in the way
   */
  async remove(caller: Caller, plugin: string, wish: DataWish | undefined): Promise<Removal> {
    const { knex } = this.#ports
    let isTurned = false
    if (await hasPlugin(knex, plugin)) await this.#begin(caller, plugin, wish ?? 'keep')
    else if (wish !== undefined) isTurned = await this.#turn(caller, plugin, wish)
    const waited = new AbortController()
    await Promise.race([
      this.#attend(plugin, isTurned),
      delay(ANSWER_MS, undefined, { signal: waited.signal, ref: false }).catch(() => undefined),
    ])
    waited.abort()
    return this.#look(plugin)
  }

  /**
   * How far its removal has come; changes nothing.
   * @throws CORE_REMOVAL_MISSING where it is installed, CORE_PLUGIN_MISSING where there never was such a plugin
   */
  async find(plugin: string): Promise<Removal> {
    if (await hasPlugin(this.#ports.knex, plugin)) {
      throw coreErrors.create('REMOVAL_MISSING', { plugin })
    }
    return this.#look(plugin)
  }

  /** @param isTurned what is under way here ends first: a statement of it may take minutes */
  async #attend(plugin: string, isTurned: boolean): Promise<void> {
    const { worker } = this.#ports
    if (isTurned) await worker.interrupt(plugin)
    await worker.attend(plugin, true)
  }

  async #look(plugin: string): Promise<Removal> {
    const { knex } = this.#ports
    const row = await findRemoval(knex, plugin)
    if (row !== undefined) {
      const { state, versions, exported, fault } = row
      return {
        plugin,
        state,
        versions,
        ...(exported === null ? {} : { exported }),
        ...(fault === null ? {} : { fault }),
      }
    }
    // All that is left of a purged plugin is what the audit remembers.
    const purged = await findPurged(knex, plugin)
    if (purged === undefined) throw coreErrors.create('PLUGIN_MISSING', { plugin })
    return { plugin, state: 'purged', ...purged }
  }

  /** Out of service, on every node, in one transaction with all that makes a plugin serve. */
  async #begin(caller: Caller, plugin: string, data: DataWish): Promise<void> {
    const { knex, routing } = this.#ports
    const detail: Record<string, unknown> = { data }
    const change = { ...caller, action: 'plugin.removed', subject: plugin, tenant: null, detail }
    try {
      const { generation } = await commitRoutedChange(knex, change, async (trx) => {
        await holdInstalls(trx)
        await this.#requireInstalled(trx, plugin)
        // Its versions first: then none of them is moved behind the back of what is read of them.
        const parts = await installedParts(trx, plugin)
        const refusal = removalRefusal(plugin, await removalFacts(trx, plugin, ROLLBACK_WINDOW_MS))
        if (refusal !== undefined) throw refusal
        detail.versions = parts.versions
        detail.gone = await deleteAtOnce(trx, plugin, 'at once')
        await takeOutOfService(trx, plugin)
        const state = firstRemovalState[data]
        const { actor: removedBy, traceId } = caller
        await insertRemoval(trx, { plugin, state, ...parts, removedBy, traceId })
      })
      await routing.reach(generation)
    } catch (error) {
      if (!(error instanceof Settled)) throw error
    }
  }

  /** Of several that ask at once the first one's wish counts: the others find it removed. */
  async #requireInstalled(trx: Knex.Transaction, plugin: string): Promise<void> {
    if ((await findRemoval(trx, plugin)) !== undefined) throw new Settled()
    // Moves of rollouts take the freezes first too, and wait for the plugin's row then.
    await lockFreezes(trx)
    await lockInstalled(trx, plugin)
  }

  /** Another wish for what was kept, or is not decided yet. @returns whether it changed anything */
  async #turn(caller: Caller, plugin: string, wish: DataWish): Promise<boolean> {
    const { knex } = this.#ports
    const detail: Record<string, unknown> = { data: wish }
    const change = { ...caller, action: 'plugin.removal_changed', subject: plugin, tenant: null }
    try {
      await commitChange(knex, { ...change, detail }, async (trx) => {
        const row = await lockRemoval(trx, plugin)
        const to = row === undefined ? undefined : nextRemovalState(row.state, wish)
        if (row === undefined || to === undefined || to === null) throw new Settled()
        detail.from = row.state
        detail.to = to
        await moveRemoval(trx, plugin, { from: row.state, to }, { removedBy: caller.actor })
      })
      return true
    } catch (error) {
      if (error instanceof Settled) return false
      throw error
    }
  }
}
