import { cloudEvent, newEvent } from '@signalbox/sdk/host-calls/cloud-event'
import type { Knex } from 'knex'
import { appendForSubscribers } from '../../events/event-log-store.ts'
import { traceContext, traceparent, traceRandom } from '../../gateway/trace-context.ts'
import { familyOf } from '../../host-events/host-event-types.ts'
import { type Snapshot, versionKey } from '../../rollout/routing/snapshot.ts'
import { type FlowOf, type RunState, runEvent } from './openlineage-event.ts'

/** What a plugin asks for that wants to hear of runs. */
const RUN = 'signalbox.lineage.run'

/** Of a node; beyond it runs are not told of: a job waits for nobody who listens. */
const MAX_WAITING = 1000

interface Ports {
  readonly knex: Knex
  readonly snapshot: () => Snapshot
  readonly now: () => number
  readonly onTold: () => void
  readonly log: { warn(fields: object, message: string): void }
}

/** Of a run of a job, as the host has it. */
const states = {
  begun: 'START',
  done: 'COMPLETE',
  refused: 'FAIL',
  failed: 'FAIL',
  cancelled: 'ABORT',
} as const

interface JobRun {
  readonly tenant: string
  readonly plugin: string
  readonly job: string
  readonly run: { readonly id: string; readonly attempt: number }
}

/**
 * Tells the tenant's plugins of runs of jobs that declare lineage, as OpenLineage run events. Beside the jobs and in their
 * order: none waits for it. What nobody subscribed to is not written, and what a killed node had not told is lost, as of
 * every sender of OpenLineage.
 */
export class ToldRuns {
  readonly #ports: Ports
  #last: Promise<void> = Promise.resolve()
  #waiting = 0

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /** Never rejects, and never waits. */
  tell(of: JobRun, state: keyof typeof states): void {
    const flow = this.#flowOf(of)
    if (flow === undefined) return
    if (this.#waiting >= MAX_WAITING) {
      this.#ports.log.warn(
        { plugin: of.plugin, tenant: of.tenant },
        'a run was not told: too many wait',
      )
      return
    }
    this.#waiting++
    const at = this.#ports.now()
    this.#last = this.#last.then(() => this.#write(of, flow, { state: states[state], at }))
  }

  /** Resolves when all that waited is told. */
  stop(): Promise<void> {
    return this.#last
  }

  #flowOf({ plugin, job }: JobRun): FlowOf | undefined {
    const snapshot = this.#ports.snapshot()
    const version = snapshot.versions.get(versionKey(plugin, snapshot.stable.get(plugin) ?? ''))
    const jobs = version?.manifest.lineage?.jobs ?? {}
    const flow = Object.hasOwn(jobs, job) ? jobs[job] : undefined
    return flow === undefined ? undefined : { kind: 'jobs', name: `${plugin}/${job}`, plugin, flow }
  }

  async #write(
    { tenant, run }: JobRun,
    flow: FlowOf,
    { state, at }: { readonly state: RunState; readonly at: number },
  ): Promise<void> {
    const { knex, onTold, log } = this.#ports
    // Each attempt is a run: OpenLineage lets one end once.
    const id = `${run.id}.${run.attempt}`
    const event = cloudEvent({
      id: `${id}:${state}`,
      source: '/signalbox',
      type: RUN,
      key: flow.name,
      data: runEvent(flow, { run: id, state, tenant, at: new Date(at) }),
      at,
      traceparent: traceparent(traceContext(undefined, traceRandom())),
      origin: undefined,
      extensions: { subject: flow.name },
    })
    const told = { ...newEvent(tenant, event, at), pattern: familyOf(RUN) }
    try {
      const heard = await knex.transaction((trx) => appendForSubscribers(trx, [told]))
      if (heard > 0) onTold()
    } catch (err) {
      log.warn({ err, run: run.id }, 'a run could not be told')
    } finally {
      this.#waiting--
    }
  }
}
