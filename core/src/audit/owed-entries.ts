import type { Knex } from 'knex'
import { TellingLoop } from '../events/telling-loop.ts'
import { everyMs } from '../storage/wakes.ts'
import { recordChanges } from './change.ts'
import { hasOwed, takeOwed, takeOwedTurn } from './owed-entry-store.ts'

interface Ports {
  readonly knex: Knex
  readonly log: { warn(fields: object, message: string): void }
}

/** Some milliseconds of work for PostgreSQL. */
const AT_ONCE = 200

/** What a killed host owed is found this late; a change that is made is told at once. */
const POLL_MS = 10_000

/**
 * Writes the audit entries and events that changes owe to tenants, some at a time, behind the changes. What was written is
 * taken off the list in the same transaction, so that each is there once, whoever is killed; and by one node at a time,
 * so that of one subject the changes are told in their order.
 */
export class OwedEntries {
  readonly #knex: Knex
  readonly #loop: TellingLoop

  constructor({ knex, log }: Ports) {
    this.#knex = knex
    const tell = () => this.tell()
    const wakes = everyMs(POLL_MS)
    this.#loop = new TellingLoop({ tell, waiting: 'notices to tenants', wakes, log })
  }

  start(): void {
    this.#loop.start()
  }

  stop(): Promise<void> {
    return this.#loop.stop()
  }

  /** There is something to tell. */
  look(): void {
    this.#loop.look()
  }

  /** @returns whether there may be more */
  async tell(): Promise<boolean> {
    if (!(await hasOwed(this.#knex))) return false
    return this.#knex.transaction(async (trx) => {
      if (!(await takeOwedTurn(trx))) return false
      const owed = await takeOwed(trx, AT_ONCE)
      if (owed === undefined) return false
      const { generation, ...change } = owed.change
      const changes = owed.entries.map(({ tenant, detail }) => ({
        ...{ ...change, tenant },
        detail: { ...change.detail, ...detail },
      }))
      await recordChanges(trx, changes, generation)
      return true
    })
  }
}
