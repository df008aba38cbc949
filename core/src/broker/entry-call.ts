import type { GuestEntry, GuestOutcome, IsolateSpec } from '@signalbox/sandbox'
import { coreErrors } from '../errors.ts'
import type { Arm } from '../rollout/cohort.ts'
import { pickVersion } from '../rollout/pick-version.ts'
import { type InstalledVersion, versionKey } from '../rollout/snapshot.ts'
import type { CallScope } from './call-scope.ts'
import type { GuestPorts } from './guest-attempt.ts'
import { isolateOf } from './isolate-spec.ts'

/** What the host has a plugin do that no data service asked for: an event, a job, a webhook. */
export interface EntryCall {
  readonly plugin: string
  readonly tenant: string
  readonly entry: Exclude<GuestEntry, { readonly kind: 'service' } | { readonly kind: 'self-test' }>
  readonly inputJson: string
  readonly traceId: string
  /** What the version is drawn by while a canary runs; the same for every try of the same event. */
  readonly requestId: string
  /** Milliseconds since the epoch. */
  readonly deadline: number
  readonly chain: readonly string[]
  readonly origin?: CallScope['origin']
}

export interface EntryOutcome {
  readonly outcome: GuestOutcome
  readonly version: string
  readonly arm: Arm
}

export type RunEntry = (call: EntryCall) => Promise<EntryOutcome>

export type EntryPorts = Pick<
  GuestPorts,
  'snapshot' | 'runGuest' | 'loadBundle' | 'hostCall' | 'hasEffect' | 'inFlight' | 'log' | 'now'
> & {
  readonly meter: (isolate: IsolateSpec, outcome: GuestOutcome) => void
}

/**
 * Runs a handler of whichever version serves the tenant now.
 * @throws CORE_PLUGIN_NOT_ENABLED, CORE_VERSION_NOT_READY, CORE_CALL_DEADLINE; how the handler itself ended is
 * in the outcome
 */
export async function runEntry(ports: EntryPorts, call: EntryCall): Promise<EntryOutcome> {
  const { version, arm } = servingVersion(ports, call)
  const { plugin, tenant, entry, traceId, inputJson, deadline } = call
  const deadlineMs = Math.min(deadline - ports.now(), version.limits.deadlineMs)
  if (deadlineMs <= 0) {
    const parameters = { service: plugin, major: 0, operation: entry.name, deadlineMs: 0 }
    throw coreErrors.create('CALL_DEADLINE', parameters)
  }
  const scope = scopeOf(call, version, arm, ports.now() + deadlineMs)
  const isolate = isolateOf(ports.snapshot(), version, tenant)
  const end = ports.inFlight.begin(versionKey(plugin, version.version))
  try {
    const outcome = await ports.runGuest({
      isolate,
      loadBundle: () => ports.loadBundle(version),
      entry,
      inputJson,
      context: { principal: scope.principal, arm, traceId },
      deadlineMs,
      hostCall: (name, payload, signal) => ports.hostCall(scope, name, payload, signal),
      hasEffect: (name, payload) => ports.hasEffect(name, payload),
      onLog: (level, message, fields) =>
        ports.log
          .child({ plugin, version: version.version, tenant, traceId })
          [level]({ fields }, message),
    })
    ports.meter(isolate, outcome)
    return { outcome, version: version.version, arm }
  } finally {
    end()
  }
}

function servingVersion(
  ports: EntryPorts,
  call: EntryCall,
): { version: InstalledVersion; arm: Arm } {
  const { plugin, tenant, requestId } = call
  const pick = pickVersion(ports.snapshot(), plugin, { requestId, tenant })
  if (pick.kind === 'version') return pick
  if (pick.kind === 'not-enabled') throw coreErrors.create('PLUGIN_NOT_ENABLED', { plugin, tenant })
  const { version } = pick
  throw coreErrors.create('VERSION_NOT_READY', { plugin, version, state: 'not installed' })
}

function scopeOf(
  { tenant, entry, traceId, requestId, chain, origin }: EntryCall,
  version: InstalledVersion,
  arm: Arm,
  deadline: number,
): CallScope {
  const principal = { kind: 'host', id: `${entry.kind}:${entry.name}` } as const
  const scope = { version, tenant, principal, arm, traceId, requestId, deadline, chain }
  return origin === undefined ? scope : { ...scope, origin }
}
