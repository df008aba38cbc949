import type { LoadedBundle } from '@signalbox/sandbox'
import { CodedError } from '@signalbox/sdk/errors'
import { RateLimiter } from '@signalbox/sdk/host-calls/rate-limiter'
import { runtimeLimits } from '@signalbox/sdk/manifest'
import { Broker } from '../../broker/broker.ts'
import type { CallScope } from '../../broker/call-scope.ts'
import { type DataPorts, dbCalls } from '../../broker/db-calls.ts'
import type { HostCall } from '../../broker/host-call.ts'
import { NO_TENANT, type RunGuest, selfTest } from '../../broker/self-test.ts'
import { coreErrors } from '../../errors.ts'
import type { BundleOf } from '../../registry/compiled-bundle-service.ts'
import type { Installation } from '../../registry/registry-store.ts'
import type { Snapshot } from '../routing/snapshot.ts'

interface Ports {
  readonly runGuest: RunGuest
  readonly loadBundle: (of: BundleOf) => Promise<LoadedBundle>
  readonly schemas: DataPorts & {
    enableTenant(plugin: string, tenant: string): Promise<void>
  }
  readonly snapshot: () => Snapshot
}

/** Of a self-test's statements; a lane has its own. */
const DEADLINE_MS = 10_000

/**
 * Runs a version's self-test with `ctx.db` on a scratch schema, as a tenant of its own that has no rows there:
 * the version meets the expanded structure, no real data, and whatever it writes is dropped with the schema.
 * @returns why it failed; undefined: it passed
 */
export async function scratchSelfTest(
  ports: Ports,
  installation: Installation,
  scratch: string,
): Promise<string | undefined> {
  const { plugin, version, manifest, bundleSha256 } = installation
  if (bundleSha256 === null) return undefined
  await ports.schemas.enableTenant(scratch, NO_TENANT)
  const broker = new Broker({
    snapshot: ports.snapshot,
    calls: ownTables(ports.schemas),
    limiter: new RateLimiter(() => performance.now()),
    effects: { record: async () => undefined },
    onUse: () => undefined,
  })
  const scope: CallScope = {
    version: {
      plugin: scratch,
      version,
      manifest,
      bundleSha256,
      limits: runtimeLimits(manifest),
      operations: new Map(),
    },
    tenant: NO_TENANT,
    principal: { kind: 'host', id: 'rehearsal' },
    arm: 'stable',
    traceId: '0'.repeat(32),
    requestId: 'rehearsal',
    deadline: Date.now() + DEADLINE_MS,
    chain: [],
  }
  const host = {
    id: 'rehearsal',
    hostCall: (name: string, payload: string, signal: AbortSignal) =>
      broker.hostCall(scope, name, payload, signal),
  }
  try {
    await selfTest(
      ports.runGuest,
      installation,
      () => ports.loadBundle({ plugin, version, bundleSha256 }),
      host,
    )
    return undefined
  } catch (error) {
    if (!(error instanceof CodedError) || error.code !== 'CORE_SELF_TEST_FAILED') throw error
    return String(error.parameters['reason'])
  }
}

/** The plugin's own tables without a grant: nothing but the scratch schema is reached by them. */
function ownTables(schemas: DataPorts): Readonly<Record<string, HostCall>> {
  const events = () => ({
    inTransaction: async () => {
      throw coreErrors.create('HOST_CALL_UNKNOWN', { call: 'events in a self-test' })
    },
  })
  const { 'db.inspect': _catalogue, ...calls } = dbCalls(schemas, events, Date.now)
  return Object.fromEntries(
    Object.entries(calls).map(([name, call]) => [name, { ...call, capability: null }]),
  )
}
