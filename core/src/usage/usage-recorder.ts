import { randomUUID } from 'node:crypto'
import type { Knex } from 'knex'
import { coreErrors } from '../errors.ts'
import type { Snapshot, Subscription } from '../rollout/routing/snapshot.ts'
import { serviceKey } from '../rollout/routing/snapshot.ts'
import { RepeatedRun } from '../storage/repeated-run.ts'
import { PriceLeases, type Taken } from './price-leases.ts'
import { type UsageBatch, UsageLedger, type UsageName } from './usage-ledger.ts'
import {
  addBatch,
  endNode,
  findLostNodes,
  insertLease,
  insertNode,
  settleLeases,
} from './usage-store.ts'

/** With the time of the write itself a kill -9 loses at most a second of calls that have no price. */
const FLUSH_MS = 800

/** A node that said nothing for so long is lost, or cannot reach PostgreSQL; what it says later counts all the same. */
const SILENT_S = 60
const LOST_MS = 30_000

interface Ports {
  readonly knex: Knex
  readonly snapshot: () => Snapshot
  readonly now: () => number
  /** This data folder: who starts in it knows that nobody else runs in it. */
  readonly folder: string
  /** What else is counted in memory: written in the transaction of a batch, and so once too. */
  readonly beside: CountedBeside
  readonly log: { warn(fields: object, message: string): void }
}

export interface CountedBeside {
  readonly isEmpty: boolean
  /** Empties it. @returns what writes it; each time the same */
  take(): (trx: Knex.Transaction) => Promise<void>
}

export interface CountedCall {
  readonly subscription: Subscription
  readonly operation: string
  readonly version: string
  readonly status: number
  readonly bytesIn: number
  readonly bytesOut: number
  /** Of a call that has a price. */
  readonly taken: Taken | undefined
}

export interface MeteredUnits {
  readonly tenant: string
  readonly app: string
  /** `orders.demand@1/list`, as the app called it. */
  readonly called: string
  readonly version: string
  readonly unit: string
  readonly n: number
}

interface Pending {
  readonly batch: UsageBatch
  readonly beside: (trx: Knex.Transaction) => Promise<void>
  readonly number: number
  readonly takenAt: number
  readonly over: readonly string[]
}

/** Counts what subscribers use: in memory first, in numbered batches that are counted once, whatever is sent again. */
export class UsageRecorder {
  readonly #ports: Ports
  readonly #node = randomUUID()
  readonly #ledger = new UsageLedger()
  readonly #leases: PriceLeases
  readonly #runs = new RepeatedRun(() => this.#write(), FLUSH_MS)
  readonly #looks = new RepeatedRun(() => this.#lookForLost(), LOST_MS)
  #pending: Pending | undefined
  #number = 0
  #isAway = false

  private constructor(ports: Ports) {
    this.#ports = ports
    this.#leases = new PriceLeases({
      reserve: (subscription, calls) => this.#reserve(subscription, calls),
      now: ports.now,
    })
  }

  /** The row of this run is there before the first call: whoever finds it knows from when on it may have lost some. */
  static async open(ports: Ports): Promise<UsageRecorder> {
    const recorder = new UsageRecorder(ports)
    await insertNode(ports.knex, { node: recorder.#node, folder: ports.folder })
    await recorder.#lookForLost()
    return recorder
  }

  start(): void {
    this.#runs.start()
    this.#looks.start()
  }

  async stop(): Promise<void> {
    await this.#looks.stop()
    await this.#runs.stop()
    await this.flush()
    if (this.#pending === undefined && this.#ledger.isEmpty && this.#ports.beside.isEmpty) {
      await endNode(this.#ports.knex, this.#node)
    }
  }

  /** Never rejects: what cannot be written now is written with the next. */
  flush(): Promise<void> {
    return this.#runs.run()
  }

  /**
   * Before a call that has a price is made.
   * @returns undefined where it has none
   * @throws CORE_USAGE_NOT_COUNTED
   */
  async admit({ id, price }: Subscription): Promise<Taken | undefined> {
    if (price === undefined) return undefined
    try {
      return await this.#leases.take(id)
    } catch (cause) {
      throw coreErrors.create('USAGE_NOT_COUNTED', { subscription: id }, { cause, retryAfterS: 2 })
    }
  }

  /** After it: one that was answered with 2xx is to be paid. */
  count(call: CountedCall): void {
    const { subscription, operation, version, status, bytesIn, bytesOut, taken } = call
    const name = this.#nameOf(subscription, operation, version)
    const statusClass = `${Math.trunc(status / 100)}xx`
    const isPaid = taken !== undefined && statusClass === '2xx'
    const sum = { statusClass, bytesIn, bytesOut, at: this.#ports.now() }
    this.#ledger.addCall(name, sum, isPaid ? taken.lease : undefined)
    if (isPaid) taken.spend()
    else taken?.giveBack()
  }

  /** What the plugin that an app called metered for it. */
  addUnits({ tenant, app, called, version, unit, n }: MeteredUnits): void {
    const [, service = '', major = '', operation = ''] = /^(.+)@(\d+)\/(.+)$/.exec(called) ?? []
    for (const subscription of this.#ports.snapshot().subscriptions.values()) {
      const isIt =
        subscription.app === app &&
        subscription.tenant === tenant &&
        subscription.service === service &&
        subscription.major === Number(major)
      if (!isIt) continue
      const name = this.#nameOf(subscription, operation, version)
      this.#ledger.addUnits(name, unit, n, this.#ports.now())
      return
    }
  }

  #nameOf(subscription: Subscription, operation: string, version: string): UsageName {
    const { id, tenant, app, service, major, price } = subscription
    const plugin = this.#ports.snapshot().providers.get(serviceKey(service, major)) ?? ''
    const agreed = price === undefined ? '' : priceText(price)
    return {
      tenant,
      app,
      subscription: id,
      service,
      major,
      plugin,
      version,
      operation,
      price: agreed,
    }
  }

  async #reserve(id: string, reserved: number): Promise<string> {
    const { knex, snapshot } = this.#ports
    const subscription = snapshot().subscriptions.get(id)
    if (subscription === undefined) throw new Error(`there is no subscription ${id}`)
    const { tenant, service, major, plugin, price } = this.#nameOf(subscription, '', '')
    const lease = randomUUID()
    const node = this.#node
    const of = { subscription: id, tenant, service, major, plugin, price }
    await insertLease(knex, { id: lease, node, ...of, reserved })
    return lease
  }

  async #write(): Promise<void> {
    const { now, beside, log } = this.#ports
    try {
      // What may have been counted already is sent as it was: its number tells.
      if (this.#pending !== undefined) await this.#send(this.#pending)
      const over = this.#leases.takeOver()
      this.#pending = {
        batch: this.#ledger.take(),
        beside: beside.take(),
        number: ++this.#number,
        takenAt: now(),
        over,
      }
      await this.#send(this.#pending)
      this.#isAway = false
    } catch (err) {
      if (!this.#isAway) log.warn({ err }, 'usage waits for PostgreSQL')
      this.#isAway = true
    }
  }

  async #send({ batch, beside, number, takenAt, over }: Pending): Promise<void> {
    const { knex, now } = this.#ports
    const takenS = Math.max(0, now() - takenAt) / 1000
    await addBatch(knex, { ...batch, node: this.#node, number, takenS }, beside)
    this.#pending = undefined
    if (over.length === 0) return
    await settleLeases(knex, over).catch((error: unknown) => {
      this.#leases.giveBackOver(over)
      throw error
    })
  }

  async #lookForLost(): Promise<void> {
    const { knex, folder, log } = this.#ports
    try {
      const lost = await findLostNodes(knex, { folder, node: this.#node, silentS: SILENT_S })
      if (lost > 0)
        log.warn({ lost }, 'a node ended out of order: its last second may not be counted')
    } catch (err) {
      log.warn({ err }, 'lost nodes could not be looked for')
    }
  }
}

/** As it stands beside each count: what was agreed then, whatever the plan says later. */
function priceText({ amount, currency, per }: NonNullable<Subscription['price']>): string {
  return `${amount} ${currency} ${per}`
}
