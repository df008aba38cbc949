/** Lets many wait for the next event, whoever writes it. */
export class EventNews {
  readonly #waiting = new Set<() => void>()
  readonly #followers: ((areHeard: boolean) => void)[] = []

  /** @param look told each time from now on, and whether a plugin may be to have some of it */
  follow(look: (areHeard: boolean) => void): void {
    this.#followers.push(look)
  }

  /** Events became durable. @param areHeard false: no plugin is to have any of them */
  tell(areHeard = true): void {
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    for (const wake of waiting) wake()
    for (const look of this.#followers) look(areHeard)
  }

  /** Resolves when something was told, after so long, or when it is not waited for any more. */
  wait(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', end)
        this.#waiting.delete(end)
        resolve()
      }
      const timer = setTimeout(end, ms)
      this.#waiting.add(end)
      signal.addEventListener('abort', end, { once: true })
      if (signal.aborted) end()
    })
  }
}
