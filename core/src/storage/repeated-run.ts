import { everyMs, type Wakes } from './wakes.ts'

/** Work at an interval and whenever it is asked for, one run after the other. */
export class RepeatedRun {
  readonly #work: () => Promise<void>
  readonly #wakes: Wakes
  #end: () => void = () => undefined
  #last: Promise<void> = Promise.resolve()

  /**
   * @param work never rejects: what could not be done now is done by a later run
   * @param wakes milliseconds, or what else tells that it is time
   */
  constructor(work: () => Promise<void>, wakes: number | Wakes) {
    this.#work = work
    this.#wakes = typeof wakes === 'number' ? everyMs(wakes) : wakes
  }

  /** The first run comes after one interval. */
  start(): void {
    this.#end = this.#wakes.begin(() => void this.run())
  }

  /** Behind the runs that were asked for before. Resolves when it is over. */
  run(): Promise<void> {
    this.#last = this.#last.then(this.#work)
    return this.#last
  }

  /** No run begins by itself any more. Resolves when the last is over. */
  stop(): Promise<void> {
    this.#end()
    return this.#last
  }
}
