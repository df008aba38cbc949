import type { Fault } from '../../api/problem.ts'

export interface RecordedHostCall {
  readonly name: string
  readonly request: unknown
  readonly answer?: unknown
  readonly error?: { readonly code: string; readonly message: string }
}

export interface RecordedLog {
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  readonly message: string
  readonly fields: unknown
}

interface Recording {
  readonly isolate: { readonly config: unknown }
  readonly input: unknown
  readonly deadlineMs: number
  readonly hostCalls: readonly RecordedHostCall[]
  readonly outcome: {
    readonly kind: string
    readonly code: string | null
    readonly message: string | null
    readonly output?: unknown
    readonly faults?: readonly Fault[]
  }
  readonly logs: readonly RecordedLog[]
}

export interface Release {
  readonly id: string
  /** `operator`, or `publisher:<name>`. */
  readonly grantee: string
  readonly reason: string | null
  readonly releasedBy: string
  readonly releasedAt: string
  readonly expiresAt: string
  readonly withdrawnAt: string | null
}

/** What `GET /v1/invocations/{id}` says: to whom it is not released, only what it was like from outside. */
export interface KeptCall {
  readonly id: string
  readonly tenant?: string
  readonly plugin: string
  readonly version: string
  readonly service: string
  readonly major: number
  readonly operation: string
  readonly arm: 'stable' | 'canary'
  readonly reason: 'failed' | 'sampled'
  readonly outcome: 'answered' | 'refused' | 'failed'
  readonly code: string | null
  readonly startedAt: string
  readonly tookMs: number
  readonly cpuMs: number
  readonly peakHeapMb: number
  readonly bytesOut: number
  readonly hostCalls: number
  readonly size: number
  readonly principal?: string
  readonly traceId?: string
  readonly redacted?: readonly { readonly in: string; readonly pointer: string }[]
  readonly releases?: readonly Release[]
  readonly recording?: Recording
}

/** Whether somebody may still open it by a release. Pure. */
export function isOpenTo({ withdrawnAt, expiresAt }: Release, nowMs: number): boolean {
  return withdrawnAt === null && Date.parse(expiresAt) > nowMs
}

/** What became of one thing that a guest asked of the host. Pure. */
export function hostCallEnd({ answer, error }: RecordedHostCall): 'answered' | 'failed' | 'open' {
  if (error !== undefined) return 'failed'
  return answer === undefined ? 'open' : 'answered'
}

export function invocationPath(id: string): string {
  return `/v1/invocations/${encodeURIComponent(id)}`
}
