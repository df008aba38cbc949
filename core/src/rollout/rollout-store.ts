import type { Localized } from '@signalbox/sdk/errors'
import type { Knex } from 'knex'
import type { Page } from '../identity/identity-store.ts'
import type { AnalysisPlan } from './analysis-plan.ts'
import type { CohortBy } from './cohort.ts'
import { emptyTripState, mergeTripStates, type TripState } from './hard-trips.ts'
import { emptyJudgeState, type JudgeState, mergeJudgeStates } from './judge-state.ts'
import type { RolloutCommand, RolloutState } from './rollout-states.ts'
import type { Step } from './steps.ts'

export interface Rollout {
  readonly id: string
  readonly plugin: string
  readonly from: string
  readonly to: string
  readonly state: RolloutState
  readonly cohortBy: CohortBy
  readonly steps: readonly Step[]
  readonly analysis: AnalysisPlan
  /** Index of the step it is in, or will start with. */
  readonly step: number
  /** Milliseconds since the epoch; null before the start. */
  readonly stepStartedAt: number | null
  readonly exposuresBefore: number
  readonly createdAt: string
  /** When it was last moved: of a completed rollout, when it was completed. */
  readonly updatedAt: string
}

export interface Transition {
  readonly command: RolloutCommand
  readonly from: RolloutState
  readonly to: RolloutState
  readonly step: number
  readonly weightBp: number
  readonly actor: string
  readonly reason: Localized
  readonly evidence: Readonly<Record<string, unknown>>
  readonly generation: number
}

export interface StoredTransition extends Transition {
  readonly id: number
  readonly at: string
}

export interface Tallies {
  readonly judge: JudgeState
  readonly trips: TripState
}

export async function insertRollout(
  trx: Knex,
  rollout: Omit<Rollout, 'stepStartedAt' | 'exposuresBefore' | 'createdAt' | 'updatedAt'>,
): Promise<void> {
  await trx('rollouts').insert({
    id: rollout.id,
    plugin: rollout.plugin,
    from_version: rollout.from,
    to_version: rollout.to,
    state: rollout.state,
    cohort_by: rollout.cohortBy,
    steps: JSON.stringify(rollout.steps),
    analysis: JSON.stringify(rollout.analysis),
    step: rollout.step,
  })
}

export async function findRollout(knex: Knex, id: string): Promise<Rollout | undefined> {
  const row = await knex('rollouts').where({ id }).first()
  return row === undefined ? undefined : rolloutOf(row)
}

/** Locked until the transaction ends: commands on one rollout are done one after the other. */
export async function lockRollout(trx: Knex.Transaction, id: string): Promise<Rollout | undefined> {
  const row = await trx('rollouts').where({ id }).forUpdate().first()
  return row === undefined ? undefined : rolloutOf(row)
}

export async function listRollouts(
  knex: Knex,
  filter: Page & { plugin: string | undefined },
): Promise<Rollout[]> {
  const query = knex('rollouts').orderBy('id').limit(filter.limit)
  if (filter.plugin !== undefined) query.where('plugin', filter.plugin)
  if (filter.cursor !== undefined) query.where('id', '>', filter.cursor)
  return (await query).map(rolloutOf)
}

export async function listLiveRollouts(knex: Knex): Promise<Rollout[]> {
  const rows = await knex('rollouts').whereIn('state', ['running', 'paused'])
  return rows.map(rolloutOf)
}

/** The rollout that made `version` what it is; undefined: it was never rolled out. */
export async function findCompleted(
  knex: Knex,
  plugin: string,
  version: string,
): Promise<Rollout | undefined> {
  const row = await knex('rollouts')
    .where({ plugin, to_version: version, state: 'completed' })
    .orderBy('updated_at', 'desc')
    .first()
  return row === undefined ? undefined : rolloutOf(row)
}

export async function hasLiveRollout(trx: Knex, plugin: string, except: string): Promise<boolean> {
  const row = await trx('rollouts')
    .where({ plugin })
    .whereNot({ id: except })
    .whereIn('state', ['running', 'paused'])
    .first('id')
  return row !== undefined
}

export async function updateRollout(
  trx: Knex,
  id: string,
  change: {
    readonly state: RolloutState
    readonly step: number
    /** Set where a step begins, or begins again. */
    readonly begin?: { readonly at: number; readonly exposures: number }
  },
): Promise<void> {
  const { state, step, begin } = change
  await trx('rollouts')
    .where({ id })
    .update({
      state,
      step,
      updated_at: trx.fn.now(),
      ...(begin === undefined
        ? {}
        : { step_started_at: new Date(begin.at), exposures_before: begin.exposures }),
    })
}

export async function insertTransition(
  trx: Knex,
  rollout: string,
  transition: Transition,
): Promise<void> {
  await trx('rollout_transitions').insert({
    rollout,
    command: transition.command,
    from_state: transition.from,
    to_state: transition.to,
    step: transition.step,
    weight_bp: transition.weightBp,
    actor: transition.actor,
    reason: JSON.stringify(transition.reason),
    evidence: JSON.stringify(transition.evidence),
    generation: transition.generation,
  })
}

/** Oldest first. */
export async function listTransitions(knex: Knex, rollout: string): Promise<StoredTransition[]> {
  const rows = await knex('rollout_transitions').where({ rollout }).orderBy('id').limit(500)
  return rows.map((row) => ({
    id: Number(row.id),
    at: row.at.toISOString(),
    command: row.command,
    from: row.from_state,
    to: row.to_state,
    step: row.step,
    weightBp: row.weight_bp,
    actor: row.actor,
    reason: row.reason,
    evidence: row.evidence,
    generation: Number(row.generation),
  }))
}

/** One process writes the whole of what it has counted: to write twice changes nothing. */
export async function putTallies(
  knex: Knex,
  rollout: string,
  node: string,
  { judge, trips }: Tallies,
): Promise<void> {
  await knex('rollout_tallies')
    .insert({
      rollout,
      node,
      judge: JSON.stringify(judge),
      trips: JSON.stringify(trips),
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
    }),
    { judge: emptyJudgeState, trips: emptyTripState },
  )
}

function rolloutOf(row: Record<string, unknown>): Rollout {
  const startedAt = row.step_started_at as Date | null
  return {
    id: row.id as string,
    plugin: row.plugin as string,
    from: row.from_version as string,
    to: row.to_version as string,
    state: row.state as RolloutState,
    cohortBy: row.cohort_by as CohortBy,
    steps: row.steps as readonly Step[],
    analysis: row.analysis as AnalysisPlan,
    step: row.step as number,
    stepStartedAt: startedAt === null ? null : startedAt.getTime(),
    exposuresBefore: Number(row.exposures_before),
    createdAt: (row.created_at as Date).toISOString(),
    updatedAt: (row.updated_at as Date).toISOString(),
  }
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
