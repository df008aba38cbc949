import type { Arm } from './cohort.ts'

/** What a request has told of already; of each it tells once. */
export type Told = 'failure' | 'time' | `metric:${string}`

/** A request that was drawn by itself, while it is under way. */
export class DrawnRequest {
  readonly arm: Arm
  /** Chance that it was the canary's, fixed when it was drawn. */
  readonly probability: number
  readonly #told = new Set<Told>()

  constructor(arm: Arm, probability: number) {
    this.arm = arm
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
 * look like a hundred independent draws and stop a healthy version.
 */
export class DrawnRequests {
  readonly #drawn = new Map<string, DrawnRequest>()

  of(requestId: string): DrawnRequest | undefined {
    return this.#drawn.get(requestId)
  }

  draw(requestId: string, arm: Arm, probability: number): DrawnRequest {
    const request = new DrawnRequest(arm, probability)
    this.#drawn.set(requestId, request)
    const [oldest] = this.#drawn.keys()
    if (this.#drawn.size > MOST_REQUESTS) this.#drawn.delete(oldest as string)
    return request
  }
}
