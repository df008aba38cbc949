import { type GcraLimit, type GcraVerdict, gcra } from '@signalbox/sdk/host-calls/gcra'
import { RateLimiter } from '@signalbox/sdk/host-calls/rate-limiter'
import type { Soon } from '../../broker/soon.ts'
import { GroupCommit } from '../../events/group-commit.ts'
import type { BurstGrant, BurstWish } from './burst-store.ts'

/** How a verdict came about: see decisions/0023. */
export type BurstMode = 'alone' | 'exact' | 'share'

export interface BurstVerdict extends GcraVerdict {
  readonly mode: BurstMode
}

interface Ports {
  readonly takeBursts: (wishes: readonly BurstWish[]) => Promise<ReadonlyMap<string, BurstGrant>>
  /** How many nodes share the limits. */
  readonly nodes: () => number
  /** Milliseconds on a clock that never runs backwards. */
  readonly now: () => number
  /** PostgreSQL could not be asked: decided by this node's share. */
  readonly onAway: (error: unknown) => void
}

/** After PostgreSQL could not be asked, nobody waits for it again within this. */
const AWAY_MS = 1000

/**
 * Calls taken beforehand are spent within this or given up: a hundredth of the burst for all nodes together, so that a
 * burst below two hundred is exact to the call, and ten thousand calls a second cost PostgreSQL a hundred for each node.
 */
const AHEAD_SHARE = 0.01
const AHEAD_MS = 1000

/** Keys in one statement, and calls that wait for one. Beyond it this node's share decides. */
const MAX_BATCH = 500
const MAX_WAITING = 10_000

/** Keys of which something is remembered: at 100 bytes each 10 MB. Those known longest go first. */
const MAX_KEYS = 100_000

interface Ask {
  readonly key: string
  readonly limit: GcraLimit
}

interface Ahead {
  left: number
  readonly until: number
}

/**
 * Bursts that hold for all nodes together. A node that is alone decides in memory; with others PostgreSQL decides, in one
 * statement for all calls that wait. What it said last is remembered, so that a flood of refused calls asks nobody.
 */
export class BurstLimits {
  readonly #ports: Ports
  readonly #share: RateLimiter
  /** Arrival times by this node's clock, never later than PostgreSQL's. */
  readonly #tats = new Map<string, number>()
  readonly #ahead = new Map<string, Ahead>()
  readonly #asking: GroupCommit<Ask, BurstVerdict>
  #awayUntil = Number.NEGATIVE_INFINITY

  constructor(ports: Ports) {
    this.#ports = ports
    this.#share = new RateLimiter(ports.now)
    this.#asking = new GroupCommit({
      write: (asks) => this.#ask(asks),
      weightOf: () => 1,
      maxBatch: MAX_BATCH,
      maxWaiting: MAX_WAITING,
      refusal: () => new Error('too many calls wait for PostgreSQL'),
    })
  }

  take(key: string, limit: GcraLimit): Soon<BurstVerdict> {
    const now = this.#ports.now()
    const local = gcra(limit, this.#tats.get(key), now)
    if (this.#ports.nodes() === 1) {
      if (local.allowed) this.#remember(key, local.tat)
      return { ...local, mode: 'alone' }
    }
    // It can only have become later since: PostgreSQL would refuse as well.
    if (!local.allowed) return { ...local, mode: 'exact' }
    if (this.#spendAhead(key, now)) return { ...local, mode: 'exact' }
    if (now < this.#awayUntil) return this.#byShare(key, limit)
    return this.#asking.add({ key, limit }).catch((error: unknown) => {
      this.#awayUntil = this.#ports.now() + AWAY_MS
      this.#ports.onAway(error)
      return this.#byShare(key, limit)
    })
  }

  /** What each node may let pass when none hears of the others: together never more than the limit. */
  #byShare(key: string, { ratePerS, burst }: GcraLimit): BurstVerdict {
    const nodes = this.#ports.nodes()
    const share = { ratePerS: ratePerS / nodes, burst: Math.max(1, Math.floor(burst / nodes)) }
    return { ...this.#share.take(key, share), mode: 'share' }
  }

  #spendAhead(key: string, now: number): boolean {
    const ahead = this.#ahead.get(key)
    if (ahead === undefined) return false
    if (ahead.left > 0 && now < ahead.until) {
      ahead.left -= 1
      return true
    }
    this.#ahead.delete(key)
    return false
  }

  async #ask(asks: readonly Ask[]): Promise<readonly BurstVerdict[]> {
    const askedAt = this.#ports.now()
    const limits = new Map(asks.map(({ key, limit }) => [key, limit]))
    const counts = new Map<string, number>()
    for (const { key } of asks) counts.set(key, (counts.get(key) ?? 0) + 1)
    const wishes = [...limits].map(([key, limit]) => ({
      key,
      ...limit,
      wished: (counts.get(key) as number) + aheadOf(limit, this.#ports.nodes()),
      floorMs: Math.max(0, (this.#tats.get(key) ?? askedAt) - askedAt),
    }))
    const grants = await this.#ports.takeBursts(wishes)
    for (const { key } of wishes) this.#learn(key, counts.get(key) as number, grants, askedAt)
    const left = new Map([...grants].map(([key, { granted }]) => [key, granted]))
    return asks.map(({ key, limit }) => {
      const granted = left.get(key) ?? 0
      left.set(key, granted - 1)
      return verdictOf(limit, granted > 0, this.#tats.get(key) ?? askedAt, this.#ports.now())
    })
  }

  #learn(
    key: string,
    asked: number,
    grants: ReadonlyMap<string, BurstGrant>,
    askedAt: number,
  ): void {
    const { granted = 0, aheadMs = 0 } = grants.get(key) ?? {}
    this.#remember(key, askedAt + aheadMs)
    if (granted > asked) this.#ahead.set(key, { left: granted - asked, until: askedAt + AHEAD_MS })
  }

  #remember(key: string, tat: number): void {
    this.#tats.set(key, tat)
    if (this.#tats.size <= MAX_KEYS) return
    const now = this.#ports.now()
    for (const [known, at] of this.#tats) if (at <= now) this.#tats.delete(known)
    for (const known of this.#tats.keys()) {
      if (this.#tats.size <= MAX_KEYS) break
      this.#tats.delete(known)
    }
    for (const [known, { until }] of this.#ahead) if (until <= now) this.#ahead.delete(known)
  }
}

function aheadOf({ burst }: GcraLimit, nodes: number): number {
  return Math.max(0, Math.floor((burst * AHEAD_SHARE) / nodes) - 1)
}

function verdictOf(limit: GcraLimit, allowed: boolean, tat: number, now: number): BurstVerdict {
  const next = gcra(limit, tat, now)
  const interval = 1000 / limit.ratePerS
  const remaining = next.allowed ? next.remaining + 1 : 0
  const resetMs = Math.max(0, tat - now)
  const retryAfterMs = Math.max(allowed ? 0 : 1, tat + interval - interval * limit.burst - now)
  return { allowed, tat, remaining, retryAfterMs, resetMs, mode: 'exact' }
}
