import type { EventEmitter } from 'node:events'
import { join } from 'node:path'
import type { GuestCall, GuestOutcome, SandboxEvent } from '@signalbox/sandbox'
import { runtimeLimits } from '@signalbox/sdk/manifest'
import type { FastifyBaseLogger } from 'fastify'
import type { Knex } from 'knex'
import { coreErrors } from '../errors.ts'
import { findInstallation, type Installation, listFiles } from '../registry/registry-store.ts'
import type { InFlight } from '../rollout/routing/in-flight.ts'
import type { RoutingTable } from '../rollout/routing/routing-table.ts'
import { type Snapshot, versionKey } from '../rollout/routing/snapshot.ts'
import type { Settings } from '../settings.ts'
import type { StopStack } from '../stop-stack.ts'
import type { ContentStore } from '../storage/content-store.ts'
import type { DataFolder } from '../storage/data-folder.ts'
import type { LoadVerifier } from '../trust/load-verifier.ts'
import { isTrusted, type Origin } from './allow-list.ts'
import { ResourceService } from './resources/resource-service.ts'
import type { TrustedProgram } from './trusted-process.ts'
import { TrustedTier } from './trusted-tier.ts'
import {
  type PackageFile,
  removeFolder,
  removeOthers,
  verifiedFolder,
  versionFolderName,
  versionFolderPrefix,
} from './version-folder.ts'
import { wantedVersions } from './wanted-versions.ts'

/** A bundle that loads native modules and an engine's client takes a second or two on a busy machine. */
const START_MS = 20_000
/** Longer than any collection of garbage, shorter than the patience of whoever waits for another tenant's call. */
const SILENT_MS = 5000

interface Ports {
  readonly knex: Knex
  readonly contents: ContentStore
  readonly verifier: Pick<LoadVerifier, 'verify'>
  readonly routing: RoutingTable
  readonly inFlight: InFlight
  readonly sandbox: { call(call: GuestCall): Promise<GuestOutcome> }
  readonly news: EventEmitter<{ event: [SandboxEvent] }>
  readonly settings: Pick<Settings, 'trusted' | 'resourceUrls'>
  readonly folder: Pick<DataFolder, 'path' | 'readOrCreateSecret'>
  readonly log: FastifyBaseLogger
}

export interface OpenTrusted {
  /** Runs a call where its version's tier says. */
  readonly runGuest: (call: GuestCall) => Promise<GuestOutcome>
  readonly isTrusted: (origin: Origin) => boolean
  readonly resources: ResourceService
  readonly stats: TrustedTier['stats']
}

/** What of a version is the same at each of its starts; kept, so that a restart needs no database. */
interface Known {
  readonly installation: Installation
  readonly files: readonly PackageFile[]
}

/** Nothing here starts a process before something calls for it, and nothing that fails is thrown: the host boots. */
export function openTrusted(ports: Ports, stops: StopStack): OpenTrusted {
  const { routing, sandbox, news, log, inFlight, settings, folder } = ports
  const root = join(folder.path, 'trusted')
  const resourceRoot = join(folder.path, 'resources')
  const known = new Map<string, Known>()
  const tidied = tidy(ports, root, resourceRoot)
  const layouts = new Map<string, Promise<LaidOut>>()
  const layOut = async (below: string, plugin: string, version: string): Promise<LaidOut> => {
    await tidied
    const place = join(below, versionKey(plugin, version))
    const running =
      layouts.get(place) ??
      laidOut(ports, known, below, plugin, version).finally(() => layouts.delete(place))
    layouts.set(place, running)
    return running
  }
  const tier = new TrustedTier({
    prepare: async (spec) => {
      const { plugin, version } = spec
      return programOf(await layOut(root, plugin, version))
    },
    isSafe: (call) => isSafe(routing.snapshot, call),
    inFlight,
    removeFolder,
    onEvent: (event) => news.emit('event', event),
    random: Math.random,
    log,
    startMs: START_MS,
    silentMs: SILENT_MS,
  })
  const resources = new ResourceService({
    knex: ports.knex,
    root: resourceRoot,
    node: () => folder.readOrCreateSecret('node-id'),
    urls: settings.resourceUrls,
    layOut: async (...what) => (await layOut(...what)).folder,
    inFlight,
    random: Math.random,
    log,
  })
  // In the reverse order: an engine ends when nobody asks it anything any more.
  stops.push(() => resources.stop())
  stops.push(() => tier.stop())
  const reconcile = (before: Snapshot, after: Snapshot) => {
    tier.reconcile(after)
    const gone = [...before.versions.keys()].filter((key) => !after.versions.has(key))
    for (const key of gone) known.delete(key)
    tier.end(gone)
    resources.reconcile(before, after)
  }
  routing.follow(reconcile)
  reconcile(routing.snapshot, routing.snapshot)
  return {
    runGuest: (call) => (call.isolate.tier === 'trusted' ? tier.call(call) : sandbox.call(call)),
    isTrusted: (origin) => isTrusted(settings.trusted, origin),
    resources,
    stats: () => tier.stats(),
  }
}

/** What a host that was killed left behind; no program of it runs any more. */
async function tidy({ routing, log }: Ports, root: string, resourceRoot: string): Promise<void> {
  try {
    await removeOthers(root, isWantedIn(routing.snapshot))
    await removeOthers(join(resourceRoot, 'programs'), () => false)
  } catch (err) {
    log.warn({ err }, 'folders of trusted versions that are not needed cannot be removed')
  }
}

interface LaidOut {
  readonly folder: string
  readonly manifest: Installation['manifest']
}

/**
 * The files of a version below a folder.
 * @throws CORE_VERSION_MISSING, CORE_TIER_NOT_ALLOWED: an operator may have changed the list since it was installed
 */
async function laidOut(
  { knex, contents, settings, verifier }: Ports,
  known: Map<string, Known>,
  below: string,
  plugin: string,
  version: string,
): Promise<LaidOut> {
  const key = versionKey(plugin, version)
  const before = known.get(key)
  const { installation, files } = before ?? (await look(knex, plugin, version))
  const { manifest, publisher, marketplaceFingerprint: fingerprint } = installation
  const { tier } = manifest.runtime
  if (tier !== 'trusted' || !isTrusted(settings.trusted, { plugin, publisher, fingerprint })) {
    throw coreErrors.create('TIER_NOT_ALLOWED', { plugin, version, tier })
  }
  // What is known was verified once; its folder is held to it byte by byte, with the database away as well.
  if (before === undefined) await verifier.verify({ plugin, version })
  known.set(key, { installation, files })
  const name = versionFolderName(plugin, version, files)
  const folder = await verifiedFolder(below, name, files, (sha256) => contents.get(sha256))
  return { folder, manifest }
}

function programOf({ folder, manifest }: LaidOut): TrustedProgram {
  const { heapMb, payloadKb } = runtimeLimits(manifest)
  const entry = join(folder, manifest.runtime.entry ?? '')
  return { folder, entry, heapMb, maxOutputLength: payloadKb * 1024 }
}

async function look(knex: Knex, plugin: string, version: string): Promise<Known> {
  const installation = await findInstallation(knex, plugin, version)
  if (installation === undefined) throw coreErrors.create('VERSION_MISSING', { plugin, version })
  return { installation, files: await listFiles(knex, plugin, version) }
}

function isSafe({ versions }: Snapshot, { isolate, entry }: GuestCall): boolean {
  if (entry.kind !== 'service') return entry.kind === 'self-test'
  const operations = versions.get(versionKey(isolate.plugin, isolate.version))?.operations
  const operation = operations?.get(`${entry.service}/${entry.operation}`)
  return operation?.definition.safe === true
}

function isWantedIn(snapshot: Snapshot): (name: string) => boolean {
  const prefixes = [...wantedVersions(snapshot).values()].map(({ plugin, version }) =>
    versionFolderPrefix(plugin, version),
  )
  return (name) => prefixes.some((prefix) => name.startsWith(prefix))
}
