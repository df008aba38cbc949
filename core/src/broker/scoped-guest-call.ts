import type { GuestCall, GuestEntry } from '@signalbox/sandbox'
import type { CallScope } from './call-scope.ts'
import type { GuestPorts } from './guest-ports.ts'
import { isolateOf } from './isolate-spec.ts'

type Ports = Pick<GuestPorts, 'snapshot' | 'loadBundle' | 'hostCall' | 'hasEffect' | 'log'>

/** A handler's call as the sandbox takes it: every host call of it is judged by this scope, and by nothing it says. */
export function scopedGuestCall(
  ports: Ports,
  scope: CallScope,
  {
    entry,
    inputJson,
    deadlineMs,
    bytes,
    signal,
    left,
  }: Pick<GuestCall, 'inputJson' | 'deadlineMs' | 'bytes' | 'signal' | 'left'> & {
    readonly entry: GuestEntry
  },
): GuestCall {
  const { version, tenant, principal, arm, traceId } = scope
  const { plugin } = version
  return {
    isolate: isolateOf(ports.snapshot(), version, tenant),
    loadBundle: () => ports.loadBundle(version),
    entry,
    inputJson,
    context: { principal, arm, traceId },
    deadlineMs,
    bytes,
    signal,
    left,
    apart: scope.shadow !== undefined,
    hostCall: (name, payload, signal) => ports.hostCall(scope, name, payload, signal),
    hasEffect: (name, payload) => ports.hasEffect(name, payload),
    onLog: (level, message, fields) =>
      ports.log
        .child({ plugin, version: version.version, tenant, traceId })
        [level]({ fields }, message),
  }
}
