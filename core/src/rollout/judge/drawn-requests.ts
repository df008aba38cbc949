import { type Arm, chanceAmongLeft, FULL_WEIGHT_BP } from '../cohorts/cohort.ts'
import { isLasting } from '../cohorts/lasting-request.ts'

/** What a request has told of already; of each it tells once. */
export type Told = 'failure' | 'time' | 'kill' | `metric:${string}`

interface Drawn {
  readonly arm: Arm
  /** In force when it was drawn, in basis points. */
  readonly weightBp: number
  /** Chance that it was the canary's, fixed when it was drawn. */
  readonly probability: number
}

/** A request that was drawn by itself: a call with all that it calls, an event, a run, a webhook. */
export class DrawnRequest {
  readonly arm: Arm
  readonly weightBp: number
  readonly probability: number
  readonly #told = new Set<Told>()

  constructor({ arm, weightBp, probability }: Drawn) {
    this.arm = arm
    this.weightBp = weightBp
    this.probability = probability
  }

  /** @returns whether this is the first time it tells of it */
  tells(of: Told): boolean {
    if (this.#told.has(of)) return false
    this.#told.add(of)
    return true
  }
}

/** A call ends within half a minute; twice what a busy node does in that time. */
const MOST_REQUESTS = 16_384

/**
 * The requests that this node drew of late. One request meets one version, however many calls it makes: they are
 * one draw, and so at most one event of a kind, or a request whose hundred calls all meet the same bad payload would
 * look like a hundred independent draws and stop a healthy version. What is forgotten here, and met again on another node,
 * is told again: failures of requests that live on are kept in unit-failures.ts instead, which forgets none.
 */
export class DrawnRequests {
  readonly #drawn = new Map<string, DrawnRequest>()

  of(requestId: string): DrawnRequest | undefined {
    return this.#drawn.get(requestId)
  }

  /** A request is drawn once, whatever it calls: with the weight that was in force at its first call. */
  draw(requestId: string, arm: Arm, weightBp: number): DrawnRequest {
    const before = this.#drawn.get(requestId)
    if (before === undefined)
      return this.#add(requestId, { arm, weightBp, probability: weightBp / FULL_WEIGHT_BP })
    // Found on stable, a request that lives on was drawn again, and only among those that were left there.
    if (isLasting(requestId) && before.arm === 'stable' && weightBp > before.weightBp) {
      const probability = chanceAmongLeft(weightBp, before.weightBp)
      return this.#add(requestId, { arm, weightBp, probability })
    }
    if (before.arm === arm) return before
    // The weight rose over it between two of its calls: what it does there says nothing.
    return this.#add(requestId, { arm, weightBp, probability: 1 })
  }

  #add(requestId: string, drawn: Drawn): DrawnRequest {
    const request = new DrawnRequest(drawn)
    // Behind all others: the oldest is forgotten first.
    this.#drawn.delete(requestId)
    this.#drawn.set(requestId, request)
    const [oldest] = this.#drawn.keys()
    if (this.#drawn.size > MOST_REQUESTS) this.#drawn.delete(oldest as string)
    return request
  }
}
