import type { GuestCall, GuestOutcome, LoadedBundle } from '@signalbox/sandbox'
import { coreErrors } from '../errors.ts'
import type { Installation } from '../registry/registry-store.ts'
import { bareIsolate } from './isolate-spec.ts'

/** The self-test belongs to no tenant: it sees no data, and every host call is refused. */
export const NO_TENANT = '-'

/**
 * Nobody waits at the other end, and an installation on a busy machine, which also compiles the bundle, should
 * not fail for want of a second. How long a turn may take is the version's own limit all the same.
 */
const LEAST_DEADLINE_MS = 10_000

type Tested = Pick<Installation, 'plugin' | 'version' | 'manifest' | 'bundleSha256'>

export type RunGuest = (call: GuestCall) => Promise<GuestOutcome>

/** What answers a self-test's host calls, and how its principal is called. */
interface SelfTestHost {
  readonly id: string
  readonly hostCall: GuestCall['hostCall']
}

/**
 * Loads a version in a lane, exactly as its first request would, and runs its self-test if it has one.
 * @throws CORE_SELF_TEST_FAILED with the reason; what is the host's own trouble is thrown as it is.
 */
export async function selfTest(
  runGuest: RunGuest,
  installation: Tested,
  bundle: () => Promise<LoadedBundle>,
  host: SelfTestHost = refusing(installation.plugin),
): Promise<void> {
  const { plugin, version, manifest, bundleSha256 } = installation
  if (bundleSha256 === null) return
  const isolate = bareIsolate({ plugin, version, manifest, bundleSha256 }, NO_TENANT)
  const outcome = await runGuest({
    isolate,
    loadBundle: bundle,
    entry: { kind: 'self-test' },
    inputJson: 'null',
    context: {
      principal: { kind: 'host', id: host.id },
      arm: 'stable',
      traceId: '0'.repeat(32),
    },
    deadlineMs: Math.max(isolate.limits.deadlineMs, LEAST_DEADLINE_MS),
    hostCall: host.hostCall,
    hasEffect: () => true,
    onLog: () => undefined,
  })
  if (outcome.kind === 'ok') return
  if (outcome.kind === 'refused') throw failure(installation, outcome.message)
  const { error, blame } = outcome
  // A version without a self-test has shown all that was asked: that it loads.
  if (error.code === 'SBX_HANDLER_MISSING' && manifest.selfTest !== true) return
  throw blame === 'host' ? error : failure(installation, error.message)
}

function refusing(plugin: string): SelfTestHost {
  return {
    id: 'self-test',
    hostCall: async () => {
      const tenant = NO_TENANT
      throw coreErrors.create('GRANT_MISSING', { plugin, capability: 'anything', tenant })
    },
  }
}

function failure({ plugin, version }: Tested, reason: string): Error {
  return coreErrors.create('SELF_TEST_FAILED', { plugin, version, reason: reason.slice(0, 500) })
}
