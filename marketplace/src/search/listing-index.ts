import type { Knex } from 'knex'
import { listingOf } from './listing.ts'
import {
  addWords,
  listedNames,
  putListing,
  putUnlisted,
  readLatest,
  setStandings,
  staleListings,
} from './listing-store.ts'
import { type RunningFigures, standingOf } from './standing.ts'

/** How packages do on this host; the host has the figures. Those that nobody runs may be left out. */
export type ReadRunningFigures = (
  names: readonly string[],
) => Promise<ReadonlyMap<string, RunningFigures>>

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
export async function relistStale(knex: Knex, signal?: AbortSignal): Promise<number> {
  let made = 0
  for (;;) {
    const names = await staleListings(knex, BATCH)
    for (const name of names) await knex.transaction((trx) => relist(trx, name))
    made += names.length
    if (names.length < BATCH || signal?.aborted === true) return made
  }
}

/** Brings the standing of each package to what the host counts now. */
export async function refreshStandings(
  knex: Knex,
  readFigures: ReadRunningFigures,
  signal?: AbortSignal,
): Promise<void> {
  for (let cursor = ''; ; ) {
    const names = await listedNames(knex, cursor, BATCH)
    const figures = await readFigures(names)
    const standings = names.map((name) => {
      const known = figures.get(name)
      return { name, standing: known === undefined ? 0 : standingOf(known) }
    })
    if (standings.length > 0) await setStandings(knex, standings)
    cursor = names.at(-1) ?? ''
    if (names.length < BATCH || signal?.aborted === true) return
  }
}
