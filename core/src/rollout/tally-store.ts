import type { Knex } from 'knex'
import { emptyTripState, mergeTripStates, type TripState } from './judge/hard-trips.ts'
import { emptyJudgeState, type JudgeState, mergeJudgeStates } from './judge/judge-state.ts'
import { emptySketch, mergeSketches, type UnitSketch } from './judge/unit-sketch.ts'

export interface Tallies {
  readonly judge: JudgeState
  readonly trips: TripState
  readonly units: UnitSketch
}

/** Before anything was counted. */
export const noTallies: Tallies = {
  judge: emptyJudgeState,
  trips: emptyTripState,
  units: emptySketch,
}

/** One process writes the whole of what it has counted: to write twice changes nothing. */
export async function putTallies(
  knex: Knex,
  rollout: string,
  node: string,
  { judge, trips, units }: Tallies,
): Promise<void> {
  await knex('rollout_tallies')
    .insert({
      rollout,
      node,
      judge: JSON.stringify(judge),
      trips: JSON.stringify(trips),
      units: JSON.stringify(units),
      updated_at: knex.fn.now(),
    })
    .onConflict(['rollout', 'node'])
    .merge()
}

/** What all nodes together have counted. */
export async function readTallies(knex: Knex, rollout: string): Promise<Tallies> {
  const rows = await knex('rollout_tallies').where({ rollout })
  return rows.reduce<Tallies>(
    (sum, row) => ({
      judge: mergeJudgeStates(sum.judge, row.judge),
      trips: mergeTripStates(sum.trips, withAllKinds(row.trips)),
      units: mergeSketches(sum.units, row.units ?? emptySketch),
    }),
    noTallies,
  )
}

/** A rollout that an earlier host began may know fewer kinds. */
function withAllKinds(trips: TripState): TripState {
  const { canary, stable } = emptyTripState
  return {
    ...trips,
    canary: { ...canary, ...trips.canary },
    stable: { ...stable, ...trips.stable },
  }
}
