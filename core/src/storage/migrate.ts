import { readdir } from 'node:fs/promises'
import type { Knex } from 'knex'
import { coreErrors } from '../errors.ts'
import { patiently } from './answer-deadline.ts'
import { isDatabaseUnavailable } from './database-unavailable.ts'

interface Migration {
  up(knex: Knex): Promise<void>
  down(knex: Knex): Promise<void>
}

const hostMigrations = new URL('../../../migrations/', import.meta.url)

/** Any constant will do as long as every version of the host uses the same: the bytes of "sgbx". */
const MIGRATION_LOCK = 0x73676278

/**
 * Brings the host's database to this version's schema; returns the names of what was applied.
 *
 * All of it is one transaction under an advisory lock that ends with it: hosts that start together take
 * turns, and a kill -9 leaves neither a half-made schema nor knex's lock row set. A database that is ahead
 * of this version is left as it is: migrations are additive within a major.
 * @throws CORE_MIGRATION_FAILED naming the file; nothing was changed.
 */
export function migrateUp(knex: Knex, folder: URL = hostMigrations): Promise<readonly string[]> {
  return underLock(knex, folder, (trx, config) => trx.migrate.latest(config))
}

/** Takes the newest migration back; returns its name, or nothing when there is none left. */
export function migrateDown(knex: Knex, folder: URL = hostMigrations): Promise<readonly string[]> {
  return underLock(knex, folder, (trx, config) => trx.migrate.down(config))
}

async function underLock(
  knex: Knex,
  folder: URL,
  work: (trx: Knex.Transaction, config: Knex.MigratorConfig) => Promise<[number, string[]]>,
): Promise<readonly string[]> {
  const migrationSource = await sourceOf(folder)
  return knex.transaction(async (trx) => {
    // A large table takes its time, and so does the host that came first.
    return patiently(await trx.client.acquireConnection(), async () => {
      await trx.raw('SELECT pg_advisory_xact_lock(?)', [MIGRATION_LOCK])
      const config = { migrationSource, disableMigrationsListValidation: true }
      const [, names] = await work(trx, config)
      return names
    })
  })
}

async function sourceOf(folder: URL): Promise<Knex.MigrationSource<string>> {
  const files = (await readdir(folder)).filter((file) => /^\d{4}-[a-z0-9-]+\.ts$/.test(file)).sort()
  return {
    getMigrations: () => Promise.resolve(files),
    getMigrationName: (file) => file,
    getMigration: async (file) => named(file, await import(new URL(file, folder).href)),
  }
}

/** knex's own error does not say which file it came from. */
function named(migration: string, { up, down }: Migration): Migration {
  const run = (step: Migration['up']) => (knex: Knex) =>
    step(knex).catch((cause: Error) => {
      if (isDatabaseUnavailable(cause)) throw cause
      const reason = cause.message
      throw coreErrors.create('MIGRATION_FAILED', { migration, reason }, { cause })
    })
  return { up: run(up), down: run(down) }
}
