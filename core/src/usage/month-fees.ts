import type { Knex } from 'knex'
import { type Snapshot, serviceKey } from '../rollout/routing/snapshot.ts'
import { RepeatedRun } from '../storage/repeated-run.ts'
import { insertMonthFees, type MonthFee } from './month-fees-store.ts'
import { MONTH } from './priced-units.ts'

/** A subscription that stands for less than this may be over before it was looked at, and owes no month. */
const LOOK_MS = 10 * 60_000

interface Ports {
  readonly knex: Knex
  readonly snapshot: () => Snapshot
  /** Milliseconds since the epoch by PostgreSQL's clock. */
  readonly now: () => number
  readonly log: { warn(fields: object, message: string): void }
}

/**
 * Enters what is to be paid by the month: once a month for a subscription that is active in it, at the price that it had
 * when it was seen first.
 */
export class MonthFees {
  readonly #ports: Ports
  readonly #runs = new RepeatedRun(() => this.#run(), LOOK_MS)

  constructor(ports: Ports) {
    this.#ports = ports
  }

  start(): void {
    this.#runs.start()
  }

  stop(): Promise<void> {
    return this.#runs.stop()
  }

  /** Never rejects. */
  run(): Promise<void> {
    return this.#runs.run()
  }

  async #run(): Promise<void> {
    const { knex, snapshot, now, log } = this.#ports
    try {
      const at = now()
      await insertMonthFees(knex, new Date(at), feesOf(snapshot(), at))
    } catch (err) {
      log.warn({ err }, 'what is paid by the month could not be entered')
    }
  }
}

/** What stands and is paid by the month. Pure. */
function feesOf({ subscriptions, providers }: Snapshot, at: number): readonly MonthFee[] {
  return [...subscriptions.values()].flatMap((one) => {
    const { id, tenant, app, service, major, price, state, expiresAt = Infinity } = one
    if (price?.per !== MONTH || state !== 'active' || one.isAppSuspended || expiresAt <= at)
      return []
    const plugin = providers.get(serviceKey(service, major)) ?? ''
    const agreed = `${price.amount} ${price.currency} ${MONTH}`
    return [{ subscription: id, tenant, app, service, major, plugin, price: agreed }]
  })
}
