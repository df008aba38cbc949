import { marketplaceErrors } from '../errors.ts'

/** Seconds after which a turned-away caller may come back. */
const RETRY_AFTER_S = 5

/** Of the places and of the line, what one caller may have. */
interface Share {
  readonly places: number
  readonly waiting: number
}

interface Waiting {
  readonly caller: string
  readonly enter: () => void
}

/**
 * Lets a few through at once, a bounded number wait, and turns the rest away. It stands before work whose
 * memory or thread-pool time is large, so that the host's cost for it does not grow with the callers. Who sends slowly,
 * or much, keeps himself waiting and nobody else.
 */
export class Gate {
  readonly #all: Share
  readonly #share: Share
  readonly #inside = new Map<string, number>()
  #waiting: readonly Waiting[] = []
  #taken = 0

  /** @param share absent: callers are not told apart */
  constructor(places: number, waiting: number, share: Share = { places, waiting }) {
    this.#all = { places, waiting }
    this.#share = share
  }

  /** @returns gives the place back; calling it again does nothing. @throws `MKT_BUSY` */
  async enter(caller = ''): Promise<() => void> {
    const isFree = this.#taken < this.#all.places && this.#mayEnter(caller)
    if (isFree) this.#take(caller)
    else await this.#wait(caller)
    let left = false
    return () => {
      if (left) return
      left = true
      this.#leave(caller)
    }
  }

  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    const leave = await this.enter()
    try {
      return await work()
    } finally {
      leave()
    }
  }

  #mayEnter(caller: string): boolean {
    return (this.#inside.get(caller) ?? 0) < this.#share.places
  }

  #take(caller: string): void {
    this.#taken += 1
    this.#inside.set(caller, (this.#inside.get(caller) ?? 0) + 1)
  }

  #wait(caller: string): Promise<void> {
    const own = this.#waiting.filter((one) => one.caller === caller).length
    if (this.#waiting.length >= this.#all.waiting || own >= this.#share.waiting) {
      throw marketplaceErrors.create('BUSY', {}, { retryAfterS: RETRY_AFTER_S })
    }
    return new Promise((resolve) => {
      this.#waiting = [...this.#waiting, { caller, enter: resolve }]
    })
  }

  /** The place goes straight to the next in line, so nobody who just came can slip in between. */
  #leave(caller: string): void {
    this.#taken -= 1
    const left = (this.#inside.get(caller) ?? 1) - 1
    if (left === 0) this.#inside.delete(caller)
    else this.#inside.set(caller, left)
    const next = this.#waiting.find((one) => this.#mayEnter(one.caller))
    if (next === undefined) return
    this.#waiting = this.#waiting.filter((one) => one !== next)
    this.#take(next.caller)
    next.enter()
  }
}
