import { sandboxErrors } from '../sandbox-errors.ts'
import { FairQueue, type QueueLimits } from '../schedule/fair-queue.ts'
import type { Lane } from './lane.ts'
import type { CallAccount, PendingCall } from './pending-call.ts'

/** What a caller is told to wait when the lines are full: they hold about a second of work. */
const RETRY_AFTER_S = 1
/** So long after another tenant's call, lanes are kept free for it. */
const COMPANY_MS = 5000
/** What a turn of an isolate is expected to take that was never seen. */
const UNKNOWN_MS = 1
/** Keys of isolates, half a kilobyte each; forgotten together, as who is used proves itself again at once. */
const MAX_PROVEN = 10_000
/** A lane that must load the isolate first comes after every one that has it. */
const LOADING_PENALTY = 1_000_000

export interface PoolOptions extends QueueLimits {
  /** Who is served here: `shared`, `suspect`, or the publisher that has it for itself. */
  readonly name: string
  readonly wanted: number
  /** One call at a time: what ends the lane is then certain. */
  readonly isExclusive: boolean
  takeLane(): Lane
}

/** Lanes that serve the same callers, with the line before them. */
export class LanePool implements CallAccount {
  readonly name: string
  readonly #options: PoolOptions
  readonly #queue: FairQueue<PendingCall>
  readonly #lanes: Lane[] = []
  /** Isolates that have answered: the first call of any other may be the one that ends its lane. */
  readonly #proven = new Set<string>()
  #lastTenant = ''
  #companyAt = Number.NEGATIVE_INFINITY
  usedAt = 0

  constructor(options: PoolOptions) {
    this.name = options.name
    this.#options = options
    this.#queue = new FairQueue(options)
  }

  get queued(): number {
    return this.#queue.size
  }

  get lanes(): readonly Lane[] {
    return this.#lanes
  }

  get isIdle(): boolean {
    return this.#queue.size === 0 && this.#lanes.every(({ callCount }) => callCount === 0)
  }

  /** As many lanes as wanted. @param most no more than so many, while the first one of all starts. */
  fill(most = Number.POSITIVE_INFINITY): void {
    const wanted = Math.min(this.#options.wanted, most)
    while (this.#lanes.length < wanted) this.#lanes.push(this.#options.takeLane())
    this.serve()
  }

  /** The lane takes no more calls; it may still be at work on those it has. */
  remove(lane: Lane): void {
    const place = this.#lanes.indexOf(lane)
    if (place >= 0) this.#lanes.splice(place, 1)
  }

  /** Starts the call, lets it wait, or answers that there are too many. */
  accept(call: PendingCall, now: number): void {
    this.usedAt = now
    const { plugin, version, tenant } = call.call.isolate
    if (tenant !== this.#lastTenant) {
      if (this.#lastTenant !== '') this.#companyAt = now
      this.#lastTenant = tenant
    }
    // Who waits already goes first.
    if (this.#queue.size === 0 && this.#place(call, now)) return
    const full = this.#queue.add(call)
    if (full === undefined) {
      // Who waits may wait for what this one does not need: a lane kept free, or the end of a long turn.
      this.#queue.serve((waiting) => this.#place(waiting, now))
      return
    }
    const parameters = { plugin, version, ...full }
    const error = sandboxErrors.create('BUSY', parameters, { retryAfterS: RETRY_AFTER_S })
    call.failed(error, 'host')
  }

  serve(): void {
    if (this.#queue.size === 0) return
    const now = Date.now()
    this.#queue.serve((call) => this.#place(call, now))
  }

  /** Takes calls out of the line. */
  takeOut(isMeant: (call: PendingCall) => boolean): PendingCall[] {
    return this.#queue.size === 0 ? [] : this.#queue.remove(isMeant)
  }

  /** A call has ended: its tenant pays for what it really took. */
  settle(call: PendingCall, tookMs: number, hasAnswered: boolean): void {
    if (hasAnswered && !this.#proven.has(call.key)) this.#prove(call.key)
    this.#queue.correct(call.call.isolate.tenant, tookMs - call.expectedMs)
  }

  /** A lane that holds the isolate goes before one that must load it; among equals, the least loaded. */
  #place(call: PendingCall, now: number): boolean {
    if (!this.#proven.has(call.key) && this.#isShort()) return false
    const isBarred = this.#barredLanes(call, now)
    let best: Lane | undefined
    let bestScore = Number.POSITIVE_INFINITY
    for (const lane of this.#lanes) {
      if (!lane.hasRoom(call, this.#options.isExclusive) || isBarred?.(lane)) continue
      const loading = lane.holds(call.key) ? 0 : LOADING_PENALTY
      const score = loading + lane.backlogMs + lane.callCount
      if (score < bestScore) {
        best = lane
        bestScore = score
      }
    }
    if (best === undefined) return false
    call.expectedMs = best.turnCostMs(call.key) ?? UNKNOWN_MS
    this.#queue.charge(call.call.isolate.tenant, call.expectedMs)
    call.account = this
    best.start(call)
    return true
  }

  /** One lane serves where there should be more: a stranger waits for the next, a neighbour must not. */
  #isShort(): boolean {
    if (this.#options.wanted < 2 || this.#proven.size === 0) return false
    return this.#lanes.filter(({ mode }) => mode === 'serving').length < 2
  }

  #prove(key: string): void {
    if (this.#proven.size >= MAX_PROVEN) this.#proven.clear()
    this.#proven.add(key)
  }

  /**
   * A tenant works in all lanes but one, as long as others are about: whoever comes next waits for no turn.
   * Without others it has them all.
   */
  #barredLanes({ call }: PendingCall, now: number): ((lane: Lane) => boolean) | undefined {
    if (this.#lanes.length < 2 || now - this.#companyAt > COMPANY_MS) return undefined
    const { tenant } = call.isolate
    const own = this.#lanes.filter((lane) => lane.worksFor(tenant))
    return own.length < this.#lanes.length - 1 ? undefined : (lane) => !own.includes(lane)
  }
}
