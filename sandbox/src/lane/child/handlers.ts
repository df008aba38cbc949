/** Numbers go up to here; a plugin has at most 32 services of 64 operations. */
const MAX_HANDLERS = 65_535
/** Weight of the newest turn in what a turn is expected to take. */
const COST_WEIGHT = 0.2
/**
 * One turn counts for twice of what was expected, and this much more, at most: a collection of garbage is no reason
 * to think otherwise of a handler. One that has become dear has shown it within a batch all the same.
 */
const LEAST_STEP_US = 10
/** A call this cheap costs less than an entry into its isolate does with all that belongs to it. */
const CHEAP_US = 100

/** A handler of a plugin, as its calls have shown it so far. */
export class Handler {
  /** The same for every call of an operation: the guest reads its name the first time only. 0: there is none left. */
  readonly number: number
  #turnUs = Number.POSITIVE_INFINITY
  #answersAtOnce = true

  constructor(number: number) {
    this.number = number
  }

  /**
   * Whether calls of it may share an entry: each was cheap, and over when the handler returned. What an async one
   * does after its first `await` comes when the entry ends, and must find its own call at work then.
   */
  get isBrief(): boolean {
    return this.#answersAtOnce && this.#turnUs < CHEAP_US && this.number > 0
  }

  learn(turnUs: number, isOver: boolean): void {
    if (!isOver) this.#answersAtOnce = false
    const known = this.#turnUs
    if (Number.isFinite(known)) {
      const seen = Math.min(turnUs, known * 2 + LEAST_STEP_US)
      this.#turnUs = known + (seen - known) * COST_WEIGHT
    } else {
      this.#turnUs = turnUs
    }
  }
}

/** The handlers of one isolate by what calls name them. */
export class Handlers {
  readonly #known = new Map<string, Handler>()
  /**
   * First line of the head before, its end included: most calls are of the same operation as the last one. At
   * first one that no head begins with.
   */
  #lastLine = '\n\n'
  #last = new Handler(0)

  /** @param head see callHead. */
  of(head: string): Handler {
    if (head.startsWith(this.#lastLine)) return this.#last
    const line = head.slice(0, head.indexOf('\n') + 1)
    let handler = this.#known.get(line)
    if (handler === undefined) {
      const number = this.#known.size + 1
      if (number > MAX_HANDLERS) return new Handler(0)
      handler = new Handler(number)
      this.#known.set(line, handler)
    }
    this.#lastLine = line
    this.#last = handler
    return handler
  }
}
