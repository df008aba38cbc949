import { randomBytes } from 'node:crypto'
import { CodedError, type InputFault, type Localized } from '@signalbox/sdk/errors'
import type { FastifyInstance } from 'fastify'
import type { Knex } from 'knex'
import { type CohortLists, noLists } from '../cohorts/cohort-lists.ts'
import {
  knownCallers,
  type PreviewedCall,
  type PreviewedCohort,
  previewCohorts,
} from '../cohorts/preview-cohorts.ts'
import { detectionNotes } from '../judge/detection-notes.ts'
import { detectionTable, type StepDetection } from '../judge/detection-table.ts'
import { type SeenTraffic, servicesOf, trafficOf } from '../judge/traffic.ts'
import { readAuditedCalls } from '../judge/traffic-store.ts'
import type { RolloutWish } from '../rollout-service.ts'
import { judgedAsOf } from '../rollout-weight.ts'
import type { RoutingTable } from '../routing/routing-table.ts'
import { type Snapshot, versionKey } from '../routing/snapshot.ts'
import type { PlanChoice } from './default-plans.ts'
import { gateNotes } from './gate-notes.ts'
import {
  listsOf,
  measuredFor,
  type PluginVersion,
  planFaults,
  planOf,
  type RolloutPlan,
} from './plan-rollout.ts'
import { validatedWishSchema } from './wish-schema.ts'

interface Ports {
  readonly knex: Knex
  readonly routing: Pick<RoutingTable, 'snapshot'>
}

export interface Validation {
  /** What would be planned, defaults filled in. */
  readonly plan: RolloutPlan
  /** None: it can be planned. */
  readonly faults: readonly InputFault[]
  /** Null, as is `detection`, while there are faults. */
  readonly traffic: SeenTraffic | null
  readonly detection: readonly StepDetection[] | null
  /** Who is asked and is not there, and what will not be seen. */
  readonly notes: readonly Localized[]
  /** Why the host chose the steps; null: the wish names them. */
  readonly planChoice: PlanChoice | null
  /** Draws the cohorts of the preview: planned with it, a rollout has the same. */
  readonly salt: string
  /** Empty while there are faults. */
  readonly cohorts: readonly PreviewedCohort[]
}

interface ValidatedWish extends RolloutWish {
  /** Who is asked about; absent: the apps or tenants that may call the plugin. */
  readonly preview?: readonly PreviewedCall[]
}

/** What a plan would do, before anything is planned: its faults, and what it could detect with the traffic of now. */
export function validateRoutes(app: FastifyInstance, { knex, routing }: Ports): void {
  app.post<{ Body: ValidatedWish }>(
    '/v1/rollouts::validate',
    {
      config: { action: 'rollout.read' },
      schema: {
        tags: ['rollouts'],
        summary: 'Check a plan: its faults, and what it could detect with the traffic of now',
        body: validatedWishSchema,
      },
    },
    async (request) => validate(knex, routing.snapshot, request.body),
  )
}

async function validate(knex: Knex, snapshot: Snapshot, wish: ValidatedWish): Promise<Validation> {
  const { plugin, together = [] } = wish
  const { plan, choice } = planOf(wish, await measuredFor(knex, snapshot, wish))
  const salt = wish.salt ?? `rol_${randomBytes(8).toString('hex')}`
  const faults = [
    ...versionFaults(snapshot, wish),
    ...together.flatMap((one, index) => below(`/together/${index}`, versionFaults(snapshot, one))),
    ...planFaults(plan),
  ]
  const lists = faults.length > 0 ? noLists : await listsOf(knex, plan).catch(faultsOf(faults))
  if (faults.length > 0) {
    const unknown = { traffic: null, detection: null, notes: [], cohorts: [] }
    return { plan, faults, planChoice: choice, salt, ...unknown }
  }
  const { steps, cohortBy } = plan
  const audited = await readAuditedCalls(knex, servicesOf(snapshot, plugin))
  const traffic = trafficOf(snapshot, plugin, cohortBy, audited)
  const judged = judgedAsOf(plan)
  const detection = detectionTable(steps, judged, traffic, plan.analysis.failures?.tolerance)
  // Requests that are drawn one by one are in no unit, though lists keep the judge from trusting the draw.
  const noted = judged === cohortBy ? traffic : { ...traffic, units: null }
  return {
    plan,
    faults,
    traffic,
    detection,
    planChoice: choice,
    salt,
    cohorts: previewCohorts(
      plan,
      lists,
      salt,
      wish.preview ?? knownCallers(snapshot, plugin, cohortBy),
    ),
    notes: [...gateNotes(steps, snapshot), ...detectionNotes(steps, judged, noted, detection)],
  }
}

/** What a plan names that is not there is a fault of it like others. */
function faultsOf(faults: InputFault[]): (error: unknown) => CohortLists {
  return (error) => {
    const isFault = error instanceof CodedError && error.code === 'CORE_INPUT_INVALID'
    if (!isFault) throw error
    faults.push(...error.faults)
    return noLists
  }
}

function versionFaults(snapshot: Snapshot, { plugin, version }: PluginVersion): InputFault[] {
  const stable = snapshot.stable.get(plugin)
  if (stable === undefined) return [{ pointer: '/plugin', detail: 'has no stable version' }]
  if (stable === version) return [{ pointer: '/version', detail: 'is stable already' }]
  if (snapshot.versions.has(versionKey(plugin, version))) return []
  return [{ pointer: '/version', detail: 'is not installed, or not ready: install it first' }]
}

function below(pointer: string, faults: readonly InputFault[]): InputFault[] {
  return faults.map((fault) => ({ ...fault, pointer: `${pointer}${fault.pointer}` }))
}
