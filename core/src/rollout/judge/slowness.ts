import type { Arm } from '../cohorts/cohort.ts'
import { LatencyHistogram } from './latency-histogram.ts'
import { type Band, bands } from './slow-bands.ts'

/** Where each band but the first begins, as a part of stable's calls. */
const quantiles = [0.5, 0.75, 0.9, 0.99] as const

export interface SlownessOptions {
  /** First calls of the canary that count for nothing: they load, compile and fill caches. */
  readonly warmUpCalls?: number
  /** A call is slow only if it takes this much longer than half of stable's do: less harms nobody. */
  readonly leastMs?: number
}

/** An isolate's JIT settles within some ten calls; the dearest, the one that loads it, is the first. */
const WARM_UP_CALLS = 10
const LEAST_MS = 2
/** Fewer calls of stable than this do not make a p90. */
const LEAST_CALLS = 50
/** Quantiles move slowly: looking once in so many calls costs nothing noticeable. */
const REFRESH_CALLS = 64

/**
 * Which calls of one operation, on one node, were slow: slower than half, nine in ten, 99 in 100 of stable's
 * recent ones. The lines need not be exact. They are drawn before the call is looked at and are the same for
 * both arms, and so a healthy canary crosses each of them as often as stable does.
 */
export class Slowness {
  readonly #stable = new LatencyHistogram()
  readonly #warmUpCalls: number
  readonly #leastMs: number
  #canaryCalls = 0
  #sinceRefresh = 0
  #lines: readonly number[] = []

  constructor(options: SlownessOptions = {}) {
    this.#warmUpCalls = options.warmUpCalls ?? WARM_UP_CALLS
    this.#leastMs = options.leastMs ?? LEAST_MS
  }

  /**
   * @param ms what the first attempt needed itself, without waiting for others; Infinity for one that was
   *   late: it is known to be that slow.
   *   Attempts that failed are no latencies, and second attempts find everything warm: neither comes here.
   * @returns how slow it was; undefined while too little is known.
   */
  observe(arm: Arm, ms: number): Band | undefined {
    const band = this.#bandOf(ms)
    if (arm === 'canary') this.#canaryCalls += 1
    else this.#learn(ms)
    // Nothing of either arm counts during warm-up, or stable's slow calls would stand alone.
    return this.#canaryCalls > this.#warmUpCalls ? band : undefined
  }

  #bandOf(ms: number): Band | undefined {
    if (this.#lines.length === 0) return undefined
    // Lines may fall together: a call that crosses one of them then crosses both.
    return bands[this.#lines.findLastIndex((line) => ms > line) + 1]
  }

  #learn(ms: number): void {
    this.#stable.record(ms)
    this.#sinceRefresh += 1
    const isDue = this.#lines.length === 0 || this.#sinceRefresh >= REFRESH_CALLS
    if (!isDue || this.#stable.count < LEAST_CALLS) return
    this.#sinceRefresh = 0
    const least = (this.#stable.quantile(0.5) as number) + this.#leastMs
    this.#lines = quantiles.map((share) => Math.max(least, this.#stable.quantile(share) as number))
  }
}
