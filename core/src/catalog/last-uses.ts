import type { Knex } from 'knex'
import { RepeatedRun } from '../storage/repeated-run.ts'
import { touchCredentials } from './credential-store.ts'

/** How old "last used" may be: an admin who asks whether a key is still in use wants days. A kill loses as much. */
const INTERVAL_MS = 5000

/** While PostgreSQL is away; all credentials that one host has, and more. */
const MAX_WAITING = 100_000

/** When each credential was used: kept in memory for each call, written in one statement an interval. */
export class LastUses {
  readonly #knex: Knex
  readonly #now: () => number
  readonly #log: { warn(fields: object, message: string): void }
  #uses = new Map<string, number>()
  readonly #runs = new RepeatedRun(() => this.#write(), INTERVAL_MS)

  constructor(ports: {
    knex: Knex
    now: () => number
    log: { warn(fields: object, message: string): void }
  }) {
    this.#knex = ports.knex
    this.#now = ports.now
    this.#log = ports.log
  }

  start(): void {
    this.#runs.start()
  }

  used(credential: string): void {
    if (this.#uses.size < MAX_WAITING || this.#uses.has(credential)) {
      this.#uses.set(credential, this.#now())
    }
  }

  /** Never rejects: what cannot be written now waits for the next interval. */
  flush(): Promise<void> {
    return this.#runs.run()
  }

  async stop(): Promise<void> {
    await this.#runs.stop()
    await this.flush()
  }

  async #write(): Promise<void> {
    if (this.#uses.size === 0) return
    const uses = this.#uses
    this.#uses = new Map()
    try {
      await touchCredentials(this.#knex, uses)
    } catch (err) {
      this.#uses = new Map([...uses, ...this.#uses])
      this.#log.warn({ err, waiting: this.#uses.size }, 'when keys were used waits for PostgreSQL')
    }
  }
}
