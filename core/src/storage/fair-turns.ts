import { coreErrors } from '../errors.ts'

/** A third of the connections to the host's database: whatever guests ask for, two thirds are left to the rest. */
const MAX_AT_ONCE = 6

/** A few calls' worth of host calls at once; who finds no room is told to come again. */
const MAX_WAITING = 2000

const RETRY_AFTER_S = 1

/**
 * Work of many owners over few connections: one thing of an owner at a time, owners one after the other. Whoever asks
 * for much waits for itself, and keeps neither another owner nor the host from its turn.
 */
export class FairTurns {
  /** What waits, by owner; an owner whose work runs is here too. */
  readonly #lines = new Map<string, (() => Promise<void>)[]>()
  /** Owners that have something to do and none of it running, in the order of their turns. */
  readonly #next: string[] = []
  readonly #maxAtOnce: number
  #running = 0
  #waiting = 0

  constructor(maxAtOnce = MAX_AT_ONCE) {
    this.#maxAtOnce = maxAtOnce
  }

  /** @param work may not take a turn itself. @throws CORE_OVERLOADED, and what `work` throws */
  take<Result>(owner: string, work: () => Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (this.#waiting >= MAX_WAITING) {
        reject(coreErrors.create('OVERLOADED', {}, { retryAfterS: RETRY_AFTER_S }))
        return
      }
      this.#waiting++
      const item = () => work().then(resolve, reject)
      const line = this.#lines.get(owner)
      if (line === undefined) {
        this.#lines.set(owner, [item])
        this.#next.push(owner)
      } else line.push(item)
      this.#start()
    })
  }

  #start(): void {
    while (this.#running < this.#maxAtOnce) {
      const owner = this.#next.shift()
      const item = owner === undefined ? undefined : this.#lines.get(owner)?.shift()
      if (owner === undefined || item === undefined) return
      this.#running++
      this.#waiting--
      void item().then(() => this.#end(owner))
    }
  }

  #end(owner: string): void {
    this.#running--
    if (this.#lines.get(owner)?.length === 0) this.#lines.delete(owner)
    else this.#next.push(owner)
    this.#start()
  }
}
