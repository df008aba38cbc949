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

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}
