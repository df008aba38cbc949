import type { Localized } from '@signalbox/sdk/errors'
import type { Knex } from 'knex'
import type { Page } from '../identity/identity-store.ts'
import { dueWhere } from '../storage/due-watch.ts'
import type { CohortBy } from './cohorts/cohort.ts'
import type { CohortKeys, CohortLists } from './cohorts/cohort-lists.ts'
import type { AnalysisPlan } from './judge/analysis-plan.ts'
import type { PlanChoice } from './plan/default-plans.ts'
import type { PauseReason } from './plan/pause-reasons.ts'
import type { GateAnswer } from './plan/question.ts'
import type { Step } from './plan/steps.ts'
import { type RolloutCommand, type RolloutState, sharingStates } from './rollout-states.ts'

export interface Rollout {
  readonly id: string
  readonly plugin: string
  /** `plugin`: its versions. Else versions of a document that the plugin keeps in a tenant. */
  readonly kind: string
  /** Null of a plugin, which is no tenant's. */
  readonly tenant: string | null
  readonly document: string | null
  readonly from: string
  readonly to: string
  readonly state: RolloutState
  /** Rises with every move: what was decided upon an older one is dropped. */
  readonly revision: number
  readonly pausedFor: PauseReason | null
  /** The step in which a person resumed it although something looked wrong: that pauses it no more there. */
  readonly acceptedStep: number | null
  /** The actor who started it, as the audit names it. */
  readonly startedBy: string | null
  /** Rollouts of one group are moved together. */
  readonly group: string | null
  /** What is hashed with the keys: its own id, or the group's. */
  readonly salt: string
  readonly cohortBy: CohortBy
  readonly keys: CohortKeys
  readonly lists: CohortLists
  readonly gateAnswer: GateAnswer | null
  /** Why the host chose the steps; null: whoever planned it did. */
  readonly planChoice: PlanChoice | null
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

export type NewRollout = Pick<
  Rollout,
  'id' | 'plugin' | 'from' | 'to' | 'group' | 'salt' | 'cohortBy' | 'keys' | 'lists' | 'planChoice'
> & {
  readonly steps: readonly Step[]
  readonly analysis: AnalysisPlan
  /** Absent: the plugin itself. */
  readonly subject?: DocumentName
}

/** A document of a plugin in a tenant. */
export interface DocumentName {
  readonly tenant: string
  readonly kind: string
  readonly document: string
}

/** Planned: in `ready`, before its first step. */
export async function insertRollout(trx: Knex, rollout: NewRollout): Promise<void> {
  await trx('rollouts').insert({
    id: rollout.id,
    plugin: rollout.plugin,
    kind: rollout.subject?.kind ?? 'plugin',
    tenant: rollout.subject?.tenant ?? null,
    subject_id: rollout.subject?.document ?? null,
    from_version: rollout.from,
    to_version: rollout.to,
    state: 'ready',
    group_id: rollout.group,
    salt: rollout.salt,
    cohort_by: rollout.cohortBy,
    keys: JSON.stringify(rollout.keys),
    lists: JSON.stringify(rollout.lists),
    plan_choice: rollout.planChoice === null ? null : JSON.stringify(rollout.planChoice),
    steps: JSON.stringify(rollout.steps),
    analysis: JSON.stringify(rollout.analysis),
    step: 0,
  })
}

export async function findRollout(knex: Knex, id: string): Promise<Rollout | undefined> {
  const row = await knex('rollouts').where({ id }).first()
  return row === undefined ? undefined : rolloutOf(row)
}

/**
 * The rollout and those of its group, by id; empty: there is none. Locked until the transaction ends: commands
 * on one rollout are done one after the other, and two on one group never wait for each other in a circle.
 */
export async function lockRollouts(trx: Knex.Transaction, id: string): Promise<Rollout[]> {
  const members = await membersOf(trx, id)
  const rows = await trx('rollouts').where(members).orderBy('id').forUpdate()
  return rows.map(rolloutOf)
}

/** Those that are named, locked in the same order. */
export async function lockRolloutsOf(
  trx: Knex.Transaction,
  ids: readonly string[],
): Promise<Rollout[]> {
  const rows = await trx('rollouts').whereIn('id', ids).orderBy('id').forUpdate()
  return rows.map(rolloutOf)
}

/** The same without the lock. */
export async function listGroup(knex: Knex, id: string): Promise<Rollout[]> {
  const rows = await knex('rollouts')
    .where(await membersOf(knex, id))
    .orderBy('id')
  return rows.map(rolloutOf)
}

async function membersOf(knex: Knex, id: string): Promise<{ id: string } | { group_id: string }> {
  const one = await knex('rollouts').where({ id }).first('group_id')
  const group: string | null = one?.group_id ?? null
  return group === null ? { id } : { group_id: group }
}

export async function listRollouts(
  knex: Knex,
  filter: Page & { plugin: string | undefined; kind?: string | undefined },
): Promise<Rollout[]> {
  const { kind = 'plugin' } = filter
  const query = knex('rollouts')
    .where({ kind })
    .orderBy([
      { column: 'created_at', order: 'desc' },
      { column: 'id', order: 'desc' },
    ])
    .limit(filter.limit)
  if (filter.plugin !== undefined) query.where('plugin', filter.plugin)
  if (filter.cursor !== undefined) {
    query.whereRaw('(created_at, id) < (select created_at, id from rollouts where id = ?)', [
      filter.cursor,
    ])
  }
  return (await query).map(rolloutOf)
}

export const liveRollouts = dueWhere(
  `exists (select from rollouts where state in (${sharingStates.map((state) => `'${state}'`).join(', ')}))`,
)

export async function listLiveRollouts(knex: Knex): Promise<Rollout[]> {
  const rows = await knex('rollouts').whereIn('state', sharingStates).orderBy('id')
  return rows.map(rolloutOf)
}

/** Of these plugins: each has one at most. */
export async function listLiveOf(knex: Knex, plugins: readonly string[]): Promise<Rollout[]> {
  const rows = await knex('rollouts')
    .whereIn('plugin', plugins)
    .whereIn('state', sharingStates)
    .orderBy('id')
  return rows.map(rolloutOf)
}

/** The rollout that made `version` what it is; undefined: it was never rolled out. */
export async function findCompleted(
  knex: Knex,
  plugin: string,
  version: string,
): Promise<Rollout | undefined> {
  const row = await knex('rollouts')
    .where({ plugin, kind: 'plugin', to_version: version, state: 'completed' })
    .orderBy('updated_at', 'desc')
    .first()
  return row === undefined ? undefined : rolloutOf(row)
}

/** What became of the rollouts of a plugin itself, the last first; at most 1000. */
export async function listOutcomes(
  knex: Knex,
  plugin: string,
): Promise<readonly Pick<Rollout, 'id' | 'from' | 'to' | 'state'>[]> {
  return knex('rollouts')
    .where({ plugin, kind: 'plugin' })
    .orderBy('updated_at', 'desc')
    .limit(1000)
    .select('id', 'state', { from: 'from_version', to: 'to_version' })
}

/** Whether another rollout of the same shares its calls. */
export async function hasLiveRollout(
  trx: Knex,
  { id, plugin, kind, tenant, document }: Rollout,
): Promise<boolean> {
  const row = await trx('rollouts')
    .where({ plugin, kind, tenant, subject_id: document })
    .whereNot({ id })
    .whereIn('state', sharingStates)
    .first('id')
  return row !== undefined
}

export async function updateRollout(
  trx: Knex,
  id: string,
  change: {
    readonly state: RolloutState
    readonly step: number
    readonly pausedFor: PauseReason | null
    readonly startedBy: string | null
    readonly acceptedStep: number | null
    /** Set where a step begins, or begins again. */
    readonly begin?: { readonly at: number; readonly exposures: number }
  },
): Promise<void> {
  const { state, step, pausedFor, startedBy, acceptedStep, begin } = change
  await trx('rollouts')
    .where({ id })
    .update({
      state,
      step,
      revision: trx.raw('revision + 1'),
      paused_for: pausedFor,
      started_by: startedBy,
      accepted_step: acceptedStep,
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

/**
 * What a gate said, while the rollouts are as they were when it was asked, and nobody has asked since and been answered.
 * @returns whether it counts
 */
export async function putGateAnswer(
  knex: Knex,
  rollouts: readonly string[],
  answer: GateAnswer & { readonly askedAt: number },
): Promise<boolean> {
  return knex.transaction(async (trx) => {
    await lockRolloutsOf(trx, rollouts)
    const changed = await trx('rollouts')
      .whereIn('id', rollouts)
      .where({ revision: answer.revision, state: 'running' })
      .whereRaw(
        "coalesce(gate_answer->>'askedAt', gate_answer->>'at', '0')::double precision < ?",
        [answer.askedAt],
      )
      .update({ gate_answer: JSON.stringify(answer) })
    return changed > 0
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

function rolloutOf(row: Record<string, unknown>): Rollout {
  const startedAt = row.step_started_at as Date | null
  return {
    id: row.id as string,
    plugin: row.plugin as string,
    kind: row.kind as string,
    tenant: row.tenant as string | null,
    document: row.subject_id as string | null,
    from: row.from_version as string,
    to: row.to_version as string,
    state: row.state as RolloutState,
    revision: Number(row.revision),
    pausedFor: row.paused_for as PauseReason | null,
    acceptedStep: row.accepted_step as number | null,
    startedBy: row.started_by as string | null,
    group: row.group_id as string | null,
    salt: (row.salt ?? row.id) as string,
    cohortBy: row.cohort_by as CohortBy,
    keys: row.keys as CohortKeys,
    lists: row.lists as CohortLists,
    gateAnswer: row.gate_answer as GateAnswer | null,
    planChoice: row.plan_choice as PlanChoice | null,
    steps: row.steps as readonly Step[],
    analysis: row.analysis as AnalysisPlan,
    step: row.step as number,
    stepStartedAt: startedAt === null ? null : startedAt.getTime(),
    exposuresBefore: Number(row.exposures_before),
    createdAt: (row.created_at as Date).toISOString(),
    updatedAt: (row.updated_at as Date).toISOString(),
  }
}
