import type { InputFault } from '@signalbox/sdk/errors'
import type { Knex } from 'knex'
import { coreErrors } from '../../errors.ts'
import { servingStates } from '../../registry/installation-states.ts'
import { findInstallation, type Installation } from '../../registry/registry-store.ts'
import { lockInstalled } from '../../registry/serving-installation.ts'
import { withdrawalRefusal } from '../../registry/withdrawn/withdrawal-refusal.ts'
import { findWithdrawn } from '../../registry/withdrawn/withdrawn-store.ts'
import type { CohortBy } from '../cohorts/cohort.ts'
import {
  type CohortKeys,
  type CohortLists,
  keyFaults,
  memberFaults,
  missingKeyFaults,
  noLists,
} from '../cohorts/cohort-lists.ts'
import { findCohort } from '../cohorts/cohort-store.ts'
import { type AnalysisPlan, analysisFaults, emptyAnalysis } from '../judge/analysis-plan.ts'
import { servicesOf } from '../judge/traffic.ts'
import { type MeasuredTraffic, measureTraffic } from '../judge/traffic-store.ts'
import { insertRollout, type NewRollout } from '../rollout-store.ts'
import type { Snapshot } from '../routing/snapshot.ts'
import { comparisonFaults } from '../shadow/compared-versions.ts'
import { defaultPlan, type PlanChoice } from './default-plans.ts'
import { isObject } from './plan-faults.ts'
import {
  isApproval,
  isGate,
  isWeightStep,
  type Step,
  stepFaults,
  type WeightStep,
} from './steps.ts'

export interface PluginVersion {
  readonly plugin: string
  readonly version: string
}

/** What of a wish is the same for every rollout of a group. */
export interface RolloutPlan {
  readonly steps: readonly Step[]
  readonly cohortBy: CohortBy
  readonly keys: CohortKeys
  readonly deny: readonly string[]
  readonly allow: readonly string[]
  readonly analysis: AnalysisPlan
}

/** The parts of a plan that somebody wishes for. */
export type PlanWish = {
  readonly [Part in keyof RolloutPlan]?: RolloutPlan[Part] | undefined
} & {
  /** Of the plugin, where the steps are left out: the host chooses them by it. */
  readonly callsPerDay?: number | undefined
  /** What is hashed with the keys: that of an earlier rollout draws the same keys again. Absent: drawn anew. */
  readonly salt?: string | undefined
}

/** What the host counted of a plugin, where a wish leaves both steps and traffic out. */
export async function measuredFor(
  knex: Knex,
  snapshot: Snapshot,
  wish: PlanWish & { readonly plugin: string },
): Promise<MeasuredTraffic | undefined> {
  if (wish.steps !== undefined || wish.callsPerDay !== undefined) return undefined
  return measureTraffic(knex, servicesOf(snapshot, wish.plugin))
}

/** What a wish leaves out is filled in. The choice is why the host chose the steps; null: whoever wishes did. */
export function planOf(
  wish: PlanWish,
  measured?: MeasuredTraffic | undefined,
): {
  readonly plan: RolloutPlan
  readonly choice: PlanChoice | null
} {
  const { cohortBy = 'request', keys = {}, deny = [], allow = [] } = wish
  const rest = { cohortBy, keys, deny, allow, analysis: wish.analysis ?? emptyAnalysis }
  if (wish.steps !== undefined) return { plan: { steps: wish.steps, ...rest }, choice: null }
  const { steps, choice } = defaultPlan(wish.callsPerDay, measured)
  return { plan: { steps, ...rest }, choice }
}

/** @returns what is wrong with a plan by itself, each with its place in the request */
export function planFaults(plan: RolloutPlan): readonly InputFault[] {
  const { steps, cohortBy, keys, deny, allow, analysis } = plan
  return [
    ...stepFaults(steps).map((fault) => ({ ...fault, pointer: `/steps${fault.pointer}` })),
    ...keyFaults(keys, '/keys'),
    ...memberFaults(deny, '/deny'),
    ...memberFaults(allow, '/allow'),
    ...missingKeyFaults(deny, keys, '/deny'),
    ...missingKeyFaults(allow, keys, '/allow'),
    ...analysisFaults(analysis).map((fault) => ({
      ...fault,
      pointer: `/analysis${fault.pointer}`,
    })),
    ...drawFaults(plan),
    ...((cohortBy === 'unit' || cohortBy === 'entity') && keys[cohortBy] === undefined
      ? [{ pointer: `/keys/${cohortBy}`, detail: 'must say where in the input it stands' }]
      : []),
  ]
}

/** Proof asks for calls that are drawn one by one: who stays together, or is listed, brings payloads of its own. */
function drawFaults({ steps, cohortBy, allow }: RolloutPlan): readonly InputFault[] {
  if (!Array.isArray(steps)) return []
  const isWeight = (step: unknown): step is WeightStep => isObject(step) && isObject(step['hold'])
  const weights = steps.map((step) => (isWeight(step) ? step : undefined))
  const isListed = Array.isArray(allow) && allow.length > 0
  const isDrawn = cohortBy === 'request' && !isListed
  if (isDrawn && weights.every((step) => step?.cohort === undefined)) return []
  return weights.flatMap((step, index) =>
    step?.hold.evidence === undefined
      ? []
      : [
          {
            pointer: `/steps/${index}/hold/evidence`,
            detail: 'goes with cohortBy request, and without allow and cohorts',
          },
        ],
  )
}

/**
 * The lists of a plan, with the members of its named cohorts as they are now.
 * @throws CORE_INPUT_INVALID: a cohort or a tenant that a step names is not there, or no call could be known as one
 *   of the cohort
 */
export async function listsOf(trx: Knex, plan: RolloutPlan): Promise<CohortLists> {
  const { steps, keys, deny, allow } = plan
  const faults: InputFault[] = []
  const cohorts: Record<string, readonly string[]> = {}
  for (const [index, step] of steps.entries()) {
    if (isWeightStep(step) && step.cohort !== undefined) {
      const found = await findCohort(trx, step.cohort)
      const pointer = `/steps/${index}/cohort`
      if (found === undefined) faults.push({ pointer, detail: 'there is no such cohort' })
      else {
        cohorts[step.cohort] = found.members
        faults.push(...missingKeyFaults(found.members, keys, pointer))
      }
    }
    const tenant = tenantOf(step)
    if (tenant === undefined) continue
    if ((await trx('tenants').where({ id: tenant.id }).first('id')) !== undefined) continue
    faults.push({ pointer: `/steps/${index}${tenant.at}`, detail: 'there is no such tenant' })
  }
  if (faults.length > 0) throw coreErrors.create('INPUT_INVALID', {}, { faults })
  return { ...noLists, deny, allow, cohorts }
}

function tenantOf(step: Step): { id: string; at: string } | undefined {
  if (isApproval(step)) return { id: step.approve.tenant, at: '/approve/tenant' }
  return isGate(step) ? { id: step.gate.tenant, at: '/gate/tenant' } : undefined
}

/**
 * @throws CORE_PLUGIN_MISSING, CORE_VERSION_MISSING, CORE_VERSION_NOT_READY, CORE_ROLLOUT_POINTLESS,
 *   CORE_VERSION_WITHDRAWN, CORE_INPUT_INVALID of a step that compares trusted versions
 */
export async function planRollout(
  trx: Knex.Transaction,
  { plugin, version }: PluginVersion,
  row: Omit<NewRollout, 'plugin' | 'from' | 'to'>,
): Promise<void> {
  const { stableVersion: stable } = await lockInstalled(trx, plugin)
  if (stable === null) throw coreErrors.create('PLUGIN_MISSING', { plugin })
  const canary = await requireServing(trx, plugin, version)
  const withdrawn = await findWithdrawn(trx, plugin, version)
  if (withdrawn !== undefined) throw withdrawalRefusal(withdrawn)
  if (version === stable) throw coreErrors.create('ROLLOUT_POINTLESS', { plugin, version })
  const served = await findInstallation(trx, plugin, stable)
  const faults = comparisonFaults(row.steps, served === undefined ? [canary] : [canary, served])
  if (faults.length > 0) throw coreErrors.create('INPUT_INVALID', {}, { faults })
  await insertRollout(trx, { ...row, plugin, from: stable, to: version })
}

async function requireServing(trx: Knex, plugin: string, version: string): Promise<Installation> {
  const installation = await findInstallation(trx, plugin, version)
  if (installation === undefined) throw coreErrors.create('VERSION_MISSING', { plugin, version })
  const { state } = installation
  if (!servingStates.includes(state)) {
    throw coreErrors.create('VERSION_NOT_READY', { plugin, version, state })
  }
  return installation
}
