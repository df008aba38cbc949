import type { CodedError } from '@signalbox/sdk/errors'
import { sandboxErrors } from '../sandbox-errors.ts'
import type { GuestEntry, IsolateSpec } from './guest-call.ts'
import type { LaneFault } from './lane-fault.ts'
import type { FailureReason } from './wire/messages.ts'

/** A guest's message in an error is for logs: long enough to recognise, too short to carry data out. */
const MAX_REASON_LENGTH = 200

/** What a guest's failure is called outside. `reached` and `detail` are what the lane or the host saw. */
export function failureError(
  reason: FailureReason,
  spec: IsolateSpec,
  entry: GuestEntry,
  detail: string,
): CodedError {
  const who = { plugin: spec.plugin, version: spec.version }
  const { limits } = spec
  switch (reason) {
    case 'turn-timeout':
      return sandboxErrors.create('TURN_TIMEOUT', {
        ...who,
        limit: limits.turnMs,
        reached: detail === '' ? limits.turnMs : detail,
      })
    case 'memory':
      return sandboxErrors.create('MEMORY_EXCEEDED', {
        ...who,
        limit: limits.heapMb,
        reached: detail === '' ? `over ${limits.heapMb} MiB of heap` : detail,
      })
    case 'output-too-large':
      return sandboxErrors.create('OUTPUT_TOO_LARGE', {
        ...who,
        limit: maxPayloadLength(spec),
        reached: detail,
      })
    case 'output-not-json':
      return sandboxErrors.create('OUTPUT_NOT_JSON', { ...who, reason: shortened(detail) })
    case 'never-answered':
      return deadlineError(spec, limits.deadlineMs, limits.deadlineMs)
    case 'handler-missing':
      return sandboxErrors.create('HANDLER_MISSING', { ...who, entry: entryName(entry) })
    default:
      return sandboxErrors.create('PLUGIN_THREW', { ...who, reason: shortened(detail) })
  }
}

export function loadError(
  spec: IsolateSpec,
  reason: FailureReason,
  detail: string,
  cause?: unknown,
): CodedError {
  const texts: Partial<Record<FailureReason, string>> = {
    'turn-timeout': 'its top level ran for too long',
    memory: `its top level used more than ${spec.limits.heapMb} MiB`,
  }
  const { plugin, version } = spec
  const parameters = { plugin, version, reason: texts[reason] ?? shortened(detail) }
  return sandboxErrors.create('LOAD_FAILED', parameters, { cause })
}

/** What the version is told whose turn, or whose bundle, ended a whole lane. */
export function lossError(
  spec: IsolateSpec,
  fault: LaneFault,
  isLoad: boolean,
  turnMs: number,
  residentMb: number,
): CodedError {
  const { plugin, version } = spec
  if (fault.kind === 'crash') {
    return sandboxErrors.create('LANE_LOST', { plugin, version, reason: fault.text })
  }
  if (fault.kind === 'turn-timeout') {
    if (isLoad) return loadError(spec, 'turn-timeout', '')
    return failureError('turn-timeout', spec, { kind: 'self-test' }, `${turnMs}`)
  }
  if (isLoad) return loadError(spec, 'memory', '')
  const seen = `${Math.round(residentMb)} MiB in its process`
  return failureError('memory', spec, { kind: 'self-test' }, seen)
}

export function deadlineError(spec: IsolateSpec, limitMs: number, reachedMs: number): CodedError {
  return sandboxErrors.create('DEADLINE_EXCEEDED', {
    plugin: spec.plugin,
    version: spec.version,
    limit: Math.round(limitMs),
    reached: Math.round(reachedMs),
  })
}

/** Request and answer share one limit; it counts UTF-16 code units, as both sides can without encoding. */
export function maxPayloadLength(spec: IsolateSpec): number {
  return spec.limits.payloadKb * 1024
}

function entryName(entry: GuestEntry): string {
  return entry.kind === 'service' ? `${entry.service}/${entry.operation}` : 'selfTest'
}

function shortened(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length > MAX_REASON_LENGTH ? `${line.slice(0, MAX_REASON_LENGTH)}…` : line
}
