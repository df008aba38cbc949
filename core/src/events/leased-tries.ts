import { setTimeout as delay } from 'node:timers/promises'

interface Leased {
  readonly id: string
  readonly fence: string
}

/** What a node has taken and is at work on. */
export class LeasedTries<Taken extends Leased> {
  readonly #running = new Map<string, Taken>()
  readonly #tries = new Set<Promise<void>>()

  /** Whose leases are to be renewed. */
  get running(): readonly Taken[] {
    return [...this.#running.values()]
  }

  get size(): number {
    return this.#running.size
  }

  /** @param attempt never rejects */
  begin(taken: Taken, attempt: (taken: Taken) => Promise<void>): void {
    this.#running.set(keyOf(taken), taken)
    const ended = attempt(taken).finally(() => {
      this.free(taken)
      this.#tries.delete(ended)
    })
    this.#tries.add(ended)
  }

  /** Its place is another's, though how it ended is still to be written. */
  free(taken: Taken): void {
    this.#running.delete(keyOf(taken))
  }

  /** Resolves when what was begun is over. */
  async settled(): Promise<void> {
    await Promise.all(this.#tries)
  }

  /** As `settled`, but no longer than this: what runs on is done again by whoever takes it next. */
  async settledWithin(graceMs: number): Promise<void> {
    const grace = new AbortController()
    await Promise.race([
      this.settled(),
      delay(graceMs, undefined, { signal: grace.signal }).catch(() => undefined),
    ])
    grace.abort()
  }
}

/** With the fence: after a lost lease this node may hold the same delivery twice. */
function keyOf({ id, fence }: Leased): string {
  return `${id}/${fence}`
}
