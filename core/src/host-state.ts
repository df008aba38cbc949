import { join } from 'node:path'
import { compileBundle, compilerTag, type Sandbox } from '@signalbox/sandbox'
import type { FastifyBaseLogger } from 'fastify'
import type { Knex } from 'knex'
import { AssetReader } from './assets/asset-reader.ts'
import { CallAuditJob } from './audit/call-audit-job.ts'
import { type OpenAudit, openAudit } from './audit/open-audit.ts'
import { type OpenBlobs, openBlobs } from './blobs/open-blobs.ts'
import { BundleCache } from './broker/bundle-cache.ts'
import { PluginDatabases } from './broker/db/plugin-databases.ts'
import { ComputePool } from './compute/compute-pool.ts'
import { PluginOutboxes } from './events/plugin-outboxes.ts'
import { Invocations } from './invocations/invocations.ts'
import { documentsOf } from './keys/documents.ts'
import { type Keys, openKeys } from './keys/open-keys.ts'
import { TokenKeyVault } from './oauth/token-key-vault.ts'
import type { LogWriter } from './plugin-logs/log-writer.ts'
import { openPluginLogs } from './plugin-logs/open-plugin-logs.ts'
import { CompiledBundleService } from './registry/compiled-bundle-service.ts'
import { changedPlugins } from './rollout/routing/changed-plugins.ts'
import { endedCanaries } from './rollout/routing/ended-canaries.ts'
import { InFlight } from './rollout/routing/in-flight.ts'
import { isInService } from './rollout/routing/in-service.ts'
import { RoutingTable } from './rollout/routing/routing-table.ts'
import { versionKey } from './rollout/routing/snapshot.ts'
import type { HostKeys } from './sealing/host-keys.ts'
import { Sealer } from './sealing/sealer.ts'
import { secretKeys as openSecretKeys } from './sealing/secret-keys.ts'
import type { TenantKeys } from './sealing/tenant-keys.ts'
import type { StopStack } from './stop-stack.ts'
import { type ContentStore, createContentStore } from './storage/content-store.ts'
import { createKnex } from './storage/create-knex.ts'
import type { DataFolder } from './storage/data-folder.ts'
import { DueWatch } from './storage/due-watch.ts'
import { FairTurns } from './storage/fair-turns.ts'
import { sharedSecret } from './storage/host-secret-store.ts'
import { migrateUp } from './storage/migrate.ts'
import type { Storage } from './storage/open-storage.ts'
import { LoadVerifier } from './trust/load-verifier.ts'
import { type OpenUsage, openUsage } from './usage/open-usage.ts'

/** Everything that lives in PostgreSQL, and what reads and writes it. */
export interface State {
  readonly knex: Knex
  readonly contents: ContentStore
  readonly compute: ComputePool
  readonly compiled: CompiledBundleService
  readonly bundles: BundleCache
  readonly verifier: LoadVerifier
  readonly routing: RoutingTable
  readonly due: DueWatch
  readonly schemas: PluginDatabases
  readonly outboxes: PluginOutboxes
  readonly audit: CallAuditJob
  readonly auditing: OpenAudit
  readonly usage: OpenUsage
  readonly invocations: Invocations
  readonly pluginLogs: LogWriter
  readonly inFlight: InFlight
  readonly files: OpenBlobs
  readonly assets: AssetReader
  readonly secretKeys: TenantKeys
  readonly sealer: Sealer
  readonly keys: Keys
  readonly tokenKeys: TokenKeyVault
}

interface Ports {
  readonly storage: Storage
  readonly folder: DataFolder
  readonly hostKeys: HostKeys
  readonly sandbox: Sandbox
  /** False: lanes compile bundles themselves. */
  readonly isCompiledAhead: boolean
  readonly log: FastifyBaseLogger
}

/** Migrated, and read once. */
export async function openState(
  { storage, folder, hostKeys, sandbox, isCompiledAhead, log }: Ports,
  stops: StopStack,
): Promise<State> {
  const knex = createKnex(storage.hostUrl, { name: 'signalbox host' })
  stops.push(() => knex.destroy())
  await migrateUp(knex)
  const clusterSecret = await sharedSecret(knex, 'plugin-roles')
  const schemas = await PluginDatabases.start({ url: storage.pluginUrl, clusterSecret, log })
  stops.push(() => schemas.stop())
  const outboxes = await PluginOutboxes.start({ url: storage.pluginUrl, clusterSecret })
  stops.push(() => outboxes.stop())
  const inFlight = new InFlight()
  const { routing, due } = await openRouting({ knex, storage, sandbox, inFlight, log }, stops)
  // Stopped after the calls' audit, whose last batch it seals.
  const auditing = openAudit({ knex, hostKeys, due, log }, stops)
  const node = await folder.readOrCreateSecret('node-id')
  const { signer } = auditing
  const usage = await openUsage({ knex, signer, routing, folder: node, log }, stops)
  const audit = await CallAuditJob.open({
    knex,
    log,
    node,
    folder: join(folder.path, 'audit'),
  })
  audit.start()
  stops.push(() => audit.stop())
  const compute = new ComputePool()
  stops.push(() => compute.stop())
  const contents = createContentStore(knex, (bytes) => compute.digest('sha256', bytes))
  const kept = openKept({ knex, contents, log }, stops)
  const turns = new FairTurns()
  const files = openBlobs({ knex, turns, log }, stops)
  const assets = new AssetReader(knex, turns)
  const compiled = await openCompiled(knex, isCompiledAhead, log)
  const isKeyed = hostKeys.arePresent
  const verifier = new LoadVerifier({ knex, contents, signer, isKeyed, log })
  const bundles = new BundleCache({ read: (of) => verifier.read(of), compiled })
  const secretKeys = openSecretKeys(knex, hostKeys, Date.now)
  const sealer = new Sealer(secretKeys)
  const keys = openKeys({ knex, sealer, now: Date.now, blobOf: documentsOf(files) })
  const tokenKeys = new TokenKeyVault(knex, hostKeys)
  const stored = {
    verifier,
    tokenKeys,
    knex,
    contents,
    compiled,
    bundles,
    secretKeys,
    sealer,
    keys,
  }
  const plugins = { schemas, outboxes, files, assets }
  return {
    ...stored,
    ...plugins,
    due,
    compute,
    routing,
    audit,
    auditing,
    usage,
    ...kept,
    inFlight,
  }
}

/** What is kept of calls: some as a whole, and what all of them logged. */
function openKept(
  ports: Pick<State, 'knex' | 'contents'> & Pick<Ports, 'log'>,
  stops: StopStack,
): Pick<State, 'invocations' | 'pluginLogs'> {
  const pluginLogs = openPluginLogs(ports, stops)
  const invocations = new Invocations({
    ...ports,
    onLogged: (call, invocation) => pluginLogs.add(call, invocation),
  })
  invocations.start()
  stops.push(() => invocations.stop())
  return { invocations, pluginLogs }
}

/** What this node routes by, and what tells its loops that there is work. */
async function openRouting(
  {
    knex,
    storage,
    sandbox,
    inFlight,
    log,
  }: Pick<Ports, 'storage' | 'sandbox' | 'log'> & Pick<State, 'knex' | 'inFlight'>,
  stops: StopStack,
): Promise<Pick<State, 'routing' | 'due'>> {
  const routing = new RoutingTable({
    knex,
    databaseUrl: storage.hostUrl,
    log,
    onSwap: (before, after) => {
      for (const plugin of changedPlugins(before, after)) sandbox.drop(plugin)
      for (const { plugin, version } of endedCanaries(before, after)) {
        void inFlight.drained(versionKey(plugin, version)).then(() => {
          // It may be tried again by then, or be what a tenant has pinned.
          if (!isInService(routing.snapshot, plugin, version)) sandbox.drop(plugin, version)
        })
      }
    },
  })
  await routing.start()
  stops.push(() => routing.stop())
  const due = new DueWatch({ knex, isHearing: () => routing.hints.isHearing, log })
  routing.follow(() => due.rouse())
  due.start()
  stops.push(() => due.stop())
  return { routing, due }
}

async function openCompiled(
  knex: Knex,
  isAhead: boolean,
  log: FastifyBaseLogger,
): Promise<CompiledBundleService> {
  const key = Buffer.from(await sharedSecret(knex, 'compiled-bundles'), 'base64url')
  return new CompiledBundleService({
    knex,
    key,
    compiler: compilerTag,
    compile: isAhead ? compileBundle : neverAhead,
    log,
  })
}

async function neverAhead(): Promise<Buffer> {
  throw new Error('bundles are not compiled ahead on this host')
}
