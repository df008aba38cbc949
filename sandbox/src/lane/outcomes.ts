import type { CodedError } from '@signalbox/sdk/errors'
import { shortReason } from '@signalbox/sdk/host-calls/short-reason'
import { sandboxErrors } from '../sandbox-errors.ts'
import { guestLimits, LOAD_TURN_MS } from './child/guest/guest-limits.ts'
import { entryName } from './entry.ts'
import type { GuestEntry, IsolateSpec } from './guest-call.ts'
import type { LaneFault } from './lane-fault.ts'
import type { FailureReason } from './wire/messages.ts'

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
      return sandboxErrors.create('OUTPUT_NOT_JSON', { ...who, reason: shortReason(detail) })
    case 'host-limit':
      return hostLimitError(who, detail)
    case 'never-answered':
      return deadlineError(spec, limits.deadlineMs, limits.deadlineMs)
    case 'handler-missing':
      return sandboxErrors.create('HANDLER_MISSING', { ...who, entry: entryName(entry) })
    default:
      return sandboxErrors.create('PLUGIN_THREW', { ...who, reason: shortReason(detail) })
  }
}

/** What it is called that an isolate was dropped for. */
export function taintCode(reason: FailureReason, spec: IsolateSpec): string {
  return failureError(reason, spec, { kind: 'self-test' }, '').code
}

export function loadError(
  spec: IsolateSpec,
  reason: FailureReason,
  detail: string,
  cause?: unknown,
): CodedError {
  const { plugin, version, limits } = spec
  if (reason === 'turn-timeout') {
    const reached = detail === '' ? LOAD_TURN_MS : detail
    return sandboxErrors.create('LOAD_TIMEOUT', { plugin, version, limit: LOAD_TURN_MS, reached })
  }
  if (reason === 'memory') {
    const limit = limits.heapMb
    const reached = detail === '' ? `over ${limit} MiB of heap` : detail
    return sandboxErrors.create('LOAD_MEMORY_EXCEEDED', { plugin, version, limit, reached })
  }
  const parameters = { plugin, version, reason: shortReason(detail) }
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
    if (isLoad) return loadError(spec, 'turn-timeout', `${turnMs}`)
    return failureError('turn-timeout', spec, { kind: 'self-test' }, `${turnMs}`)
  }
  const seen = `${Math.round(residentMb)} MiB in its process`
  if (isLoad) return loadError(spec, 'memory', seen)
  return failureError('memory', spec, { kind: 'self-test' }, seen)
}

/** What a guest's own side counted, under the limits that the host holds it to as well. */
const hostLimits = {
  HOST_CALLS_EXCEEDED: guestLimits.hostCalls,
  HOST_CALLS_AT_ONCE: guestLimits.hostCallsInFlight,
  HOST_MESSAGE_TOO_LARGE: guestLimits.messageLength,
  HOST_MESSAGES_TOO_LARGE: guestLimits.messagesLength,
  TIMERS_EXCEEDED: guestLimits.timers,
} as const

/** @param detail `<code> <value reached>`; a guest that outwitted its side may have written anything. */
function hostLimitError(
  who: { readonly plugin: string; readonly version: string },
  detail: string,
): CodedError {
  const [code = '', reached = ''] = detail.split(' ')
  if (!Object.hasOwn(hostLimits, code) || !/^\d{1,10}$/.test(reached)) {
    return sandboxErrors.create('PLUGIN_THREW', { ...who, reason: 'an unknown limit' })
  }
  const limit = hostLimits[code as keyof typeof hostLimits]
  return sandboxErrors.create(code as keyof typeof hostLimits, { ...who, limit, reached })
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
