import type { Knex } from 'knex'

/** Any constant, the same for every version of the host. */
const INSTALLS_LOCK = 0x73626972

/**
 * Held by whoever looks at what else is installed, and relies on it: many may at once. Taken before the row of any
 * plugin, as removals do.
 */
export async function shareInstalls(trx: Knex.Transaction): Promise<void> {
  await trx.raw('select pg_advisory_xact_lock_shared(?)', [INSTALLS_LOCK])
}

/** Held by a removal until its end: nobody makes use of the plugin meanwhile. */
export async function holdInstalls(trx: Knex.Transaction): Promise<void> {
  await trx.raw('select pg_advisory_xact_lock(?)', [INSTALLS_LOCK])
}
