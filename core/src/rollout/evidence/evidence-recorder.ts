import type { Knex } from 'knex'
import { type EvidencePoint, isNews } from './evidence-point.ts'
import { insertPoint, thinPoints } from './evidence-store.ts'

interface Ports {
  readonly knex: Knex
  readonly now: () => number
  readonly log: { warn(fields: object, message: string): void }
}

/**
 * Writes how the evidence of rollouts grows, for people to look at. Never rejects: nothing is decided by it, so
 * a row that cannot be written must not keep the judge from taking a version back.
 */
export class EvidenceRecorder {
  readonly #ports: Ports
  readonly #last = new Map<string, { readonly point: EvidencePoint; readonly at: number }>()
  #isTroubled = false

  constructor(ports: Ports) {
    this.#ports = ports
  }

  async record(rollout: string, point: EvidencePoint): Promise<void> {
    const { knex, now, log } = this.#ports
    const at = now()
    if (!isNews(point, this.#last.get(rollout), at)) return
    try {
      await insertPoint(knex, rollout, point)
      this.#last.set(rollout, { point, at })
      await thinPoints(knex, rollout)
      this.#isTroubled = false
    } catch (err) {
      if (!this.#isTroubled) log.warn({ err, rollout }, 'evidence over time is not being written')
      this.#isTroubled = true
    }
  }

  /** Keeps nothing of rollouts that are over. */
  forget(live: ReadonlySet<string>): void {
    for (const id of this.#last.keys()) if (!live.has(id)) this.#last.delete(id)
  }
}
