import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { CodedError } from '@signalbox/sdk/errors'
import type { Knex } from 'knex'
import { commitRoutedChange } from '../audit/change.ts'
import type { PluginDatabases } from '../broker/db/plugin-databases.ts'
import { Turns } from '../broker/db/turns.ts'
import { coreErrors } from '../errors.ts'
import type { PluginOutboxes } from '../events/plugin-outboxes.ts'
import { holdInstalls } from '../registry/installs-lock.ts'
import type { Fault } from '../registry/registry-store.ts'
import type { RoutingTable } from '../rollout/routing/routing-table.ts'
import { exportPlugin } from './export/export-plugin.ts'
import { sourceOf } from './export/plugin-source.ts'
import { freeContents } from './free-contents.ts'
import { handClaims } from './handed-claims.ts'
import { HoldLost, RemovalHold } from './removal-hold.ts'
import { nextRemovalState, type RemovalState } from './removal-states.ts'
import {
  claimRemoval,
  deleteAtOnce,
  deleteInPieces,
  deletePlugin,
  heldFence,
  listUnattended,
  moveRemoval,
  noteFault,
  notInstalled,
  notThere,
  purgeLeases,
  type RemovalRow,
  renewRemoval,
  type Worker,
} from './removal-store.ts'

interface Log {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
}

export interface WorkerPorts {
  readonly knex: Knex
  readonly routing: Pick<RoutingTable, 'reach'>
  readonly schemas: Pick<
    PluginDatabases,
    'disablePlugin' | 'dropPlugin' | 'life' | 'tables' | 'rows'
  >
  readonly outboxes: Pick<PluginOutboxes, 'pending'>
  /** What this node has in memory of plugins' uses is written. */
  readonly flush: () => Promise<void>
  /** Folders of this node that are to go. */
  readonly resources: { forgetPurged(): Promise<void> }
  /** The node's data folder. */
  readonly home: string
  readonly node: () => Promise<string>
  readonly process: string
  readonly now: () => number
  readonly log: Log
}

/** A node that is gone is given up after this long; one that lives renews well before. */
const LEASE_S = 30
const RENEW_MS = 8000
/** What failed is not tried again at every look. */
const RETRY_S = 30
/** What fails again and again, as an export to a full disk, costs its whole work each time. */
const MOST_RETRY_S = 900
/** An export of a terabyte at the speed of one slow disk. */
const DEADLINE_MS = 6 * 3_600_000
/** Outboxes are emptied within seconds, or something is wrong that should be seen first. */
const DRAIN_MS = 10_000
/** Each may hold one of the few connections that make and drop schemas. */
const AT_ONCE = 2
/** What a call that was under way left in this or another node's memory is written by then. */
const LATE_MS = [10_000, 60_000]

/** Works at removals, this node's and those that another left, from state to state. */
export class RemovalWorker {
  readonly #ports: WorkerPorts
  readonly #running = new Map<string, Promise<void>>()
  readonly #holds = new Map<string, RemovalHold>()
  /** In a row, by plugin. */
  readonly #failures = new Map<string, number>()
  readonly #interrupted = new Set<string>()
  /** Each holds one of the few connections to the plugins' database, for as long as it takes. */
  readonly #exports = new Turns(1)
  #late: readonly { readonly plugin: string; readonly at: number }[] = []
  #isStopping = false

  constructor(ports: WorkerPorts) {
    this.#ports = ports
  }

  /** Begins whatever there is to do now; never rejects. */
  async look(): Promise<void> {
    await this.#attempt('folders of resources', () => this.#ports.resources.forgetPurged())
    await this.#attempt('what came late', () => this.#deleteLate())
    await this.#attempt('removals', async () => {
      for (const plugin of await listUnattended(this.#ports.knex, await this.#worker())) {
        // Beside the looks: an export may take hours. What finds no place now is found by the next look.
        if (!this.#isStopping && this.#running.size < AT_ONCE) void this.attend(plugin, false)
      }
    })
  }

  /**
   * Goes on with a removal until it is over, fails or is another's; one at a time for each plugin. Never rejects.
   * @param isAsked somebody waits for it: what was put off is tried now
   */
  attend(plugin: string, isAsked: boolean): Promise<void> {
    const running = this.#running.get(plugin)
    if (running !== undefined) return running
    const work = this.#goOn(plugin, isAsked).finally(() => this.#running.delete(plugin))
    this.#running.set(plugin, work)
    return work
  }

  /** It is to become something else. Resolves when nobody here works at it any more. */
  async interrupt(plugin: string): Promise<void> {
    this.#interrupted.add(plugin)
    this.#holds.get(plugin)?.give()
    await this.#running.get(plugin)
    this.#interrupted.delete(plugin)
  }

  /** What is under way stops where it is: the next start goes on from there. */
  async stop(): Promise<void> {
    this.#isStopping = true
    for (const hold of this.#holds.values()) hold.give()
    await Promise.all(this.#running.values())
  }

  async #worker(): Promise<Worker> {
    return { node: await this.#ports.node(), process: this.#ports.process }
  }

  async #goOn(plugin: string, isAsked: boolean): Promise<void> {
    await this.#attempt(plugin, async () => {
      let goesOn = true
      while (goesOn && !this.#isStopping && !this.#interrupted.has(plugin)) {
        const worker = await this.#worker()
        const row = await claimRemoval(this.#ports.knex, plugin, worker, LEASE_S, isAsked)
        goesOn = row !== undefined && (await this.#step(row, worker))
      }
    })
  }

  /** @returns whether there may be more to do */
  async #step(row: RemovalRow, worker: Worker): Promise<boolean> {
    const { knex, log } = this.#ports
    const { plugin, state } = row
    const hold = new RemovalHold({
      renew: () => renewRemoval(knex, row, worker, LEASE_S),
      everyMs: RENEW_MS,
      deadlineMs: DEADLINE_MS,
    })
    this.#holds.set(plugin, hold)
    // Asked while this was being claimed: what was read of it may be of before.
    if (this.#isStopping || this.#interrupted.has(plugin)) hold.give()
    try {
      hold.signal.throwIfAborted()
      await this.#work(row, worker, hold.signal)
      this.#failures.delete(plugin)
      return true
    } catch (err) {
      if (err instanceof HoldLost) return false
      log.warn({ err, plugin, state }, 'the removal of a plugin is put off')
      const failures = (this.#failures.get(plugin) ?? 0) + 1
      this.#failures.set(plugin, failures)
      await noteFault(knex, row, worker, faultOf(row, err), restS(failures))
      return false
    } finally {
      hold.end()
      this.#holds.delete(plugin)
    }
  }

  async #work(row: RemovalRow, worker: Worker, signal: AbortSignal): Promise<void> {
    const { knex, schemas } = this.#ports
    const { plugin, contents } = row
    // Whatever a call that was under way still holds: from here on nothing of the plugin writes.
    await schemas.disablePlugin(plugin)
    await this.#ports.flush()
    switch (row.state) {
      case 'exporting':
        return this.#exports.take(() => this.#export(row, worker, signal), signal)
      case 'keeping':
        await deleteInPieces(knex, plugin, 'soon', heldFence(row, worker), () =>
          signal.throwIfAborted(),
        )
        await freeContents(knex, contents)
        this.#remember(plugin)
        return this.#done(row, worker)
      case 'purging':
        return this.#purge(row, worker, signal)
      default:
        throw new Error(`${plugin} is ${row.state}: there is nothing to work at`)
    }
  }

  async #export(row: RemovalRow, worker: Worker, signal: AbortSignal): Promise<void> {
    const { home, now, log, knex, schemas } = this.#ports
    const ports = { root: join(home, 'exports'), now: () => new Date(now()), signal, log }
    const exported = await exportPlugin(ports, row, sourceOf({ knex, schemas }, row.plugin))
    await this.#done(row, worker, exported)
  }

  async #done(row: RemovalRow, by: Worker, exported?: RemovalRow['exported']): Promise<void> {
    const to = nextRemovalState(row.state, 'done') as RemovalState
    const more = exported == null ? { by } : { by, exported }
    const isMoved = await moveRemoval(this.#ports.knex, row.plugin, { from: row.state, to }, more)
    if (!isMoved) throw new HoldLost('it was to become something else')
  }

  async #purge(row: RemovalRow, worker: Worker, signal: AbortSignal): Promise<void> {
    const { knex, routing, schemas, resources } = this.#ports
    const { plugin, versions, exported, removedBy, traceId } = row
    // Before it is asked whether the removal is still ours: if it is, this is the schema that it is about.
    const life = await schemas.life(plugin)
    await this.#drained(plugin, signal)
    await this.#requireHeld(knex, row, worker)
    for (const when of ['soon', 'purge'] as const) {
      await deleteInPieces(knex, plugin, when, heldFence(row, worker), () =>
        signal.throwIfAborted(),
      )
    }
    await freeContents(knex, row.contents)
    await this.#requireHeld(knex, row, worker)
    if (life !== undefined) await schemas.dropPlugin(plugin, life)
    const detail = { versions, ...(exported === null ? {} : { exported }) }
    const change = { actor: removedBy, traceId, action: 'plugin.purged', subject: plugin }
    const { generation } = await commitRoutedChange(
      knex,
      { ...change, tenant: null, detail },
      async (trx) => {
        // What other plugins declare stays as handClaims reads it.
        await holdInstalls(trx)
        await trx('plugins').where({ name: plugin }).forUpdate().select('name')
        await this.#requireHeld(trx, row, worker)
        // Once more, with the plugin's row held: what waited for it by a foreign key has come, and no more can.
        for (const when of ['at once', 'soon', 'purge'] as const) {
          await deleteAtOnce(trx, plugin, when)
        }
        await handClaims(trx, plugin)
        await purgeLeases(trx, plugin)
        await deleteAtOnce(trx, plugin, 'last')
        if (!(await deletePlugin(trx, plugin))) throw new HoldLost('another node was first')
      },
    )
    await routing.reach(generation)
    this.#remember(plugin)
    await resources.forgetPurged()
  }

  /** Whoever stood still for longer than the lease may find the plugin removed, installed anew and at work. */
  async #requireHeld(knex: Knex, row: RemovalRow, worker: Worker): Promise<void> {
    if (await renewRemoval(knex, row, worker, LEASE_S)) return
    throw new HoldLost('another node goes on')
  }

  /** What the plugin published was acknowledged: it is in the log before its outbox goes. */
  async #drained(plugin: string, signal: AbortSignal): Promise<void> {
    const deadline = performance.now() + DRAIN_MS
    while ((await this.#ports.outboxes.pending()).includes(plugin)) {
      signal.throwIfAborted()
      if (performance.now() > deadline) throw new Error('its outbox is not emptied')
      await delay(100)
    }
  }

  #remember(plugin: string): void {
    const now = this.#ports.now()
    this.#late = [...this.#late, ...LATE_MS.map((after) => ({ plugin, at: now + after }))]
  }

  async #deleteLate(): Promise<void> {
    const { knex, now } = this.#ports
    const due = this.#late.filter(({ at }) => at <= now())
    this.#late = this.#late.filter(({ at }) => at > now())
    for (const plugin of new Set(due.map((one) => one.plugin))) {
      // It may be installed again at any time: each statement asks for itself.
      await deleteInPieces(knex, plugin, 'soon', notInstalled)
      await deleteInPieces(knex, plugin, 'purge', notThere)
    }
  }

  async #attempt(what: string, work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (err) {
      if (!this.#isStopping) this.#ports.log.warn({ err, what }, 'a removal cannot go on now')
    }
  }
}

/** How long it rests after so many failures in a row. Pure. */
export function restS(failures: number): number {
  return Math.min(MOST_RETRY_S, RETRY_S * 2 ** (failures - 1))
}

/** Why, for people; what is no refusal of ours is in the log, and only its short name leaves the host. */
function faultOf({ plugin, state }: RemovalRow, error: unknown): Fault {
  if (error instanceof CodedError) return { code: error.code, detail: error.message }
  const reason = (error as { code?: unknown } | null)?.code ?? 'see the log'
  const told = { plugin, reason: String(reason).slice(0, 40) }
  const refusal = coreErrors.create(
    state === 'exporting' ? 'EXPORT_FAILED' : 'REMOVAL_PUT_OFF',
    told,
  )
  return { code: refusal.code, detail: refusal.message }
}
