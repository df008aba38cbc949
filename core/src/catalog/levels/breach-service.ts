import type { Knex } from 'knex'
import { recordChange } from '../../audit/change.ts'
import { cloudEvent, newEvent } from '../../events/cloud-event.ts'
import { appendForSubscribers } from '../../events/event-log-store.ts'
import { traceContext, traceparent, traceRandom } from '../../gateway/trace-context.ts'
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

interface Ports {
  readonly knex: Knex
  /** Told after events became durable. */
  readonly onTold: () => void
}

/**
 * Tells of broken promises. The row of a breach is what makes a word of it one: whichever node puts it in or takes it out
 * tells, in the same transaction, the audit, webhooks and the tenant's plugins.
 */
export class BreachService {
  readonly #ports: Ports

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /** @param now milliseconds since the epoch. @returns whether this node was the one */
  async tell(judged: Judged, now: number): Promise<boolean> {
    const { knex, onTold } = this.#ports
    const heard = await knex.transaction(async (trx) => {
      const isFirst = await (judged.move === 'breached'
        ? insertBreach(trx, judged.breach)
        : deleteBreach(trx, judged.breach))
      return isFirst ? record(trx, judged, now) : undefined
    })
    if (heard !== undefined && heard > 0) onTold()
    return heard !== undefined
  }
}

/** @returns how many plugins hear of it */
async function record(
  trx: Knex.Transaction,
  { move, breach, figures }: Judged,
  now: number,
): Promise<number> {
  const { tenant, service, major, plugin, level, window, since } = breach
  const subject = serviceKey(service, major)
  const action = `sla.${move}`
  const detail = { service, major, plugin, level, window, since: since.toISOString(), ...figures }
  await recordChange(trx, { actor: 'host', traceId: null, action, subject, tenant, detail }, null)
  const type = `signalbox.${action}`
  const event = cloudEvent({
    id: `${move}:${subject}:${level}:${window}:${now}`,
    source: '/signalbox',
    type,
    key: subject,
    data: detail,
    at: now,
    traceparent: traceparent(traceContext(undefined, traceRandom())),
    origin: undefined,
    extensions: { subject },
  })
  return appendForSubscribers(trx, [{ ...newEvent(tenant, event, now), pattern: type }])
}
