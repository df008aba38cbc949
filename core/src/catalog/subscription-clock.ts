import type { Knex } from 'knex'
import { recordChange } from '../audit/change.ts'
import { RepeatedRun } from '../storage/repeated-run.ts'
import type { DeprecationService } from './deprecation-service.ts'
import { dueNotice } from './notices.ts'
import { type CatalogPorts, commitReached } from './reached-change.ts'
import type { SubscriptionRow } from './subscription.ts'
import { decideSubscription } from './subscription-rules.ts'
import {
  findSubscription,
  listEnding,
  lockIdleSubscription,
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

/** Not to be committed: another node did it, or an admin changed the end meanwhile. */
class Nothing extends Error {}

const host = { actor: 'host', traceId: null } as const

/**
 * What time does to subscriptions: notices before the end, and the end. Every node looks; the row is locked, and what
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
    for (const id of await listEnding(knex, now(), MAX_ENDING)) {
      await this.#tend(id).catch((error: unknown) => {
        if (!(error instanceof Nothing)) throw error
      })
    }
    await deprecations.notify()
  }

  async #lookSafely(): Promise<void> {
    await this.look().catch((err: unknown) => {
      this.#ports.log.warn({ err }, 'the ends of subscriptions could not be looked after')
    })
  }

  async #tend(id: string): Promise<void> {
    const at = this.#ports.now()
    const row = await findSubscription(this.#ports.knex, id)
    if (row === undefined || row.expiresAt === null) return
    if (Date.parse(row.expiresAt) <= at) await this.#expire(id, at)
    else await this.#ports.knex.transaction((trx) => this.#notice(trx, id, at))
  }

  async #expire(id: string, at: number): Promise<void> {
    const changes = (row: SubscriptionRow) => [changeOf('subscription.expire', row, {})]
    await commitReached(this.#ports, changes, async (trx) => {
      const row = await lockedAlone(trx, id)
      const ask = { command: 'expire', actor: host.actor, sides: ['host'] } as const
      const facts = { now: at, isDecided: false, plan: undefined }
      const change = decideSubscription(row, ask, facts)
      if (typeof change === 'string') throw new Nothing()
      await updateSubscription(trx, id, change)
      return { ...row, ...change }
    })
  }

  /** Nothing that calls are routed by. */
  async #notice(trx: Knex.Transaction, id: string, at: number): Promise<void> {
    const row = await lockedAlone(trx, id)
    const endsAt = row.expiresAt === null ? Number.POSITIVE_INFINITY : Date.parse(row.expiresAt)
    const days = dueNotice(endsAt, row.noticedDays, at)
    if (days === undefined || !['active', 'suspended'].includes(row.state)) return
    await setNoticed(trx, id, days)
    await recordChange(trx, changeOf('subscription.expiring', row, { days }), null)
  }
}

async function lockedAlone(trx: Knex.Transaction, id: string): Promise<SubscriptionRow> {
  const row = await lockIdleSubscription(trx, id)
  if (row === undefined) throw new Nothing()
  return row
}

function told({ app, service, major, plan, expiresAt }: SubscriptionRow) {
  return { app, service, major, plan, expiresAt }
}

function changeOf(action: string, row: SubscriptionRow, more: object) {
  const { id, tenant } = row
  return { ...host, action, subject: id, tenant, detail: { ...told(row), ...more } }
}
