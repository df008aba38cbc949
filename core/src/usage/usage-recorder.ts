import { randomUUID } from 'node:crypto'
import type { Knex } from 'knex'
import { coreErrors } from '../errors.ts'
import type { Snapshot, Subscription } from '../rollout/routing/snapshot.ts'
import { serviceKey } from '../rollout/routing/snapshot.ts'
import { RepeatedRun } from '../storage/repeated-run.ts'
import type { CallUse } from './call-use.ts'
import { type Priced, PriceLeases, type Taken } from './price-leases.ts'
import { MONTH } from './priced-units.ts'
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

/** Where nothing was counted, it says only so often that it lives and has counted nothing. */
const MARK_MS = 5000

/** A node that said nothing for so long is lost, or cannot reach PostgreSQL; what it says later counts all the same. */
const SILENT_S = 60
const LOST_MS = 30_000

interface Ports {
  readonly knex: Knex
  readonly snapshot: () => Snapshot
  /** Milliseconds since the epoch by PostgreSQL's clock: a node whose own jumps counts into no other month. */
  readonly now: () => number
  /** Milliseconds on a clock that never runs backwards. */
  readonly monotonic: () => number
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
  /** Of a call that has a price; absent too where it was paid before, or was refused before it was let in. */
  readonly taken: Taken | undefined
  /** What it took of a guest. */
  readonly use?: CallUse | undefined
}

/** An answer that was counted when it began, and goes on. */
export interface OpenAnswer extends Pick<CountedCall, 'subscription' | 'operation' | 'version'> {
  /** Bytes until now. */
  readonly bytes: () => number
}

interface Named {
  readonly name: UsageName
  readonly isOfPrice: boolean
}

/** Of a subscription: a few operations in two versions; more are named anew. */
const MAX_NAMES = 16

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
  readonly #open = new Map<OpenAnswer, number>()
  #named: { readonly snapshot: Snapshot | undefined; readonly names: Map<Subscription, Named[]> } =
    { snapshot: undefined, names: new Map() }
  #pending: Pending | undefined
  #number = 0
  #markedAt = Number.NEGATIVE_INFINITY
  #isAway = false

  private constructor(ports: Ports) {
    this.#ports = ports
    this.#leases = new PriceLeases({
      reserve: (of, calls) => this.#reserve(of, calls),
      now: ports.monotonic,
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
    if (price === undefined || price.per === MONTH) return undefined
    try {
      return await this.#leases.take({ subscription: id, price: priceText(price) })
    } catch (cause) {
      throw coreErrors.create('USAGE_NOT_COUNTED', { subscription: id }, { cause, retryAfterS: 2 })
    }
  }

  /** After it: one that was answered with 2xx is to be paid, and so is what it metered. */
  count(call: CountedCall): void {
    const { subscription, operation, version, status, bytesIn, bytesOut, taken, use } = call
    const name = this.#nameOf(subscription, operation, version, taken !== undefined)
    const statusClass = `${Math.trunc(status / 100)}xx`
    const isAnswered = statusClass === '2xx'
    const isPaid = taken !== undefined && isAnswered
    const at = this.#ports.now()
    const cpuUs = Math.round((use?.cpuMs ?? 0) * 1000)
    const sum = { statusClass, bytesIn, bytesOut, cpuUs, at }
    this.#ledger.addCall(name, sum, isPaid ? taken.lease : undefined)
    if (isPaid) taken.spend()
    else taken?.giveBack()
    if (!isAnswered || use?.units === undefined) return
    for (const [unit, n] of use.units) this.#ledger.addUnits(name, unit, n, at)
  }

  /** Its bytes are counted as they go: it may go on for days. @returns how to end it */
  follow(answer: OpenAnswer): () => void {
    this.#open.set(answer, answer.bytes())
    return () => {
      this.#countOpen(answer)
      this.#open.delete(answer)
    }
  }

  #countOpen(answer: OpenAnswer): void {
    const known = this.#open.get(answer)
    if (known === undefined) return
    const bytes = answer.bytes()
    if (bytes <= known) return
    this.#open.set(answer, bytes)
    const { subscription, operation, version } = answer
    const name = this.#nameOf(subscription, operation, version, false)
    const more = { bytesIn: 0, bytesOut: bytes - known, cpuUs: 0, calls: 0 } as const
    this.#ledger.addCall(name, { ...more, statusClass: '2xx', at: this.#ports.now() })
  }

  /** The same object for the same call while the snapshot is the same: see UsageLedger. */
  #nameOf(
    subscription: Subscription,
    operation: string,
    version: string,
    isPriced: boolean,
  ): UsageName {
    const snapshot = this.#ports.snapshot()
    if (this.#named.snapshot !== snapshot) this.#named = { snapshot, names: new Map() }
    const { names } = this.#named
    const known = names.get(subscription) ?? []
    for (const { name, isOfPrice } of known) {
      const isIt = name.operation === operation && name.version === version
      if (isIt && isOfPrice === isPriced) return name
    }
    const name = this.#newName(subscription, operation, version, isPriced)
    names.set(subscription, [...known.slice(-MAX_NAMES), { name, isOfPrice: isPriced }])
    return name
  }

  #newName(
    { id, tenant, app, service, major, price }: Subscription,
    operation: string,
    version: string,
    isPriced: boolean,
  ): UsageName {
    const plugin = this.#ports.snapshot().providers.get(serviceKey(service, major)) ?? ''
    const agreed = isPriced && price !== undefined ? priceText(price) : ''
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

  async #reserve({ subscription: id, price }: Priced, reserved: number): Promise<string> {
    const { knex, snapshot } = this.#ports
    const subscription = snapshot().subscriptions.get(id)
    if (subscription === undefined) throw new Error(`there is no subscription ${id}`)
    const { tenant, service, major, plugin } = this.#nameOf(subscription, '', '', true)
    const lease = randomUUID()
    const node = this.#node
    const of = { subscription: id, tenant, service, major, plugin, price }
    await insertLease(knex, { id: lease, node, ...of, reserved })
    return lease
  }

  async #write(): Promise<void> {
    const { monotonic, beside, log } = this.#ports
    try {
      // What may have been counted already is sent as it was: its number tells.
      if (this.#pending !== undefined) await this.#send(this.#pending)
      for (const answer of this.#open.keys()) this.#countOpen(answer)
      const over = this.#leases.takeOver()
      const isEmpty = this.#ledger.isEmpty && beside.isEmpty && over.length === 0
      if (isEmpty && monotonic() - this.#markedAt < MARK_MS) return
      this.#pending = {
        batch: this.#ledger.take(),
        beside: beside.take(),
        number: ++this.#number,
        takenAt: monotonic(),
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
    const { knex, monotonic } = this.#ports
    const takenS = (monotonic() - takenAt) / 1000
    await addBatch(knex, { ...batch, node: this.#node, number, takenS }, beside)
    this.#pending = undefined
    this.#markedAt = takenAt
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
