import type { Knex } from 'knex'
import { recordChange } from '../../audit/change.ts'
import { serviceKey } from '../../rollout/routing/snapshot.ts'
import { type Breach, deleteBreach, insertBreach } from './level-store.ts'
import type { LevelMove } from './service-levels.ts'

/** A promise that is not kept any more, or is again, with the figures that say so. */
export interface Judged {
  readonly move: LevelMove
  readonly breach: Breach
  readonly figures: {
    /** Per cent of calls; null: nothing is promised any more. */
    readonly promised: number | null
    /** Of a latency: within how many ms. */
    readonly p95Ms: number | null
    readonly measured: number | null
    readonly calls: number
    readonly bad: number
  }
}

/**
 * Tells of broken promises. The row of a breach is what makes a word of it one: whichever node puts it in or takes it out
 * tells, in the same transaction, the audit and by its event webhooks and the tenant's plugins: see host-event-types.ts.
 */
export class BreachService {
  readonly #knex: Knex

  constructor(knex: Knex) {
    this.#knex = knex
  }

  /** @returns whether this node was the one */
  tell(judged: Judged): Promise<boolean> {
    return this.#knex.transaction(async (trx) => {
      const isFirst = await (judged.move === 'breached'
        ? insertBreach(trx, judged.breach)
        : deleteBreach(trx, judged.breach))
      if (isFirst) await record(trx, judged)
      return isFirst
    })
  }
}

async function record(trx: Knex.Transaction, { move, breach, figures }: Judged): Promise<void> {
  const { tenant, service, major, plugin, level, window, since } = breach
  const subject = serviceKey(service, major)
  const action = `sla.${move}`
  const detail = { service, major, plugin, level, window, since: since.toISOString(), ...figures }
  await recordChange(trx, { actor: 'host', traceId: null, action, subject, tenant, detail }, null)
}
