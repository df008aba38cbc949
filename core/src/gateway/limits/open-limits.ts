import type { Knex } from 'knex'
import type { StopStack } from '../../stop-stack.ts'
import type { DueWatch } from '../../storage/due-watch.ts'
import { RepeatedRun } from '../../storage/repeated-run.ts'
import { BurstLimits } from './burst-limits.ts'
import { forgetBursts, takeBursts } from './burst-store.ts'
import { Concurrency } from './concurrency.ts'
import { LiveNodes } from './live-nodes.ts'
import { QuotaLeases } from './quota-leases.ts'
import { forgetQuotas, leaseQuota, returnQuota } from './quota-store.ts'

export interface Limits {
  readonly bursts: BurstLimits
  readonly quotas: QuotaLeases
  readonly concurrency: Concurrency
}

export interface OpenLimits extends Limits {
  /** How many nodes share them, as far as this one knows. */
  readonly nodes: () => number
}

interface Ports {
  readonly knex: Knex
  readonly due: Pick<DueWatch, 'when'>
  /** Milliseconds since the epoch by PostgreSQL's clock. */
  readonly now: () => number
  readonly log: { warn(fields: object, message: string): void }
}

/** Rows of bursts that are full again, and of periods that are long over, go every ten minutes. */
const FORGET_MS = 600_000

/** That PostgreSQL is away is told by the limits once in this time: each call would else write a line. */
const TELL_MS = 10_000

/** The limits of subscriptions on this node, and what it agrees on with the others. */
export async function openLimits(
  { knex, due, now, log }: Ports,
  stops: StopStack,
): Promise<OpenLimits> {
  const live = new LiveNodes({ knex, due })
  await live.start()
  stops.push(() => live.stop())
  const nodes = () => live.count
  let toldAt = Number.NEGATIVE_INFINITY
  const onAway = (err: unknown) => {
    if (performance.now() - toldAt < TELL_MS) return
    toldAt = performance.now()
    log.warn({ err }, 'limits are decided without PostgreSQL: bursts by the share of this node')
  }
  const bursts = new BurstLimits({
    takeBursts: (wishes) => takeBursts(knex, wishes),
    nodes,
    now: () => performance.now(),
    onAway,
  })
  const quotas = new QuotaLeases({
    lease: (...asked) => leaseQuota(knex, ...asked),
    giveBack: (...given) => returnQuota(knex, ...given),
    nodes,
    now,
    onAway,
  })
  quotas.start()
  stops.push(() => quotas.stop())
  const forgetting = new RepeatedRun(async () => {
    await Promise.allSettled([forgetBursts(knex), forgetQuotas(knex)])
  }, FORGET_MS)
  forgetting.start()
  stops.push(() => forgetting.stop())
  return { bursts, quotas, concurrency: new Concurrency(nodes), nodes }
}
