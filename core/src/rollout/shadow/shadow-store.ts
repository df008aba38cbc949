import type { Knex } from 'knex'
import { emptyShadowTally, mergeShadowTallies, type ShadowTally } from './shadow-tally.ts'

/** One process writes the whole of what it has seen: to write twice changes nothing. */
export async function putShadowTally(
  knex: Knex,
  rollout: string,
  node: string,
  tally: ShadowTally,
): Promise<void> {
  await knex('rollout_shadow_tallies')
    .insert({ rollout, node, tally: JSON.stringify(tally), updated_at: knex.fn.now() })
    .onConflict(['rollout', 'node'])
    .merge()
}

/** What all nodes together have seen. */
export async function readShadowTally(knex: Knex, rollout: string): Promise<ShadowTally> {
  const rows = await knex('rollout_shadow_tallies').where({ rollout }).select('tally')
  return rows.reduce<ShadowTally>(
    (sum, { tally }) => mergeShadowTallies(sum, tally as ShadowTally),
    emptyShadowTally,
  )
}

/** @returns false where some node has run that recorded call for the rollout already. */
export async function claimReplay(
  knex: Knex,
  rollout: string,
  invocation: string,
): Promise<boolean> {
  const rows = await knex('rollout_shadow_replays')
    .insert({ rollout, invocation })
    .onConflict(['rollout', 'invocation'])
    .ignore()
    .returning('invocation')
  return rows.length === 1
}
