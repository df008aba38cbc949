/** Calls under way by version: a version is taken down only when its last call is answered. */
export class InFlight {
  readonly #counts = new Map<string, number>()
  readonly #waiting = new Map<string, (() => void)[]>()

  /** @returns to be called once, when the call is over */
  begin(version: string): () => void {
    this.#counts.set(version, this.of(version) + 1)
    return () => this.#end(version)
  }

  of(version: string): number {
    return this.#counts.get(version) ?? 0
  }

  /** Resolves at once where nothing is under way. Calls end by their deadlines, so this does too. */
  drained(version: string): Promise<void> {
    if (this.of(version) === 0) return Promise.resolve()
    return new Promise((resolve) => {
      this.#waiting.set(version, [...(this.#waiting.get(version) ?? []), resolve])
    })
  }

  #end(version: string): void {
    const left = this.of(version) - 1
    if (left > 0) {
      this.#counts.set(version, left)
      return
    }
    this.#counts.delete(version)
    for (const resolve of this.#waiting.get(version) ?? []) resolve()
    this.#waiting.delete(version)
  }
}
