/** Bins grow by a twentieth, so a quantile is known to within 5 %. */
const GROWTH = 1.05
const LEAST_MS = 0.05
/** 0.05 ms × 1.05^310 = 3 minutes, more than any deadline. */
const BINS = 310
const logGrowth = Math.log(GROWTH)

/** A window of calls long enough for a p99, short enough to follow the day. */
const WINDOW = 1000

/**
 * Latencies of the last 1,000 to 2,000 calls, in bins of equal ratio: the current window and the one before.
 * Fixed bins make histograms of several nodes add up.
 */
export class LatencyHistogram {
  #current = new Uint32Array(BINS)
  #previous = new Uint32Array(BINS)
  #inCurrent = 0
  #inPrevious = 0

  get count(): number {
    return this.#inCurrent + this.#inPrevious
  }

  record(ms: number): void {
    if (this.#inCurrent >= WINDOW) this.#turn()
    const bin = binOf(ms)
    this.#current[bin] = (this.#current[bin] as number) + 1
    this.#inCurrent += 1
  }

  /** The upper edge of the bin that holds the quantile; undefined while nothing was recorded. */
  quantile(share: number): number | undefined {
    if (this.count === 0) return undefined
    const rank = Math.max(1, Math.ceil(share * this.count))
    let seen = 0
    for (let bin = 0; bin < BINS; bin++) {
      seen += (this.#current[bin] as number) + (this.#previous[bin] as number)
      if (seen >= rank) return LEAST_MS * GROWTH ** (bin + 1)
    }
    return undefined
  }

  /** Adds what another node saw, as if it had been seen here of late. */
  merge(other: LatencyHistogram): void {
    for (let bin = 0; bin < BINS; bin++) {
      const seen = (other.#current[bin] as number) + (other.#previous[bin] as number)
      this.#current[bin] = (this.#current[bin] as number) + seen
    }
    this.#inCurrent += other.count
  }

  #turn(): void {
    const emptied = this.#previous.fill(0)
    this.#previous = this.#current
    this.#inPrevious = this.#inCurrent
    this.#current = emptied
    this.#inCurrent = 0
  }
}

function binOf(ms: number): number {
  if (!(ms > LEAST_MS)) return 0
  return Math.min(BINS - 1, Math.floor(Math.log(ms / LEAST_MS) / logGrowth))
}
