import type { GuestEntry, GuestOutcome, WatchedSignal } from '@signalbox/sandbox'
import type { Principal } from '@signalbox/sdk'
import { coreErrors } from '../errors.ts'
import type { TraceContext } from '../gateway/trace-context.ts'
import { nameInvocation } from '../invocations/invocation-of-error.ts'
import type { NamedCall, Verdict } from '../invocations/watched-call.ts'
import { notReadyRefusal } from '../registry/withdrawn/withdrawal-refusal.ts'
import type { Arm, CohortCall } from '../rollout/cohorts/cohort.ts'
import { countEntry } from '../rollout/routing/canary-entry.ts'
import { pickVersion } from '../rollout/routing/pick-version.ts'
import { type InstalledVersion, versionKey } from '../rollout/routing/snapshot.ts'
import type { Tracing } from '../tracing/open-tracing.ts'
import type { ParentSpan } from '../tracing/trace-span.ts'
import { BusyClock } from './busy-clock.ts'
import type { CallScope } from './call-scope.ts'
import { unheard } from './caller-left.ts'
import type { GuestPorts } from './guest-ports.ts'
import { judgedEntry } from './judged-entry.ts'
import { scopedGuestCall } from './scoped-guest-call.ts'
import type { CallerPorts } from './service-caller.ts'
import { traceEntry } from './traced-entry.ts'
import { traceGuest } from './traced-guest.ts'

/** What a plugin is to do that no data service asked for: an event, a job, a webhook, a handler at another's point. */
export interface EntryCall {
  readonly plugin: string
  readonly tenant: string
  readonly entry: Exclude<GuestEntry, { readonly kind: 'service' } | { readonly kind: 'self-test' }>
  readonly inputJson: string
  readonly traceId: string
  /** What the version is drawn by while a canary runs; the same for every try of the same event. */
  readonly requestId: string
  /** What it says, parsed, where a plan may take a unit or an entity from it: an event's data, a payload, a body. */
  readonly drawnFrom?: CohortCall['input']
  /** Tried before, perhaps by another node: the judge of a canary has counted it. */
  readonly isRetry?: boolean
  /** Milliseconds since the epoch. */
  readonly deadline: number
  readonly chain: readonly string[]
  /** Without it, the host itself. */
  readonly principal?: Principal
  readonly origin?: CallScope['origin']
  /** Ends it when aborted, whatever it is at. */
  readonly signal?: WatchedSignal
  /** Aborted when whoever asked does not wait any more: its handler is told, and may finish. */
  readonly left?: WatchedSignal | undefined
  /** What asked for it within a recorded trace; without it, a trace begins here or goes on from `trace`. */
  readonly span?: ParentSpan | undefined
  /** Whose trace it goes on with, where that is known: an event's. */
  readonly trace?: Pick<TraceContext, 'traceId' | 'sampled' | 'parentId'>
}

export interface EntryOutcome {
  readonly outcome: GuestOutcome
  readonly version: string
  readonly arm: Arm
  /** The rollout whose canary it was; absent: stable ran it. */
  readonly triedIn?: string
}

export type RunEntry = (call: EntryCall) => Promise<EntryOutcome>

export interface EntryPorts extends GuestPorts {
  readonly rollouts: CallerPorts['rollouts']
  /** Absent: nothing is recorded. */
  readonly tracing?: Pick<Tracing, 'begin'> | undefined
}

/**
 * Runs a handler of whichever version serves the tenant now. While a canary runs its judge is told, but for
 * what was tried before: one draw of the version is one event.
 * @throws CORE_PLUGIN_NOT_ENABLED, CORE_VERSION_NOT_READY, CORE_VERSION_BLOCKED, CORE_CALL_DEADLINE; how the handler itself ended is
 * in the outcome
 */
export async function runEntry(ports: EntryPorts, call: EntryCall): Promise<EntryOutcome> {
  const { version, arm, sharing, assigned } = servingVersion(ports, call)
  const startedAt = ports.now()
  const leftMs = call.deadline - startedAt
  const deadlineMs = Math.min(leftMs, version.limits.deadlineMs)
  if (deadlineMs <= 0) {
    const parameters = { service: call.plugin, major: 0, operation: call.entry.name, deadlineMs: 0 }
    throw coreErrors.create('CALL_DEADLINE', parameters)
  }
  const scope = scopeOf(call, version, arm, startedAt + deadlineMs)
  if (sharing === undefined) return runHandler(ports, call, scope, deadlineMs)
  const { rollout, versions } = sharing
  const tried = arm === 'canary' ? { triedIn: rollout.id } : {}
  if (call.isRetry === true) {
    return { ...(await runHandler(ports, call, scope, deadlineMs)), ...tried }
  }
  const told = countEntry(
    {
      rollout,
      counters: ports.rollouts.countersOf(rollout.id),
      now: ports.rollouts.now ?? ports.now,
      onBadNews: () => ports.rollouts.look(),
    },
    {
      arm,
      assigned,
      requestId: call.requestId,
      operation: `${call.entry.kind}/${operationOf(call)}`,
      deadlineMs: Math.min(leftMs, versions.stable.limits.deadlineMs),
    },
  )
  const hostCalls = new BusyClock(() => performance.now())
  const hostCall: GuestPorts['hostCall'] = (...words) =>
    hostCalls.during(() => ports.hostCall(...words))
  const ended = await runHandler({ ...ports, hostCall }, call, scope, deadlineMs)
  const { outcome } = ended
  told({
    ...unheard(judgedEntry(outcome), call.left),
    tookMs: ports.now() - startedAt,
    ownMs: outcome.cpuMs + hostCalls.busyMs,
  })
  return { ...ended, ...tried }
}

async function runHandler(
  ports: EntryPorts,
  call: EntryCall,
  own: CallScope,
  deadlineMs: number,
): Promise<EntryOutcome> {
  const entry = traceEntry(ports.tracing, call)
  const traced = traceGuest(entry === undefined ? own : { ...own, span: entry })
  const { scope } = traced
  const { version, arm } = scope
  const startedAt = ports.now()
  const snapshot = ports.snapshot()
  const watched = ports.invocations.watch(scopedGuestCall(ports, scope, { ...call, deadlineMs }))
  const end = ports.inFlight.begin(versionKey(version.plugin, version.version))
  try {
    const outcome = await traced.run(ports.runGuest, watched.guest)
    const invocation = ports.invocations.ended({
      guest: watched.guest,
      call: nameOf(call, scope),
      version,
      snapshot,
      operation: undefined,
      startedAt,
      tookMs: ports.now() - startedAt,
      outcome,
      verdict: verdictOf(outcome),
      ...watched.take(outcome),
    })
    if (invocation !== undefined && outcome.kind === 'failed') {
      nameInvocation(outcome.error, invocation)
    }
    return { outcome, version: version.version, arm }
  } finally {
    end()
    entry?.end()
  }
}

function nameOf(call: EntryCall, { principal }: CallScope): NamedCall {
  const { entry, inputJson, traceId } = call
  const operation = operationOf(call)
  return { principal, service: entry.kind, major: 0, operation, inputJson, traceId }
}

function operationOf({ entry }: EntryCall): string {
  return entry.kind === 'contribution' ? `${entry.point} ${entry.name}` : entry.name
}

function verdictOf(outcome: GuestOutcome): Verdict {
  if (outcome.kind === 'ok') return { kind: 'answered', code: null, message: null, faults: [] }
  if (outcome.kind === 'refused') {
    return { kind: 'refused', code: outcome.code, message: outcome.message, faults: [] }
  }
  const { code, message, faults } = outcome.error
  return { kind: 'failed', code, message, faults }
}

function servingVersion(
  ports: GuestPorts,
  call: EntryCall,
): Extract<ReturnType<typeof pickVersion>, { kind: 'version' }> {
  const { plugin, tenant, requestId, drawnFrom } = call
  const snapshot = ports.snapshot()
  const pick = pickVersion(snapshot, plugin, { requestId, tenant, input: drawnFrom })
  if (pick.kind === 'version') return pick
  if (pick.kind === 'not-enabled') throw coreErrors.create('PLUGIN_NOT_ENABLED', { plugin, tenant })
  throw notReadyRefusal(snapshot, plugin, pick.version)
}

function scopeOf(
  { tenant, entry, traceId, requestId, chain, origin, ...call }: EntryCall,
  version: InstalledVersion,
  arm: Arm,
  deadline: number,
): CallScope {
  const principal = call.principal ?? { kind: 'host', id: `${entry.kind}:${entry.name}` }
  const scope = { version, tenant, principal, arm, traceId, requestId, deadline, chain }
  return origin === undefined ? scope : { ...scope, origin }
}
