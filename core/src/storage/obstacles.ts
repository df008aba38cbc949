import type { Knex } from 'knex'

/** A probe that waits longer than this would itself be the outage. */
const PROBE_MS = 1000

/** What keeps this node from serving, by name; an empty list when nothing does. */
export async function obstaclesOf(knex: Knex): Promise<string[]> {
  const answered = await knex
    .raw('select 1')
    .timeout(PROBE_MS)
    .then(
      () => true,
      () => false,
    )
  return answered ? [] : ['postgresql']
}
