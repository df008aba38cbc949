import type { Arm } from './cohort.ts'

/** What is known of a request whose entry calls are counted. */
interface Counted {
  readonly arm: Arm
  /** Chance that the request was the canary's, fixed when its first call was admitted. */
  readonly probability: number
  hasFailed: boolean
}

/** A call ends within half a minute; twice what a node does of requests with entries in that time. */
const MOST_REQUESTS = 16_384

/**
 * The requests whose entry calls a node has counted. One request is drawn once, however many handlers it runs
 * and however often it is tried: its failures are one event, or a single poisoned event that is tried ten
 * times would look like ten independent draws and stop a healthy version.
 */
export class EntryRequests {
  readonly #counted = new Map<string, Counted>()

  of(requestId: string): Counted | undefined {
    return this.#counted.get(requestId)
  }

  add(requestId: string, drawn: Pick<Counted, 'arm' | 'probability'>): Counted {
    const counted = { ...drawn, hasFailed: false }
    this.#counted.set(requestId, counted)
    const [oldest] = this.#counted.keys()
    if (this.#counted.size > MOST_REQUESTS) this.#counted.delete(oldest as string)
    return counted
  }
}
