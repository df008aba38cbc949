import { setTimeout as delay } from 'node:timers/promises'
import type { Knex } from 'knex'
import { Turns } from '../broker/db/turns.ts'
import { coreErrors } from '../errors.ts'
import { RepeatedRun } from '../storage/repeated-run.ts'
import { everyMs, type Wakes } from '../storage/wakes.ts'
import { type DeliverPorts, deliverEvent } from './deliver-event.ts'
import {
  type EndedTry,
  endTries,
  type InboxLoad,
  parkBlocked,
  renewLeases,
  type TakenDelivery,
  takeDeliveries,
  withdrawDeliveries,
} from './delivery-store.ts'
import type { DeliveryVerdict } from './delivery-verdict.ts'
import type { EventMetrics } from './event-metrics.ts'
import { GroupCommit } from './group-commit.ts'
import { servedBy } from './kept-deliveries.ts'
import { listKeptInboxes, releaseKept } from './kept-store.ts'
import { LeasedTries } from './leased-tries.ts'
import { redeliverEnded } from './redelivery-store.ts'
import { TellingLoop } from './telling-loop.ts'

interface Ports extends DeliverPorts {
  readonly knex: Knex
  readonly metrics: Pick<EventMetrics, 'deliveries' | 'lagSeconds'>
  /** Tells what becomes due by itself; without it, it is looked for. */
  readonly wakes?: Wakes
  readonly log: { warn(fields: object, message: string): void }
}

/** Handlers at once on this node: they wait more than they compute, and the sandbox has a line of its own. */
const MAX_RUNNING = 128
/** Of one plugin in one tenant: under half, so that one busy inbox always leaves room. */
const MAX_RUNNING_PER_INBOX = 48
/** From so many on handlers end one by one: what ends within this time is written down, and replaced by what is due, together. */
const BUSY = 16
const GATHER_MS = 20
/** A node that is killed holds what it had up this long; three upkeeps may fail before a live one loses it. */
const LEASE_MS = 8000
const UPKEEP_MS = 2000
/** Where nobody tells of it, what becomes due by itself, or was queued by another node, is found this late. */
const POLL_MS = 250
/** On stopping: longer than most handlers; what runs on is delivered again by whoever takes it next. */
const STOP_GRACE_MS = 2000

/** Hands events to plugins: takes what is due, runs the handlers, writes down how they ended. */
export class EventDispatcher {
  readonly #ports: Ports
  readonly #tries = new LeasedTries<TakenDelivery>()
  /** The writes of leases, one at a time: two would lock the same rows in two orders. */
  readonly #leases = new Turns(1)
  readonly #ends: GroupCommit<EndedTry, undefined>
  readonly #loop: TellingLoop
  readonly #upkeep: RepeatedRun
  /** Nothing was looked at since the last upkeep, which left nothing: none is needed. */
  #isAtRest = false

  constructor(ports: Ports) {
    this.#ports = ports
    const { log } = ports
    this.#loop = new TellingLoop({
      tell: () => this.#take(),
      waiting: 'events',
      gapMs: () => this.#gatherMs,
      wakes: ports.wakes ?? everyMs(POLL_MS),
      log,
    })
    this.#upkeep = new RepeatedRun(() => this.#keepUp(), UPKEEP_MS)
    this.#ends = new GroupCommit({
      write: async (ended) => {
        await this.#leases.take(() => endTries(ports.knex, ended))
        return ended.map(() => undefined)
      },
      weightOf: () => 1,
      maxBatch: MAX_RUNNING,
      maxWaiting: 4 * MAX_RUNNING,
      refusal: () => coreErrors.create('OVERLOADED'),
      gather: async () => {
        if (this.#gatherMs > 0) await delay(this.#gatherMs)
      },
    })
  }

  start(): void {
    this.#loop.start()
    this.#upkeep.start()
  }

  async stop(): Promise<void> {
    await this.#loop.stop()
    await this.#tries.settledWithin(STOP_GRACE_MS)
    await this.#upkeep.stop()
  }

  /** Something may be due. */
  look(): void {
    this.#loop.look()
  }

  /** @returns false: whoever ends next asks again */
  async #take(): Promise<boolean> {
    this.#isAtRest = false
    const total = MAX_RUNNING - this.#tries.size
    if (total === 0) return false
    const limits = { leaseMs: LEASE_MS, perInbox: MAX_RUNNING_PER_INBOX, total }
    const taken = await takeDeliveries(this.#ports.knex, this.#loads(), limits)
    for (const delivery of taken) this.#tries.begin(delivery, (one) => this.#try(one))
    return false
  }

  async #try(delivery: TakenDelivery): Promise<void> {
    const { metrics, now } = this.#ports
    if (delivery.tries === 0) {
      const lagMs = now() - delivery.publishedAt.getTime()
      metrics.lagSeconds.observe(Math.max(0, lagMs) / 1000)
    }
    const verdict = await deliverEvent(this.#ports, delivery)
    this.#tries.free(delivery)
    metrics.deliveries.inc({ plugin: delivery.plugin, outcome: labelOf(verdict) })
    const { id, fence } = delivery
    // What cannot be written is delivered again when its lease ends: at least once.
    await this.#ends.add({ id, fence, verdict }).catch((err: unknown) => this.#loop.tellAway(err))
    this.look()
  }

  get #gatherMs(): number {
    return this.#tries.size >= BUSY ? GATHER_MS : 0
  }

  #loads(): readonly InboxLoad[] {
    const loads = new Map<string, { tenant: string; plugin: string; running: number }>()
    for (const { tenant, plugin } of this.#tries.running) {
      const key = `${tenant}\n${plugin}`
      const load = loads.get(key) ?? { tenant, plugin, running: 0 }
      load.running++
      loads.set(key, load)
    }
    return [...loads.values()]
  }

  async #keepUp(): Promise<void> {
    const { knex } = this.#ports
    if (this.#isAtRest && this.#tries.size === 0) return
    this.#isAtRest = true
    try {
      await this.#leases.take(() => renewLeases(knex, this.#tries.running, LEASE_MS))
      await parkBlocked(knex)
      await withdrawDeliveries(knex)
      await this.#releaseKept()
      if ((await redeliverEnded(knex)) > 0) this.look()
    } catch (err) {
      this.#isAtRest = false
      this.#loop.tellAway(err)
    }
  }

  async #releaseKept(): Promise<void> {
    const { knex, snapshot } = this.#ports
    let released = 0
    for (const inbox of await listKeptInboxes(knex)) {
      released += await releaseKept(knex, inbox, servedBy(snapshot(), inbox.tenant, inbox.plugin))
    }
    if (released > 0) this.look()
  }
}

function labelOf({ state, isCounted }: DeliveryVerdict): string {
  if (state !== 'waiting') return state
  return isCounted ? 'retried' : 'delayed'
}
