import type { Knex } from 'knex'
import { GENERATION_CHANNEL } from '../../audit/change.ts'
import { DatabaseClock } from '../../storage/database-clock.ts'
import { Hints } from '../../storage/hints.ts'
import { emptySnapshot, type Snapshot } from './snapshot.ts'
import { loadSnapshot, readPulse } from './snapshot-store.ts'
import { isLeaseOver, routedBy } from './withheld-canaries.ts'

/** A node that missed a NOTIFY learns of a change after this long at most. */
const POLL_MS = 500

interface Logger {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
}

interface Ports {
  readonly knex: Knex
  readonly databaseUrl: string
  readonly log: Logger
  /** Told after each swap. */
  readonly onSwap?: (before: Snapshot, after: Snapshot) => void
  /** For tests; the process's own when left out. */
  readonly monotonic?: () => number
}

/**
 * This node's view of the routing table. The database holds the truth; NOTIFY is a hint to re-read it, a
 * poll finds what the hint missed, and while PostgreSQL is away the last snapshot serves (fail static); but for
 * canaries, which are given no call past a lease.
 */
export class RoutingTable {
  readonly #ports: Ports
  /** Its connection is looked after here, whatever else is heard on it. */
  readonly hints: Hints
  readonly #followers: ((before: Snapshot, after: Snapshot) => void)[] = []
  readonly #clock: DatabaseClock
  readonly #monotonic: () => number
  #snapshot: Snapshot = emptySnapshot
  #heardAt = Number.NEGATIVE_INFINITY
  #isToldDeaf = false
  #refreshing: Promise<void> | undefined
  #poll: NodeJS.Timeout | undefined
  #stopped = false
  #away = false
  #isChecking = false
  #isAskedAgain = false

  constructor(ports: Ports) {
    this.#ports = ports
    this.#monotonic = ports.monotonic ?? (() => performance.now())
    this.#clock = new DatabaseClock(this.#monotonic)
    this.hints = new Hints(ports.databaseUrl)
    this.hints.hear(GENERATION_CHANNEL, () => void this.#check())
  }

  /** What this node routes by at this moment. */
  get snapshot(): Snapshot {
    return routedBy(this.#snapshot, this.#heardAt, this.#monotonic())
  }

  /** Whether its lease is over, and canaries are given no call. */
  get isDeaf(): boolean {
    return isLeaseOver(this.#heardAt, this.#monotonic())
  }

  /** Milliseconds since it was known to be up to date, by the monotonic clock. */
  get silentMs(): number {
    return this.#monotonic() - this.#heardAt
  }

  /** Milliseconds since the epoch by PostgreSQL's clock: nodes compare what they wrote by this one. */
  now(): number {
    return this.#clock.now()
  }

  /** @param follower told after each swap from now on, as `onSwap` is */
  follow(follower: (before: Snapshot, after: Snapshot) => void): void {
    this.#followers.push(follower)
  }

  /** Loads the first snapshot; rejects when PostgreSQL cannot be read. */
  async start(): Promise<void> {
    await this.#load()
    await this.#hear()
    this.#poll = setInterval(() => void this.#check(), POLL_MS)
    this.#poll.unref()
    await this.hints.connect()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearInterval(this.#poll)
    await this.hints.stop()
    await this.#refreshing?.catch(() => undefined)
  }

  /** After this resolves, the snapshot is at `generation` or later: a caller sees what it has just changed. */
  async reach(generation: number): Promise<void> {
    while (this.#snapshot.generation < generation) await this.#refresh()
  }

  /** One load at a time; a second caller waits for the one in flight, then looks whether it was enough. */
  #refresh(): Promise<void> {
    this.#refreshing ??= this.#load().finally(() => {
      this.#refreshing = undefined
    })
    return this.#refreshing
  }

  async #load(): Promise<void> {
    const { knex, log } = this.#ports
    const before = this.#snapshot
    const askedAt = this.#monotonic()
    const loaded = await loadSnapshot(knex, before.versions, (version, err) =>
      log.warn(
        { err, version },
        'a version cannot be compiled and is left out of the routing table',
      ),
    )
    if (loaded.generation < this.#snapshot.generation) return
    this.#heardAt = Math.max(this.#heardAt, askedAt)
    this.#snapshot = loaded
    this.#ports.onSwap?.(before, loaded)
    for (const follow of this.#followers) follow(before, loaded)
  }

  /** What it then knows is as old as the question, not as the answer. */
  async #hear(): Promise<void> {
    const askedAt = this.#monotonic()
    const { generation, at } = await readPulse(this.#ports.knex)
    this.#clock.heard(at, askedAt)
    // Not one refresh: the load in flight may have begun before this generation was committed.
    await this.reach(generation)
    this.#heardAt = Math.max(this.#heardAt, askedAt)
  }

  /** Told once when it begins and once when it ends; what is routed by asks the clock itself. */
  #tellOfSilence(): void {
    const { isDeaf } = this
    if (isDeaf === this.#isToldDeaf) return
    this.#isToldDeaf = isDeaf
    const { log } = this.#ports
    const fields = { generation: this.#snapshot.generation }
    if (isDeaf) log.warn(fields, 'not heard for too long: canaries are given no call on this node')
    else log.info(fields, 'heard again: canaries have their calls on this node')
  }

  /** Never rejects: an outage is logged once, and ends by itself. */
  async #check(): Promise<void> {
    // A server that is silent would otherwise gather a poll every half second on the host's few connections.
    // What is told meanwhile is looked at right after.
    if (this.#stopped) return
    this.#tellOfSilence()
    if (this.#isChecking) {
      this.#isAskedAgain = true
      return
    }
    this.#isChecking = true
    try {
      await this.#hear()
      this.#tellOfSilence()
      await this.hints.connect()
      if (this.#away) {
        const { generation } = this.#snapshot
        this.#ports.log.info({ generation }, 'the routing table is read again')
      }
      this.#away = false
    } catch (error) {
      if (!this.#away && !this.#stopped) {
        this.#ports.log.warn(
          { err: error },
          'the routing table cannot be read; the last one serves',
        )
      }
      this.#away = true
    } finally {
      this.#isChecking = false
      if (this.#isAskedAgain) {
        this.#isAskedAgain = false
        void this.#check()
      }
    }
  }
}
