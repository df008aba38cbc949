import type { GuestCall, GuestOutcome } from '@signalbox/sandbox'
import type { CallScope } from './call-scope.ts'
import type { GuestPorts } from './guest-ports.ts'

interface TracedGuest {
  /** What the guest's host calls belong to. */
  readonly scope: CallScope
  run(runGuest: GuestPorts['runGuest'], guest: GuestCall): Promise<GuestOutcome>
}

const untraced: TracedGuest['run'] = (runGuest, guest) => runGuest(guest)

/**
 * One version's try as a part of the trace: waiting in line, loading an isolate, running. What the guest asks of the
 * host stands below the running. The version is named as OpenTelemetry names the variant of a feature flag, so that
 * traces can be told apart by the version that a rollout chose.
 */
export function traceGuest(scope: CallScope): TracedGuest {
  const { span } = scope
  if (span === undefined) return { scope, run: untraced }
  const { version, arm, chain, tenant } = scope
  const attempt = span.child(`${version.plugin}@${version.version}`, 'internal', {
    'feature_flag.key': version.plugin,
    'feature_flag.result.variant': version.version,
    'feature_flag.provider.name': 'signalbox',
    'signalbox.arm': arm,
    'signalbox.tenant': tenant,
    'signalbox.depth': chain.length,
  })
  const running = attempt.later('lane.run')
  return {
    scope: { ...scope, span: running },
    async run(runGuest, guest) {
      const acceptedAt = Date.now()
      let loadAt: number | undefined
      const outcome = await runGuest({
        ...guest,
        loadBundle: () => {
          loadAt ??= Date.now()
          return guest.loadBundle()
        },
      })
      const endedAt = Date.now()
      const { startedAt } = outcome.trace
      // Zero: it never began. Clocks may be put back.
      const hasBegun = startedAt > 0
      const runAt = hasBegun ? Math.max(acceptedAt, loadAt ?? 0, startedAt) : endedAt
      const errorType = outcome.kind === 'failed' ? outcome.error.code : undefined
      attempt.later('lane.wait').record(acceptedAt, loadAt ?? runAt)
      if (loadAt !== undefined) attempt.later('isolate.load').record(loadAt, runAt)
      if (hasBegun) running.record(runAt, endedAt, errorType)
      attempt.set({
        'signalbox.guest.cpu_ms': outcome.cpuMs,
        'signalbox.guest.host_calls': outcome.hostCalls,
        'signalbox.guest.outcome': outcome.kind,
      })
      attempt.end(errorType)
      return outcome
    },
  }
}
