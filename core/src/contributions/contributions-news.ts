import { randomUUID } from 'node:crypto'
import { CONTRIBUTIONS_CHANGED } from '@signalbox/sdk/change-event'
import { cloudEvent, newEvent } from '@signalbox/sdk/host-calls/cloud-event'
import type { Knex } from 'knex'
import { appendToInboxes, type DirectEvent } from '../events/event-log-store.ts'
import { TellingLoop } from '../events/telling-loop.ts'
import { traceContext, traceparent, traceRandom } from '../gateway/trace-context.ts'
import type { Snapshot } from '../rollout/routing/snapshot.ts'
import { readGeneration } from '../rollout/routing/snapshot-store.ts'
import { type PointDigest, pointChanges, pointDigests } from './point-digests.ts'
import { forgetTold, listTold, putTold, takeTellTurn } from './told-points-store.ts'

interface Ports {
  readonly knex: Knex
  readonly snapshot: () => Snapshot
  /** Told after events became durable. */
  readonly onTold: () => void
  readonly now: () => number
  readonly log: { warn(fields: object, message: string): void }
}

/** Of one transaction, as publishers wait for it. */
const MAX_AT_ONCE = 500

/**
 * Tells the owner of an extension point when what is put into it changed in a tenant: each node compares its
 * snapshot with what was last told, and one of them tells. The events and what was told are written together, so
 * a killed host tells neither less nor twice; what nobody told before the kill differs still after the start.
 *
 * Not in the transactions of the changes: each would have to compute what every tenant is served, under the lock
 * of the generation. What was changed and changed back before a node looked is not told: the list is as it was.
 */
export class ContributionsNews {
  readonly #ports: Ports
  /** Nothing is left to tell of it. */
  #settled: Snapshot | undefined
  readonly #loop: TellingLoop

  constructor(ports: Ports) {
    this.#ports = ports
    const { log } = ports
    const waiting = 'owners of extension points'
    this.#loop = new TellingLoop({ tell: () => this.tell(), waiting, log })
  }

  start(): void {
    this.#loop.start()
  }

  stop(): Promise<void> {
    return this.#loop.stop()
  }

  /** The snapshot may be a new one. */
  look(): void {
    this.#loop.look()
  }

  /** @returns whether it told somebody, and there may be more */
  async tell(): Promise<boolean> {
    const { knex, onTold } = this.#ports
    const snapshot = this.#ports.snapshot()
    if (snapshot === this.#settled) return false
    const now = pointDigests(snapshot)
    const { changed, gone } = pointChanges(await listTold(knex), now)
    if (changed.length === 0 && gone.length === 0) {
      this.#settled = snapshot
      return false
    }
    const count = await knex.transaction((trx) => this.#write(trx, snapshot.generation, now))
    if (count > 0) onTold()
    return count > 0
  }

  /** @returns how many were told; none by a node whose snapshot was overtaken: it will have a newer one soon */
  async #write(
    trx: Knex.Transaction,
    generation: number,
    now: readonly PointDigest[],
  ): Promise<number> {
    await takeTellTurn(trx)
    if ((await readGeneration(trx)) !== generation) return 0
    const { changed, gone } = pointChanges(await listTold(trx), now)
    const next = changed.slice(0, MAX_AT_ONCE)
    await forgetTold(trx, gone.slice(0, MAX_AT_ONCE))
    await putTold(trx, next)
    const at = this.#ports.now()
    if (next.length > 0) {
      await appendToInboxes(
        trx,
        next.map((one) => changeEvent(one, generation, at)),
      )
    }
    return next.length
  }
}

function changeEvent(
  { tenant, plugin, point }: PointDigest,
  generation: number,
  at: number,
): DirectEvent {
  const event = cloudEvent({
    id: randomUUID(),
    source: '/signalbox',
    type: CONTRIBUTIONS_CHANGED,
    key: point,
    data: { point },
    at,
    traceparent: traceparent(traceContext(undefined, traceRandom())),
    origin: undefined,
    extensions: { generation },
  })
  return { plugin, ...newEvent(tenant, event, at) }
}
