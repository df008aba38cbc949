import type { CallTrace, GuestEntry, IsolateSpec } from '@signalbox/sandbox'
import type { Principal } from '@signalbox/sdk'
import type { Principal as Reader } from '../identity/principal.ts'

export type Json = unknown

/** Why a call is kept. */
export type KeptFor = 'failed' | 'sampled'

/** One thing a guest asked of the host. Without answer and error it had none when the call ended. */
export interface RecordedHostCall {
  readonly name: string
  readonly request: Json
  readonly answer?: Json
  readonly error?: { readonly code: string; readonly message: string }
}

export interface RecordedOutcome {
  readonly kind: 'answered' | 'refused' | 'failed'
  /** Null where it was answered. */
  readonly code: string | null
  readonly message: string | null
  /** What the handler answered, kept also where it broke the contract. */
  readonly output?: Json
  /** Where it broke the contract. */
  readonly faults?: readonly { readonly pointer: string; readonly detail: string }[]
}

export interface RecordedLog {
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  readonly message: string
  readonly fields: Json
}

/**
 * Everything that a call was given and did, redacted: with the bundle of its hash it can be run again. This is
 * what is sealed; what an operator may see without it is in columns of its own.
 */
export interface Recording {
  readonly format: 1
  readonly id: string
  readonly isolate: Omit<IsolateSpec, 'configJson'> & { readonly config: Json }
  /** Absent: the operation of the service below. */
  readonly entry?: GuestEntry
  readonly service: string
  readonly major: number
  readonly operation: string
  readonly input: Json
  readonly principal: Principal
  readonly arm: 'stable' | 'canary'
  readonly traceId: string
  readonly deadlineMs: number
  readonly hostCalls: readonly RecordedHostCall[]
  readonly trace: CallTrace
  readonly outcome: RecordedOutcome
  /** The answer is held to it again, so that a mended bundle is judged like the first. */
  readonly outputSchema: Json
  readonly logs: readonly RecordedLog[]
}

/** What is known of a kept call without opening it. */
export interface InvocationHead {
  readonly id: string
  readonly tenant: string
  readonly plugin: string
  readonly version: string
  readonly bundleSha256: string
  readonly configSha256: string
  readonly service: string
  readonly major: number
  readonly operation: string
  readonly arm: 'stable' | 'canary'
  readonly principal: string
  readonly traceId: string
  readonly reason: KeptFor
  readonly outcome: RecordedOutcome['kind']
  readonly code: string | null
  readonly startedAt: string
  readonly tookMs: number
  readonly cpuMs: number
  readonly peakHeapMb: number
  readonly bytesOut: number
  readonly hostCalls: number
}

/**
 * What of a head is shown. Not to everybody: the principal, the trace and the settings' hash are the tenant's
 * own; who the tenant is, the author of a plugin need not learn.
 */
export function shownHead(
  head: InvocationHead & { readonly size: number },
  to: 'whole' | Reader['kind'],
) {
  const { id, tenant, principal, traceId, configSha256 } = head
  return {
    id,
    ...(to === 'publisher' ? {} : { tenant }),
    plugin: head.plugin,
    version: head.version,
    bundleSha256: head.bundleSha256,
    service: head.service,
    major: head.major,
    operation: head.operation,
    arm: head.arm,
    reason: head.reason,
    outcome: head.outcome,
    code: head.code,
    startedAt: head.startedAt,
    tookMs: head.tookMs,
    cpuMs: head.cpuMs,
    peakHeapMb: head.peakHeapMb,
    bytesOut: head.bytesOut,
    hostCalls: head.hostCalls,
    size: head.size,
    ...(to === 'whole' ? { principal, traceId, configSha256 } : {}),
  }
}
