import type { InputFault, Localized } from '@signalbox/sdk/errors'
import type { FastifyInstance } from 'fastify'
import type { Knex } from 'knex'
import { pluginNameSchema, strictObject, versionSchema } from '../gateway/http-schemas.ts'
import { type AnalysisPlan, analysisFaults, emptyAnalysis } from './analysis-plan.ts'
import type { CohortBy } from './cohort.ts'
import { detectionNotes } from './detection-notes.ts'
import { detectionTable, type StepDetection, type Traffic } from './detection-table.ts'
import type { RolloutWish } from './rollout-service.ts'
import type { RoutingTable } from './routing-table.ts'
import { type Snapshot, versionKey } from './snapshot.ts'
import { defaultSteps, type Step, stepFaults } from './steps.ts'
import { servicesOf, trafficOf } from './traffic.ts'
import { readAuditedCalls } from './traffic-store.ts'

interface Ports {
  readonly knex: Knex
  readonly routing: Pick<RoutingTable, 'snapshot'>
}

export interface Validation {
  /** What would be planned, defaults filled in. */
  readonly plan: {
    readonly steps: readonly Step[]
    readonly cohortBy: CohortBy
    readonly analysis: AnalysisPlan
  }
  /** None: it can be planned. */
  readonly faults: readonly InputFault[]
  /** Null, as is `detection`, while there are faults. */
  readonly traffic: Traffic | null
  readonly detection: readonly StepDetection[] | null
  /** What will not be seen. */
  readonly notes: readonly Localized[]
}

/** What a plan would do, before anything is planned: its faults, and what it could detect with the traffic of now. */
export function validateRoutes(app: FastifyInstance, { knex, routing }: Ports): void {
  app.post<{ Body: RolloutWish }>(
    '/v1/rollouts::validate',
    {
      config: { action: 'rollout.read' },
      schema: {
        tags: ['rollouts'],
        summary: 'Check a plan: its faults, and what it could detect with the traffic of now',
        body: strictObject(
          {
            plugin: pluginNameSchema,
            version: versionSchema,
            steps: { type: 'array' },
            cohortBy: { enum: ['request', 'app', 'tenant'] },
            analysis: { type: 'object' },
          },
          ['plugin', 'version'],
        ),
      },
    },
    async (request) => validate(knex, routing.snapshot, request.body),
  )
}

async function validate(knex: Knex, snapshot: Snapshot, wish: RolloutWish): Promise<Validation> {
  const { plugin, steps = defaultSteps, cohortBy = 'request', analysis = emptyAnalysis } = wish
  const plan = { steps, cohortBy, analysis }
  const faults = [
    ...versionFaults(snapshot, wish),
    ...below('/steps', stepFaults(steps)),
    ...below('/analysis', analysisFaults(analysis)),
  ]
  if (faults.length > 0) return { plan, faults, traffic: null, detection: null, notes: [] }
  const audited = await readAuditedCalls(knex, servicesOf(snapshot, plugin))
  const traffic = trafficOf(snapshot, plugin, cohortBy, audited)
  const detection = detectionTable(steps, cohortBy, traffic)
  const notes = detectionNotes(steps, cohortBy, traffic, detection)
  return { plan, faults, traffic, detection, notes }
}

function versionFaults(snapshot: Snapshot, { plugin, version }: RolloutWish): InputFault[] {
  const stable = snapshot.stable.get(plugin)
  if (stable === undefined) return [{ pointer: '/plugin', detail: 'has no stable version' }]
  if (stable === version) return [{ pointer: '/version', detail: 'is stable already' }]
  if (snapshot.versions.has(versionKey(plugin, version))) return []
  return [{ pointer: '/version', detail: 'is not installed, or not ready: install it first' }]
}

function below(pointer: string, faults: readonly InputFault[]): InputFault[] {
  return faults.map((fault) => ({ ...fault, pointer: `${pointer}${fault.pointer}` }))
}
