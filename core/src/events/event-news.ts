/** Lets many wait for the next event, whoever writes it. */
export class EventNews {
  readonly #waiting = new Set<() => void>()
  readonly #followers: (() => void)[] = []

  /** @param look told each time from now on */
  follow(look: () => void): void {
    this.#followers.push(look)
  }

  /** Events became durable. */
  tell(): void {
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    for (const wake of waiting) wake()
    for (const look of this.#followers) look()
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
