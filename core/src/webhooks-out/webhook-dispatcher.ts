import type { Counter } from 'prom-client'
import { LeasedTries } from '../events/leased-tries.ts'
import { TellingLoop } from '../events/telling-loop.ts'
import { RepeatedRun } from '../storage/repeated-run.ts'
import { everyMs, type Wakes } from '../storage/wakes.ts'
import {
  type EndpointLoad,
  parkBlocked,
  renewLeases,
  type TakenDelivery,
  takeDeliveries,
} from './out-delivery-store.ts'
import { type TryPorts, tryDelivery } from './try-delivery.ts'

interface Ports extends TryPorts {
  readonly tries: Pick<Counter<'outcome'>, 'inc'>
  /** Tells what becomes due by itself; without it, it is looked for. */
  readonly wakes?: Wakes
  readonly log: { warn(fields: object, message: string): void }
}

/** Requests at once on this node: they wait, and compute nothing. */
const MAX_RUNNING = 128
/** To one endpoint: a receiver that is slow has so many of the node's, and others have theirs. */
const MAX_RUNNING_PER_ENDPOINT = 8
/** A node that is killed holds what it had up this long; two upkeeps may fail before a live one loses it. */
const LEASE_MS = 10_000
const UPKEEP_MS = 3000
/** Where nobody tells of it, what becomes due by itself is found this late. */
const POLL_MS = 500
/** On stopping: what runs on is sent again by whoever takes it next. */
const STOP_GRACE_MS = 2000

/** Sends what is due: takes it, tries it, writes down how it went. One a node. */
export class WebhookDispatcher {
  readonly #ports: Ports
  readonly #tries = new LeasedTries<TakenDelivery>()
  readonly #loop: TellingLoop
  readonly #upkeep: RepeatedRun
  /** Nothing was looked at since the last upkeep: none is needed. */
  #isAtRest = false

  constructor(ports: Ports) {
    this.#ports = ports
    const { wakes = everyMs(POLL_MS), log } = ports
    const tell = () => this.take()
    this.#loop = new TellingLoop({ tell, waiting: 'webhooks', wakes, log })
    this.#upkeep = new RepeatedRun(() => this.#keepUp(), UPKEEP_MS)
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

  /** Takes what is due and begins with it. @returns whether there may be more to take right now */
  async take(): Promise<boolean> {
    const { knex, now } = this.#ports
    this.#isAtRest = false
    const total = MAX_RUNNING - this.#tries.size
    // Whoever ends next asks again.
    if (total === 0) return false
    const limits = {
      now: now(),
      leaseMs: LEASE_MS,
      perEndpoint: MAX_RUNNING_PER_ENDPOINT,
      total,
    }
    const taken = await takeDeliveries(knex, this.#loads(), limits)
    for (const delivery of taken) this.#tries.begin(delivery, (one) => this.#try(one))
    return false
  }

  /** Resolves when what was begun with is over, and was written down. */
  async settled(): Promise<void> {
    await this.#tries.settled()
  }

  async #try(delivery: TakenDelivery): Promise<void> {
    const { tries } = this.#ports
    try {
      tries.inc({ outcome: await tryDelivery(this.#ports, delivery) })
    } catch (err) {
      // It is sent again when its lease ends: at least once.
      this.#loop.tellAway(err)
    } finally {
      this.#tries.free(delivery)
    }
    this.look()
  }

  #loads(): readonly EndpointLoad[] {
    const loads = new Map<string, number>()
    for (const { endpoint } of this.#tries.running) {
      loads.set(endpoint, (loads.get(endpoint) ?? 0) + 1)
    }
    return [...loads].map(([endpoint, running]) => ({ endpoint, running }))
  }

  async #keepUp(): Promise<void> {
    const { knex, now } = this.#ports
    if (this.#isAtRest && this.#tries.size === 0) return
    this.#isAtRest = true
    try {
      await renewLeases(knex, this.#tries.running, { now: now(), leaseMs: LEASE_MS })
      await parkBlocked(knex, now())
    } catch (err) {
      this.#isAtRest = false
      this.#loop.tellAway(err)
    }
  }
}
