/** Lets one after the other do something long; who waits may give up. */
export class OneAtATime {
  #last: Promise<unknown> = Promise.resolve()

  /** @throws the signal's reason, when it is aborted before its turn */
  async take<Result>(signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
    const before = this.#last
    const own = Promise.withResolvers<void>()
    this.#last = Promise.all([before, own.promise])
    try {
      await Promise.race([before, aborted(signal)])
      signal.throwIfAborted()
      return await work()
    } finally {
      own.resolve()
    }
  }
}

/** Resolves when the signal is aborted, whatever for. */
function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
