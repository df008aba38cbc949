import type { Knex } from 'knex'
import { type AuditEntry, insertAuditEntries } from '../audit/audit-store.ts'

/** Entries of one insert. */
const MAX_BATCH = 500

interface Waiting {
  readonly entry: AuditEntry
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/**
 * Writes what plugins are about to do to the world, before they do it: an effect that nobody could find again
 * is not had. Entries that come while one insert is under way go into the next together.
 */
export class EffectAudit {
  readonly #knex: Knex
  readonly #waiting: Waiting[] = []
  #isWriting = false

  constructor(knex: Knex) {
    this.#knex = knex
  }

  /** Resolves when the entry is durable. @throws when it cannot be written: then the effect must not happen */
  record(entry: AuditEntry): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ entry, resolve, reject })
      if (!this.#isWriting) void this.#write()
    })
  }

  async #write(): Promise<void> {
    this.#isWriting = true
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, MAX_BATCH)
      try {
        await insertAuditEntries(
          this.#knex,
          batch.map(({ entry }) => entry),
        )
        for (const { resolve } of batch) resolve()
      } catch (error) {
        for (const { reject } of batch) reject(error)
      }
    }
    this.#isWriting = false
  }
}
