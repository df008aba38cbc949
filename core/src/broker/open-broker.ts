import { RateLimiter } from '@signalbox/sdk/host-calls/rate-limiter'
import { HOST_PAGE_POINT, hostPageSchema } from '@signalbox/sdk/host-page'
import type { Knex } from 'knex'
import type { AssetReader } from '../assets/asset-reader.ts'
import type { OpenBlobs } from '../blobs/open-blobs.ts'
import { PointSchemas } from '../contributions/point-schemas.ts'
import type { EventPublisher } from '../events/event-publisher.ts'
import type { Invocations } from '../invocations/invocations.ts'
import type { JobService } from '../jobs/job-service.ts'
import type { MeterRecorder } from '../meter/meter-recorder.ts'
import { channelSchema, NOTIFY_POINT } from '../notify/notify-point.ts'
import type { InFlight } from '../rollout/routing/in-flight.ts'
import type { RoutingTable } from '../rollout/routing/routing-table.ts'
import type { ContentStore } from '../storage/content-store.ts'
import { Broker } from './broker.ts'
import type { BundleCache } from './bundle-cache.ts'
import { type CapabilityPorts, capabilities } from './capabilities.ts'
import type { PluginDatabases } from './db/plugin-databases.ts'
import { EffectAudit } from './effect-audit.ts'
import { type EntryPorts, type RunEntry, runEntry } from './entry-call.ts'
import type { GuestPorts } from './guest-ports.ts'
import type { HostCall } from './host-call.ts'
import { RunningCalls } from './running-calls.ts'
import { type CallerPorts, ServiceCaller } from './service-caller.ts'
import { tracedHostCall } from './traced-host-call.ts'
import type { GrantUse } from './uses/grant-uses.ts'
import { VersionDrain } from './version-drain.ts'

interface Ports extends Pick<CallerPorts, 'internal' | 'rollouts'> {
  readonly knex: Knex
  readonly contents: ContentStore
  readonly routing: RoutingTable
  readonly runGuest: GuestPorts['runGuest']
  readonly bundles: BundleCache
  readonly schemas: PluginDatabases
  readonly files: OpenBlobs
  readonly assets: AssetReader
  readonly inFlight: InFlight
  /** How long calls may go on in a version that was taken out of service. */
  readonly drainMs: number
  readonly invocations: Invocations
  readonly httpFetch: HostCall
  readonly forTrusted: Readonly<Record<string, HostCall>>
  readonly events: () => EventPublisher
  readonly jobs: JobService
  readonly keys: Readonly<Record<string, HostCall>>
  readonly meter: MeterRecorder
  readonly onUse: (use: GrantUse) => void
  readonly publicUrl: string
  readonly resources: CapabilityPorts['resources']
  readonly documents: CapabilityPorts['documents']
  readonly tracing?: EntryPorts['tracing']
  readonly log: GuestPorts['log']
}

/** The two ways into a plugin, and the one way out of it. */
export interface OpenBroker {
  readonly caller: ServiceCaller
  readonly runEntry: RunEntry
  readonly points: PointSchemas
  readonly guests: EntryPorts
  readonly calls: Readonly<Record<string, HostCall>>
}

/** They need each other: a plugin that is called may ask the host to call another. */
export function openBroker(ports: Ports): OpenBroker {
  const { knex, contents, routing, runGuest, bundles, schemas, invocations } = ports
  const { internal, rollouts } = ports
  const running = new RunningCalls(() => routing.snapshot)
  const drain = new VersionDrain({
    snapshot: () => routing.snapshot,
    drainMs: ports.drainMs,
    after: (ms, cut) => void setTimeout(cut, ms).unref(),
  })
  routing.follow((before, after) => {
    running.follow(after)
    drain.follow(before, after)
  })
  const guests = {
    snapshot: () => routing.snapshot,
    runGuest: (call) => drain.run((one) => running.run(runGuest, one), call),
    loadBundle: (version) => bundles.load(version),
    hostCall: tracedHostCall(
      (...words) => broker.hostCall(...words),
      (name) => Object.hasOwn(calls, name),
    ),
    hasEffect: (name, payload) => broker.hasEffect(name, payload),
    inFlight: ports.inFlight,
    invocations,
    rollouts,
    meter: ports.meter,
    tracing: ports.tracing,
    log: ports.log,
    now: Date.now,
  } satisfies EntryPorts
  const caller: ServiceCaller = new ServiceCaller({ ...guests, internal })
  const entries: RunEntry = (call) => runEntry(guests, call)
  const hostPoints = { [NOTIFY_POINT]: channelSchema, [HOST_PAGE_POINT]: hostPageSchema }
  const points = new PointSchemas({ knex, contents, hostPoints })
  const calls = capabilities({
    knex,
    snapshot: guests.snapshot,
    schemas,
    files: ports.files,
    assets: ports.assets,
    points,
    caller: () => caller,
    httpFetch: ports.httpFetch,
    forTrusted: ports.forTrusted,
    events: ports.events,
    jobs: ports.jobs,
    keys: ports.keys,
    meter: ports.meter,
    publicUrl: ports.publicUrl,
    resources: ports.resources,
    documents: ports.documents,
    runEntry: entries,
    now: Date.now,
  })
  const broker: Broker = new Broker({
    snapshot: guests.snapshot,
    calls,
    limiter: new RateLimiter(() => performance.now()),
    effects: new EffectAudit(knex),
    onUse: ports.onUse,
  })
  return { caller, runEntry: entries, points, guests, calls }
}
