import type { Knex } from 'knex'
import { type Change, recordChanges } from '../audit/change.ts'
import { RepeatedRun } from '../storage/repeated-run.ts'
import type { DeprecationService } from './deprecation-service.ts'
import { dueNotice } from './notices.ts'
import { type CatalogPorts, commitReached } from './reached-change.ts'
import type { SubscriptionRow } from './subscription.ts'
import { decideSubscription } from './subscription-rules.ts'
import {
  listEnding,
  lockIdleSubscriptions,
  setNoticed,
  updateSubscription,
} from './subscription-store.ts'

/** A notice of days may come some seconds late; that a subscription is over, calls are told at the instant. */
const LOOK_MS = 10_000

/** Of one look; the next takes the others. */
const MAX_ENDING = 500

interface Ports extends CatalogPorts {
  readonly deprecations: Pick<DeprecationService, 'notify'>
  readonly log: { warn(fields: object, message: string): void }
}

/** Of one transaction, and one generation: some milliseconds that other changes wait. */
const AT_ONCE = 100

/** Not to be committed: another node did it all, or admins changed the ends meanwhile. */
class Nothing extends Error {}

const host = { actor: 'host', traceId: null } as const

/**
 * What time does to subscriptions: notices before the end, and the end. Every node looks; the rows are locked, and what
 * was told stands in it in the transaction of the telling, so that each notice is given once, across kills too.
 */
export class SubscriptionClock {
  readonly #ports: Ports
  readonly #looks: RepeatedRun

  constructor(ports: Ports) {
    this.#ports = ports
    this.#looks = new RepeatedRun(() => this.#lookSafely(), LOOK_MS)
  }

  start(): void {
    this.#looks.start()
  }

  stop(): Promise<void> {
    return this.#looks.stop()
  }

  /** @throws where PostgreSQL cannot be reached */
  async look(): Promise<void> {
    const { knex, now, deprecations } = this.#ports
    const ending = await listEnding(knex, now(), MAX_ENDING)
    const [over, near] = [true, false].map((isOver) =>
      ending.filter((one) => one.isOver === isOver).map(({ id }) => id),
    ) as [string[], string[]]
    for (const ids of batches(over)) await this.#expire(ids)
    for (const ids of batches(near)) await knex.transaction((trx) => this.#notice(trx, ids))
    await deprecations.notify()
  }

  async #lookSafely(): Promise<void> {
    await this.look().catch((err: unknown) => {
      this.#ports.log.warn({ err }, 'the ends of subscriptions could not be looked after')
    })
  }

  /** In one generation: every node reads the table of routes again for each. */
  async #expire(ids: readonly string[]): Promise<void> {
    const changes = (rows: readonly SubscriptionRow[]) =>
      rows.map((row) => changeOf('subscription.expire', row, {}))
    await commitReached(this.#ports, changes, (trx) => this.#end(trx, ids)).catch(
      (error: unknown) => {
        if (!(error instanceof Nothing)) throw error
      },
    )
  }

  async #end(trx: Knex.Transaction, ids: readonly string[]): Promise<SubscriptionRow[]> {
    const ask = { command: 'expire', actor: host.actor, sides: ['host'] } as const
    const facts = { now: this.#ports.now(), isDecided: false, plan: undefined }
    const ended: SubscriptionRow[] = []
    for (const row of await lockIdleSubscriptions(trx, ids)) {
      const change = decideSubscription(row, ask, facts)
      if (typeof change === 'string') continue
      await updateSubscription(trx, row.id, change)
      ended.push({ ...row, ...change })
    }
    if (ended.length === 0) throw new Nothing()
    return ended
  }

  /** Nothing that calls are routed by. */
  async #notice(trx: Knex.Transaction, ids: readonly string[]): Promise<void> {
    const at = this.#ports.now()
    const changes: Change[] = []
    for (const row of await lockIdleSubscriptions(trx, ids)) {
      const endsAt = row.expiresAt === null ? Number.POSITIVE_INFINITY : Date.parse(row.expiresAt)
      const days = dueNotice(endsAt, row.noticedDays, at)
      if (days === undefined || !['active', 'suspended'].includes(row.state)) continue
      await setNoticed(trx, row.id, days)
      changes.push(changeOf('subscription.expiring', row, { days }))
    }
    await recordChanges(trx, changes, null)
  }
}

function* batches(ids: readonly string[]): Generator<readonly string[]> {
  for (let from = 0; from < ids.length; from += AT_ONCE) yield ids.slice(from, from + AT_ONCE)
}

function told({ app, service, major, plan, expiresAt }: SubscriptionRow) {
  return { app, service, major, plan, expiresAt }
}

function changeOf(action: string, row: SubscriptionRow, more: object) {
  const { id, tenant } = row
  return { ...host, action, subject: id, tenant, detail: { ...told(row), ...more } }
}
