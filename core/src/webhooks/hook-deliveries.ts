import { CodedError } from '@signalbox/sdk/errors'
import type { Knex } from 'knex'
import type { RunEntry } from '../broker/entry-call.ts'
import type { Snapshot } from '../rollout/routing/snapshot.ts'
import { everyMs, type Wakes } from '../storage/wakes.ts'
import { afterAttempt } from './delivery-states.ts'
import { hookBody, hookInput } from './hook-input.ts'
import {
  type DueDelivery,
  deleteOver,
  redeliverEnded,
  settleDelivery,
  takeDue,
} from './hook-store.ts'
import { receiveGrant } from './receive-grant.ts'

interface Ports {
  readonly knex: Knex
  readonly snapshot: () => Snapshot
  readonly handle: RunEntry
  readonly now: () => number
  /** Uniform in [0, 1). */
  readonly random: () => number
  /** Tells what is due; without it, it is looked for. */
  readonly wakes?: Wakes
  readonly log: { warn(fields: object, message: string): void }
}

/** Where nobody tells of it, what waits for another try, or came by another node, is looked for so often. */
const LOOK_MS = 1000
/** Handled at once on a node. */
const AT_ONCE = 8
/** Longer than a handler may take; the manifest's own limit ends it earlier. */
const TRY_MS = 30_000
const LEASE_MS = 2 * TRY_MS
/** So long an admin can look at what is over, and have it delivered again. */
const KEPT_MS = 7 * 86_400_000
const CLEAN_MS = 600_000

interface Tried {
  /** It failed by; null: it was handled. */
  readonly code: string | null
  /** The rollout whose canary tried it in vain. */
  readonly triedIn: string | null
}

/** Hands webhooks to their plugins: at least once, with growing waits between tries. */
export class HookDeliveries {
  readonly #ports: Ports
  #end: () => void = () => undefined
  #cleanedAt = 0
  #work: Promise<void> | undefined
  #isWanted = false
  #isStopped = false

  constructor(ports: Ports) {
    this.#ports = ports
  }

  start(): void {
    this.#end = (this.#ports.wakes ?? everyMs(LOOK_MS)).begin(() => this.look())
  }

  /** Resolves when the tries that are under way have ended. */
  async stop(): Promise<void> {
    this.#isStopped = true
    this.#end()
    await this.#work
  }

  /** Something may be due. Costs nothing while there is work under way. */
  look(): void {
    this.#isWanted = true
    if (this.#work !== undefined || this.#isStopped) return
    this.#work = this.#run().finally(() => {
      this.#work = undefined
    })
  }

  async #run(): Promise<void> {
    try {
      while (this.#isWanted && !this.#isStopped) {
        this.#isWanted = false
        if ((await this.#deliverDue()) === AT_ONCE) this.#isWanted = true
      }
      // The next look finds them.
      await redeliverEnded(this.#ports.knex, this.#ports.now())
      await this.#clean()
    } catch (err) {
      this.#ports.log.warn({ err }, 'webhooks wait for PostgreSQL')
    }
  }

  async #deliverDue(): Promise<number> {
    const due = await takeDue(this.#ports.knex, {
      now: this.#ports.now(),
      leaseMs: LEASE_MS,
      limit: AT_ONCE,
    })
    await Promise.all(due.map((delivery) => this.#deliver(delivery)))
    return due.length
  }

  async #deliver(delivery: DueDelivery): Promise<void> {
    const { knex, now, random } = this.#ports
    const { code, triedIn } = await this.#try(delivery)
    const { state, waitMs } = afterAttempt(code === null, delivery.attempts, random())
    const nextAt = new Date(now() + waitMs)
    await settleDelivery(knex, delivery, { state, nextAt, code, triedIn })
  }

  async #try(delivery: DueDelivery): Promise<Tried> {
    const { id, tenant, plugin, path, traceId } = delivery
    // What was accepted under a grant that is gone waits for it as long as for anything else.
    const isGranted = receiveGrant(this.#ports.snapshot(), delivery) !== undefined
    if (!isGranted) return { code: 'CORE_HOOK_NOT_GRANTED', triedIn: null }
    const content = hookBody(delivery)
    try {
      const { outcome, triedIn = null } = await this.#ports.handle({
        plugin,
        tenant,
        entry: { kind: 'webhook', name: path },
        inputJson: hookInput(delivery, content),
        traceId,
        requestId: id,
        drawnFrom: content?.json,
        isRetry: delivery.attempts > 1,
        deadline: this.#ports.now() + TRY_MS,
        chain: [],
      })
      if (outcome.kind === 'ok') return { code: null, triedIn: null }
      return { code: outcome.kind === 'refused' ? outcome.code : outcome.error.code, triedIn }
    } catch (error) {
      if (error instanceof CodedError) return { code: error.code, triedIn: null }
      this.#ports.log.warn({ err: error, delivery: id }, 'a webhook could not be handed on')
      return { code: 'CORE_INTERNAL', triedIn: null }
    }
  }

  async #clean(): Promise<void> {
    const now = this.#ports.now()
    if (now - this.#cleanedAt < CLEAN_MS) return
    this.#cleanedAt = now
    await deleteOver(this.#ports.knex, new Date(now - KEPT_MS))
  }
}
