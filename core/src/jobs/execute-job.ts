import type { WatchedSignal } from '@signalbox/sandbox'
import { CodedError } from '@signalbox/sdk/errors'
import type { EntryOutcome, EntryPorts, runEntry } from '../broker/entry-call.ts'
import type { GrantUse } from '../broker/uses/grant-uses.ts'
import { coreErrors } from '../errors.ts'
import type { Snapshot } from '../rollout/routing/snapshot.ts'
import { drawnFromRun } from './drawn-from-run.ts'
import type { ClaimedRun } from './run-store.ts'
import type { RunEnd } from './schedule.ts'
import { jobGrant, mayHaveJobs } from './wanted-schedules.ts'

interface Ports {
  readonly entry: EntryPorts
  readonly runEntry: typeof runEntry
  readonly makeTraceId: () => string
  readonly onUse: (use: GrantUse) => void
}

/** One attempt of a run, by whichever version serves the tenant now. Never rejects. */
export async function executeJob(
  { entry, runEntry: run, makeTraceId, onUse }: Ports,
  schedule: ClaimedRun['schedule'],
  deadline: number,
  signal: WatchedSignal,
): Promise<RunEnd> {
  const { tenant, plugin, job } = schedule
  const grant = jobGrant(entry.snapshot(), tenant, plugin)?.id ?? '-'
  const began = performance.now()
  try {
    const { outcome, version, triedIn } = await run(
      { ...entry, hostCall: guarded(entry, schedule, deadline) },
      {
        plugin,
        tenant,
        entry: { kind: 'job', name: job },
        inputJson: inputText(schedule),
        traceId: makeTraceId(),
        requestId: schedule.run.id,
        drawnFrom: drawnFromRun(entry.snapshot(), plugin, schedule.run),
        isRetry: schedule.run.attempt > 1,
        deadline,
        chain: [],
        signal,
      },
    )
    const ended = cancelledBy(signal) ?? endOf(outcome)
    const end = triedIn === undefined ? ended : { ...ended, triedIn }
    if (outcome.kind === 'failed' && end.kind !== 'cancelled') {
      const { run: at, job: name } = schedule
      const fields = { err: outcome.error, job: name, run: at.id, attempt: at.attempt }
      entry.log.child({ plugin, version, tenant }).warn(fields, 'a job failed')
    }
    const used = { tenant, plugin, version, capability: 'job:schedule', grant, facet: job }
    const ms = performance.now() - began
    onUse({ ...used, outcome: end.kind === 'done' ? 'done' : end.code, ms })
    return end
  } catch (error) {
    if (error instanceof CodedError) return failureOf(error)
    entry.log.child({ plugin, tenant, job }).error({ err: error }, 'a job could not be run')
    return { kind: 'failed', code: 'CORE_INTERNAL' }
  }
}

/**
 * What a run asks of the host once its plugin was disabled, or once its lease is near its end, is not done:
 * another node may be running it by then.
 */
function guarded(
  entry: EntryPorts,
  { tenant, plugin, job }: ClaimedRun['schedule'],
  deadline: number,
): EntryPorts['hostCall'] {
  return (scope, name, payload, signal) => {
    const snapshot: Snapshot = entry.snapshot()
    return entry.now() < deadline && mayHaveJobs(snapshot, tenant, plugin)
      ? entry.hostCall(scope, name, payload, signal)
      : Promise.reject(coreErrors.create('JOB_CANCELLED', { plugin, tenant, job }))
  }
}

/** The payload is JSON text already: it goes in as it is. */
function inputText({ job, run }: ClaimedRun['schedule']): string {
  const { id, scheduledAt, attempt, payload } = run
  const text = JSON.stringify({ job, runId: id, scheduledAt, attempt })
  return payload === null ? text : `${text.slice(0, -1)},"payload":${payload}}`
}

/** However it ended: its end stands already. */
function cancelledBy({ aborted, reason }: WatchedSignal): RunEnd | undefined {
  return aborted ? { kind: 'cancelled', code: (reason as CodedError).code } : undefined
}

function endOf(outcome: EntryOutcome['outcome']): RunEnd {
  if (outcome.kind === 'ok') return { kind: 'done' }
  if (outcome.kind === 'refused') return { kind: 'refused', code: outcome.code }
  return failureOf(outcome.error)
}

function failureOf({ code, retryAfterS }: CodedError): RunEnd {
  const failed = { kind: 'failed', code } as const
  return retryAfterS === undefined ? failed : { ...failed, retryAfterMs: retryAfterS * 1000 }
}
