import { randomUUID } from 'node:crypto'
import { EventEmitter } from 'node:events'
import { join } from 'node:path'
import {
  deleteRating,
  PublisherDirectory,
  putRating,
  type RegistryKeys,
  ratingsOfTenant,
} from '@signalbox/marketplace'
import type { Sandbox } from '@signalbox/sandbox'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import type { Knex } from 'knex'
import { blobRoutes } from './blobs/blob-routes.ts'
import type { ServiceCall } from './broker/call-scope.ts'
import { type Outbound, openOutbound } from './broker/http/open-outbound.ts'
import type { OpenBroker } from './broker/open-broker.ts'
import type { InternalService } from './broker/service-caller.ts'
import { insertService } from './catalog/catalog-store.ts'
import { serviceRoutes } from './catalog/service-routes.ts'
import { findSubscription } from './catalog/subscription-store.ts'
import { contributionsRoutes } from './contributions/contributions-routes.ts'
import { countGuesses, isSignIn, mayBeLogIn } from './gateway/admission/guesses.ts'
import { guard } from './gateway/guard.ts'
import { keepWrites } from './gateway/idempotency/keyed-writes.ts'
import { listen, requireFreePort } from './gateway/listen.ts'
import { onRecord } from './gateway/on-record.ts'
import { openGateway } from './gateway/open-gateway.ts'
import { probeRoutes } from './gateway/probe-routes.ts'
import { createServer } from './gateway/server.ts'
import { openMetrics } from './host-metrics.ts'
import { openState, type State } from './host-state.ts'
import { hostVersion } from './host-version.ts'
import { permissionRoutes } from './identity/permission-routes.ts'
import { sendTicketBy } from './identity/sign-in/send-ticket.ts'
import { openIdentitySide } from './identity-side.ts'
import { invocationRoutes } from './invocations/invocation-routes.ts'
import { ratingRoutes } from './listing/rating-routes.ts'
import { RatingService } from './listing/rating-service.ts'
import {
  type Building,
  openPackages,
  openRegistryKeys,
  registerMarketplace,
  rewrapAll,
} from './market-side.ts'
import { openPages } from './pages/open-pages.ts'
import { pluginLogRoutes } from './plugin-logs/plugin-log-routes.ts'
import { openPlugins } from './plugin-side.ts'
import { BindingService } from './registry/binding-service.ts'
import { configRoutes } from './registry/config-routes.ts'
import { ConfigService } from './registry/config-service.ts'
import type { InstallService } from './registry/install-service.ts'
import type { PermissionComparer } from './registry/permissions/permission-comparer.ts'
import { pluginRoutes } from './registry/plugin-routes.ts'
import { resumeWork } from './registry/resume-work.ts'
import { tenantPluginRoutes } from './registry/tenant-plugin-routes.ts'
import type { VersionPlanner } from './registry/version-planner.ts'
import { openRegistry } from './registry-side.ts'
import { openRemovals, type Removals } from './removal/open-removals.ts'
import { followBlocks } from './rollout/blocked/follow-blocks.ts'
import type { Arm } from './rollout/cohorts/cohort.ts'
import type { TripKind } from './rollout/judge/hard-trips.ts'
import { followCircuits } from './rollout/judge/opened-circuits.ts'
import { openNodes } from './rollout/nodes/open-nodes.ts'
import { openMigrations } from './rollout/open-migrations.ts'
import { sendHook } from './rollout/plan/send-hook.ts'
import { RolloutController } from './rollout/rollout-controller.ts'
import { rolloutRoutes } from './rollout/rollout-routes.ts'
import { RolloutService } from './rollout/rollout-service.ts'
import { liveRollouts } from './rollout/rollout-store.ts'
import { holdBundles } from './rollout/routing/held-bundles.ts'
import { grantsOf } from './rollout/routing/snapshot.ts'
import { openShadow } from './rollout/shadow/open-shadow.ts'
import { type SandboxNews, startSandbox } from './sandbox-news.ts'
import { openHostKeys } from './sealing/host-keys.ts'
import type { Settings } from './settings.ts'
import { StopStack } from './stop-stack.ts'
import { type DataFolder, openDataFolder } from './storage/data-folder.ts'
import { obstaclesOf } from './storage/obstacles.ts'
import { openStorage } from './storage/open-storage.ts'
import { openTracing, type Tracing } from './tracing/open-tracing.ts'
import { openTrusted } from './trusted/open-trusted.ts'
import { UdfLanes } from './udf/udf-lanes.ts'
import { udfRoutes } from './udf/udf-routes.ts'
import { UdfService } from './udf/udf-service.ts'
import { openUpdates } from './updates/open-updates.ts'

export interface Host {
  /** Where the host listens, such as http://127.0.0.1:4400. */
  readonly url: string
  readonly adminToken: string
  stop(): Promise<void>
}

export interface HostOptions {
  readonly log: FastifyBaseLogger
  /** Services the host itself provides, by `service@major`; the benches' no-op is one. */
  readonly internal?: ReadonlyMap<string, InternalService>
  /** Told the operator's token in the moment it is made, before anything else of the start may fail. */
  readonly onTokenMade?: (token: string, file: string) => void
  /** Of a host that one plugin is written on: `signalbox dev`. */
  readonly building?: Building
  /** Given the server before it has a route, to watch what is asked of it. */
  readonly onServer?: (server: FastifyInstance) => void
}

/**
 * The composition root: the only place that knows every part.
 * @throws a coded error that names what is missing and its cure; nothing it started stays behind.
 */
export async function startHost(settings: Settings, options: HostOptions): Promise<Host> {
  const stops = new StopStack()
  try {
    await requireFreePort(settings)
    const folder = await openDataFolder(settings.dataFolder)
    stops.push(() => folder.release())
    const adminToken = await adminTokenOf(settings, options, folder)
    const hostKeys = await openHostKeys(settings, folder, options.log)
    const news: SandboxNews = new EventEmitter()
    const sandbox = await startSandbox(news, options.log, stops)
    const storage = await openStorage(settings, folder, options.log)
    stops.push(() => storage.stop())
    // What is compiled ahead saves its first calls some milliseconds, and costs a quarter of a second.
    const isCompiledAhead = options.building === undefined
    const parted = { storage, folder, hostKeys, sandbox, isCompiledAhead, log: options.log }
    const state = await openState(parted, stops)
    const registryKeys = await openRegistryKeys(state, hostKeys)
    const tokenKeys = { rewrap: rewrapAll([state.tokenKeys, registryKeys]) }
    const places = settings.fetchAllow
    const outbound = openOutbound({ ...state, tokenKeys, places }, stops)
    const traced = { version: hostVersion, log: options.log }
    const tracing = openTracing(settings.traces, traced, stops)
    const opened = { outbound, state, sandbox, news, folder, tracing, registryKeys }
    const parts = { settings, options, adminToken, ...opened }
    const app = await composeApp(parts, stops)
    stops.push(() => app.close())
    const url = await listen(app, settings)
    return { url, adminToken, stop: () => stops.stopAll() }
  } catch (error) {
    await stops.stopAll().catch((err: unknown) => {
      options.log.error({ err }, 'what was started could not be stopped in order')
    })
    throw error
  }
}

async function adminTokenOf(
  settings: Settings,
  options: HostOptions,
  folder: DataFolder,
): Promise<string> {
  if (settings.adminToken !== null) return settings.adminToken
  const file = join(folder.path, 'admin-token')
  const { value, isNew } = await folder.keptSecret('admin-token')
  if (isNew) options.onTokenMade?.(value, file)
  return value
}

interface Parts {
  readonly settings: Settings
  readonly options: HostOptions
  readonly adminToken: string
  readonly outbound: Outbound
  readonly state: State
  readonly sandbox: Sandbox
  readonly news: SandboxNews
  readonly folder: DataFolder
  readonly tracing: Tracing | undefined
  /** Undefined: a host without a key of its own, which signs nothing. */
  readonly registryKeys: RegistryKeys | undefined
}

async function composeApp(parts: Parts, stops: StopStack): Promise<FastifyInstance> {
  const { options, state, folder } = parts
  const { log } = options
  const { knex, routing } = state
  const snapshot = () => routing.snapshot
  const publishers = new PublisherDirectory({ knex, now: Date.now })
  const asked = { ...parts, publisherOf: (token: string) => publishers.byToken(token), log }
  const { identity, apps, authenticator, failures, issuer } = await openIdentitySide(asked, stops)
  const app = await openServer(parts)
  options.onServer?.(app)
  const { rollouts, controller, udfLanes } = composeRollouts(parts, stops)
  const trusted = openTrusted({ ...state, ...parts, log }, stops)
  const metrics = openMetrics({ ...parts, ...state, udfLanes, trusted }, stops)
  const migrations = openMigrations({ ...state, ...trusted, rollouts, log }, stops)
  const plugins = openPlugins(
    {
      ...parts,
      ...trusted,
      ...{ log, issuer, internal: options.internal ?? new Map() },
      ...{ rollouts: controller, releases: rollouts, registry: metrics.registry },
    },
    stops,
  )
  const { broker, streams, flush } = plugins
  const packages = openPackages({ ...parts, building: options.building, log }, stops)
  const stored = { ...packages, points: broker.points }
  const registry = openRegistry({ ...parts, ...trusted, ...stored, log })
  const updates = composeUpdates(parts, { ...stored, ...registry, rollouts }, stops)
  const bindings = new BindingService(state)
  const removals = openRemovals({ ...state, ...trusted, flush, folder, log }, stops)
  const udfs = composeUdfs(parts, udfLanes)
  const known = { users: identity.proofs, apps: apps.authenticator, failures }
  const calls = { ...state, ...known, issuer, streams, caller: broker.caller, metrics, log }
  const gateway = await openGateway(calls, stops)
  const pages = openPages({ ...parts, authenticator, failures, controller, metrics, log })
  await app.register(async (scope) => gateway.routes(scope))
  await app.register(async (scope) => pages.routes(scope))
  await app.register(async (scope) => {
    onRecord(scope, metrics, state.audit)
    guard(scope, authenticator, failures)
    countGuesses(scope, failures, isSignIn)
    keepWrites(scope, { ...state, log })
    await apps.routes(scope)
    probeRoutes(scope, { metrics, obstacles: () => obstaclesOf(knex) })
    administration(scope, state, { ...registry, bindings, rollouts, broker, removals, updates })
    const sendTicket = sendTicketBy({ ...parts.settings, ...broker, snapshot })
    await identity.routes(scope, sendTicket, pages.offered)
    invocationRoutes(scope, { ...state, publishers })
    await plugins.routes(scope)
    migrations.routes(scope)
    pages.reportRoutes(scope)
    packages.federation.routes(scope)
    await ownBodies(scope, parts, udfs)
  })
  await app.register(async (scope) => {
    onRecord(scope, metrics, state.audit)
    countGuesses(scope, failures, mayBeLogIn(authenticator))
    await registerMarketplace(scope, { ...parts, ...trusted, failures, log }, authenticator, stops)
  })
  for (const service of options.internal?.values() ?? []) await registerInternal(knex, service)
  controller.start(composeAsking(parts, broker))
  for (const loop of [plugins, removals, packages.federation, apps]) loop.start()
  stops.push(() => controller.stop())
  resume(parts, { ...registry, bindings, updates }, stops)
  return app
}

/** Routes with bodies of another kind than JSON: each has a scope of its own. */
async function ownBodies(
  scope: FastifyInstance,
  { state }: Parts,
  udfs: UdfService,
): Promise<void> {
  const { knex, routing, files, compute } = state
  await scope.register(async (inner) => {
    blobRoutes(inner, { knex, ...files, grantsOf: (...of) => grantsOf(routing.snapshot, ...of) })
  })
  await scope.register(async (inner) => {
    udfRoutes(inner, { udfs, readArrow: (bytes) => compute.readArrow(bytes) })
  })
}

function openServer({ options, settings, tracing }: Parts): Promise<FastifyInstance> {
  const { trustedProxies } = settings
  const named = trustedProxies === null ? {} : { trustedProxies }
  const traced = tracing === undefined ? {} : { tracing }
  return createServer({ log: options.log, version: hostVersion, ...named, ...traced })
}

/** Goes on with what a killed host left behind, beside the requests that come meanwhile. */
function resume(
  { options }: Parts,
  { installs, bindings, updates }: Pick<Services, 'installs' | 'bindings' | 'updates'>,
  stops: StopStack,
): void {
  updates.start()
  const stopping = new AbortController()
  const resuming = resumeWork(installs, bindings, options.log, stopping.signal)
  stops.push(() => {
    stopping.abort()
    return resuming
  })
}

/** How rollouts ask, where a step waits for an answer. */
function composeAsking({ state, outbound }: Parts, broker: OpenBroker) {
  const { signer } = state.auditing
  const sign = (typ: string, payload: unknown) => signer.sign(typ, payload)
  return {
    callService: (call: ServiceCall) => broker.caller.call(call),
    sendHook: sendHook({ fetch: outbound.hostFetch, sign, now: Date.now }),
  }
}

function composeRollouts({ options, state, sandbox, news }: Parts, stops: StopStack) {
  const { knex, routing, due } = state
  const { log } = options
  const now = () => routing.now()
  const rollouts = new RolloutService({ knex, routing, now })
  const follow = followBlocks({ rollouts, log })
  routing.follow((_before, after) => void follow(after))
  void follow(routing.snapshot)
  const node = randomUUID()
  openNodes({ knex, routing, node }, stops)
  holdBundles(routing, (version) => state.bundles.load(version))
  const onTrip = (rollout: string, arm: Arm, kind: TripKind) => {
    controller.countersOf(rollout).tripped(arm, kind, now())
    controller.look()
  }
  const shadow = openShadow({ ...state, node, sandbox, onTrip, log }, stops)
  const controller: RolloutController = new RolloutController({
    knex,
    rollouts,
    node,
    now,
    isDeaf: () => routing.isDeaf,
    log,
    shadow,
    wakes: due.when(liveRollouts),
  })
  const snapshot = () => routing.snapshot
  const tellOfCircuit = followCircuits({ knex, snapshot, rollouts: controller, log, now }, news)
  const udfLanes = new UdfLanes(log, tellOfCircuit)
  stops.push(() => udfLanes.stop())
  return { rollouts, controller, udfLanes }
}

function composeUpdates(
  { settings, options, state }: Parts,
  given: ReturnType<typeof openPackages> & Pick<Services, 'installs' | 'rollouts'>,
  stops: StopStack,
) {
  const { minimumReleaseAgeHours } = settings
  const { log } = options
  return openUpdates({ ...state, ...given, hostVersion, minimumReleaseAgeHours, log }, stops)
}

/** What the host itself provides stands in the catalog like everything else. */
async function registerInternal(knex: Knex, { operations }: InternalService): Promise<void> {
  for (const { service, major } of operations.values()) {
    await insertService(knex, { id: service, major, plugin: null })
  }
}

function composeUdfs({ state }: Parts, lanes: UdfLanes): UdfService {
  const { routing, bundles, invocations, inFlight } = state
  return new UdfService({
    inFlight,
    snapshot: () => routing.snapshot,
    lanes,
    loadBundle: (version) => bundles.load(version),
    meter: invocations.meter,
    now: Date.now,
  })
}

interface Services {
  readonly installs: InstallService
  readonly planner: VersionPlanner
  readonly comparer: PermissionComparer
  readonly bindings: BindingService
  readonly rollouts: RolloutService
  readonly broker: OpenBroker
  readonly removals: Removals
  readonly updates: ReturnType<typeof openUpdates>
}

function administration(
  scope: FastifyInstance,
  { knex, routing, contents, inFlight, auditing, usage }: State,
  { installs, planner, comparer, bindings, rollouts, broker, removals, updates }: Services,
): void {
  pluginRoutes(scope, { knex, installs, planner, comparer })
  updates.routes(scope)
  removals.routes(scope)
  tenantPluginRoutes(scope, { knex, bindings })
  pluginLogRoutes(scope, { knex })
  configRoutes(scope, { knex, configs: new ConfigService({ knex, routing, contents }) })
  serviceRoutes(scope, { knex, contents, usage: usage.recorder, now: Date.now })
  rolloutRoutes(scope, { knex, routing, rollouts, inFlight })
  auditing.routes(scope)
  usage.routes(scope, async (id) => (await findSubscription(knex, id))?.tenant)
  contributionsRoutes(scope, { snapshot: () => routing.snapshot, points: broker.points })
  permissionRoutes(scope, { snapshot: () => routing.snapshot })
  const ratings = { putRating, deleteRating, ratingsOfTenant }
  ratingRoutes(scope, new RatingService({ knex, routing, ratings }))
}
