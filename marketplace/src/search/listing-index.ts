import type { Knex } from 'knex'
import { listingOf } from './listing.ts'
import {
  addWords,
  putListing,
  putUnlisted,
  readLatest,
  setStandings,
  staleListings,
} from './listing-store.ts'
import { type RunningFigures, standingOf } from './standing.ts'

/** Packages of one look. */
const BATCH = 200

/** Makes a package's listing anew, in the transaction of what changed it or behind it. */
export async function relist(knex: Knex, name: string): Promise<void> {
  const latest = await readLatest(knex, name)
  if (latest === undefined) return
  if (latest.shown === undefined) return putUnlisted(knex, { name, ...latest })
  const listing = listingOf(latest.shown)
  await putListing(knex, latest.rev, listing)
  await addWords(knex, listing)
}

/**
 * Finds what was changed without its listing, as by a host of an older version: each change of a package gives it another
 * revision. @returns how many were made anew
 */
async function relistStale(knex: Knex): Promise<number> {
  let made = 0
  for (;;) {
    const names = await staleListings(knex, BATCH)
    for (const name of names) await knex.transaction((trx) => relist(trx, name))
    made += names.length
    if (names.length < BATCH) return made
  }
}

/**
 * What is not done in the transaction of a change: lists what was changed without, and brings the standing of each package
 * to what the host counts now. @param figures by name; what nobody runs is not there
 */
export async function refreshListings(
  knex: Knex,
  figures: ReadonlyMap<string, RunningFigures>,
): Promise<void> {
  await relistStale(knex)
  await setStandings(
    knex,
    [...figures].map(([name, known]) => ({ name, standing: standingOf(known) })),
  )
}
