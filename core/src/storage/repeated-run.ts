/** Work at an interval and whenever it is asked for, one run after the other. */
export class RepeatedRun {
  readonly #work: () => Promise<void>
  readonly #intervalMs: number
  #timer: NodeJS.Timeout | undefined
  #last: Promise<void> = Promise.resolve()

  /** @param work never rejects: what could not be done now is done by a later run */
  constructor(work: () => Promise<void>, intervalMs: number) {
    this.#work = work
    this.#intervalMs = intervalMs
  }

  /** The first run comes after one interval. */
  start(): void {
    this.#timer = setInterval(() => void this.run(), this.#intervalMs)
    this.#timer.unref()
  }

  /** Behind the runs that were asked for before. Resolves when it is over. */
  run(): Promise<void> {
    this.#last = this.#last.then(this.#work)
    return this.#last
  }

  /** No run begins by itself any more. Resolves when the last is over. */
  stop(): Promise<void> {
    clearInterval(this.#timer)
    return this.#last
  }
}
