import type { EventEmitter } from 'node:events'
import { join } from 'node:path'
import type { GuestCall, GuestOutcome, IsolateSpec, SandboxEvent } from '@signalbox/sandbox'
import { runtimeLimits } from '@signalbox/sdk/manifest'
import type { FastifyBaseLogger } from 'fastify'
import type { Knex } from 'knex'
import { coreErrors } from '../errors.ts'
import { findInstallation, type Installation, listFiles } from '../registry/registry-store.ts'
import type { InFlight } from '../rollout/in-flight.ts'
import type { RoutingTable } from '../rollout/routing-table.ts'
import { type Snapshot, versionKey } from '../rollout/snapshot.ts'
import type { StopStack } from '../stop-stack.ts'
import type { ContentStore } from '../storage/content-store.ts'
import { isTrusted, type Origin, type TrustedEntry } from './allow-list.ts'
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
  readonly routing: RoutingTable
  readonly inFlight: InFlight
  readonly sandbox: { call(call: GuestCall): Promise<GuestOutcome> }
  readonly news: EventEmitter<{ event: [SandboxEvent] }>
  readonly allowed: readonly TrustedEntry[]
  readonly dataFolder: string
  readonly log: FastifyBaseLogger
}

export interface OpenTrusted {
  /** Runs a call where its version's tier says. */
  readonly runGuest: (call: GuestCall) => Promise<GuestOutcome>
  readonly isTrusted: (origin: Origin) => boolean
}

/** What of a version is the same at each of its starts; kept, so that a restart needs no database. */
interface Known {
  readonly installation: Installation
  readonly files: readonly PackageFile[]
}

/** Nothing here starts a process before something calls for it, and nothing that fails is thrown: the host boots. */
export function openTrusted(ports: Ports, stops: StopStack): OpenTrusted {
  const { routing, sandbox, news, log, inFlight, allowed } = ports
  const root = join(ports.dataFolder, 'trusted')
  const known = new Map<string, Known>()
  const tidied = removeOthers(root, isWantedIn(routing.snapshot)).catch((err: unknown) => {
    log.warn({ err }, 'folders of trusted versions that are not needed cannot be removed')
  })
  const tier = new TrustedTier({
    prepare: async (spec) => {
      await tidied
      return prepare(ports, root, known, spec)
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
  stops.push(() => tier.stop())
  routing.follow((_before, after) => tier.reconcile(after))
  tier.reconcile(routing.snapshot)
  return {
    runGuest: (call) => (call.isolate.tier === 'trusted' ? tier.call(call) : sandbox.call(call)),
    isTrusted: (origin) => isTrusted(allowed, origin),
  }
}

/** @throws CORE_VERSION_MISSING, CORE_TIER_NOT_ALLOWED: an operator may have changed the list since it was installed */
async function prepare(
  ports: Ports,
  root: string,
  known: Map<string, Known>,
  { plugin, version }: IsolateSpec,
): Promise<TrustedProgram> {
  const key = versionKey(plugin, version)
  const { installation, files } = known.get(key) ?? (await look(ports.knex, plugin, version))
  const { manifest, publisher, marketplaceFingerprint: fingerprint } = installation
  const { tier, entry } = manifest.runtime
  if (entry === undefined || !isTrusted(ports.allowed, { plugin, publisher, fingerprint })) {
    throw coreErrors.create('TIER_NOT_ALLOWED', { plugin, version, tier })
  }
  known.set(key, { installation, files })
  const name = versionFolderName(plugin, version, files)
  const folder = await verifiedFolder(root, name, files, (sha256) => ports.contents.get(sha256))
  const { heapMb, payloadKb } = runtimeLimits(manifest)
  return { folder, entry: join(folder, entry), heapMb, maxOutputLength: payloadKb * 1024 }
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
