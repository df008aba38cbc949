import { randomBytes } from 'node:crypto'
import {
  advisoryAdministration,
  findingRoutes,
  forgetAfterChanges,
  KnownRevisions,
  listingRoutes,
  Mirror,
  marketplace,
  markGone,
  PACKAGES_CHANNEL,
  PackageSource as Packages,
  publisherRoutes,
  RegistryKeys,
  type RunningFigures,
  refreshListings,
  reviewRoutes,
  signOlderVersion,
  signOlderVersions,
} from '@signalbox/marketplace'
import { checkedPackage, inspectPackage, type Sandbox } from '@signalbox/sandbox'
import type { FastifyBaseLogger, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Knex } from 'knex'
import type { Outbound } from './broker/http/open-outbound.ts'
import { openFederation } from './federation/open-federation.ts'
import type { FailedAuthentications } from './gateway/admission/failed-authentications.ts'
import { principalOf } from './gateway/guard.ts'
import { pageParts, sendPage } from './gateway/own-page.ts'
import type { State } from './host-state.ts'
import { hostVersion } from './host-version.ts'
import type { Authenticator } from './identity/authenticate.ts'
import { isAuthorised } from './identity/authorise.ts'
import { openRunning } from './listing/open-running.ts'
import {
  type LocalPackages,
  type PackageSource,
  packagesBefore,
} from './registry/package-source.ts'
import { findInstallation } from './registry/registry-store.ts'
import { publishTrials } from './registry/trials/publish-trials.ts'
import { recordMarketChange } from './registry/withdrawn/record-market-change.ts'
import { differenceSentence } from './rollout/rehearsal/rehearsal-sentences.ts'
import type { HostKeys } from './sealing/host-keys.ts'
import { SealedPrivateKeys } from './sealing/sealed-private-keys.ts'
import type { Settings } from './settings.ts'
import type { StopStack } from './stop-stack.ts'
import { isDatabaseUnavailable } from './storage/database-unavailable.ts'

/** The store that this host keeps, joined to the rest of it. */
interface MarketParts {
  readonly settings: Settings
  readonly state: State
  readonly sandbox: Sandbox
  /** Undefined: a host without a key of its own, which signs nothing. */
  readonly registryKeys: RegistryKeys | undefined
  readonly log: FastifyBaseLogger
}

/** Which packages the operator lets run in a process of their own, and who sent too many wrong secrets. */
interface Asked extends Pick<Parameters<typeof openRunning>[0], 'isTrusted'> {
  readonly failures: FailedAuthentications
}

/** Only where and how soon a version comes: it is checked, tested and granted like any other. */
export interface Building {
  /** Asked for packages before the marketplace is. */
  readonly packages: LocalPackages
  /** As `inspectPackage`, by a process that waits already. */
  readonly inspect: typeof inspectPackage
}

/** @returns undefined on a host that can keep no secret */
export async function openRegistryKeys(
  { knex }: Pick<State, 'knex'>,
  hostKeys: HostKeys,
): Promise<RegistryKeys | undefined> {
  if (!hostKeys.arePresent) return undefined
  const wrapping = hostKeys.for('signalbox registry keys')
  const sealer = new SealedPrivateKeys(wrapping, (name) => ['registry key', name])
  const keys = new RegistryKeys({ knex, sealer, now: Date.now })
  await keys.start()
  return keys
}

interface PackageParts extends Pick<MarketParts, 'registryKeys' | 'log'> {
  readonly building: Building | undefined
}

/** The host's own marketplace, without HTTP. */
function publishedPackages(
  { knex, contents }: Pick<State, 'knex' | 'contents'>,
  keys: RegistryKeys | undefined,
  log: FastifyBaseLogger,
): PackageSource {
  const packages = new Packages({ knex, contents })
  const now = Date.now
  return {
    versions: (name) => packages.versions(name),
    withdrawn: (...of) => packages.withdrawn(...of),
    keyRevokedAt: (...of) => packages.keyRevokedAt(...of),
    manifest: (...of) => packages.manifest(...of),
    fetch: async (name, version) => {
      const found = await packages.fetch(name, version)
      if (keys === undefined || found === undefined || found.signature !== null) return found
      // What is being signed behind the start is not waited for by who calls it meanwhile.
      const ports = { knex, contents, keys, now, randomBytes, log }
      return (await signOlderVersion(ports, name, version)) ? packages.fetch(name, version) : found
    },
    keys: async () => keys?.trustedPublicKeys(),
  }
}

/** What every part of the store changes something with. */
function marketAccounts({ state, registryKeys }: Pick<MarketParts, 'state' | 'registryKeys'>) {
  return {
    knex: state.knex,
    isDatabaseUnavailable,
    now: Date.now,
    randomBytes,
    audit: recordMarketChange,
    ...(registryKeys === undefined ? {} : { registryKeys }),
  }
}

/** What looks into packages before they are kept, wherever they come from. */
function packageChecks({
  settings,
  state,
  sandbox,
}: Pick<MarketParts, 'settings' | 'state' | 'sandbox'>) {
  return {
    contents: state.contents,
    inspectPackage: checkedPackage,
    tryPackage: publishTrials({
      runGuest: (call) => sandbox.call(call),
      rehearse: (wish) => state.schemas.migrations.rehearse(wish),
      sentenceOf: differenceSentence,
      policy: settings.publishTrials,
      now: Date.now,
    }),
  }
}

/** What is installed, here and from other marketplaces, and who says from where. */
export function openPackages(
  parts: MarketParts & PackageParts & { readonly outbound: Pick<Outbound, 'hostFetch'> },
  stops: StopStack,
) {
  const { state, settings, outbound, building, log } = parts
  const store = new Mirror({ ...marketAccounts(parts), ...packageChecks(parts) })
  const here = publishedPackages(state, parts.registryKeys, log)
  const { hostFetch } = outbound
  const places = settings.fetchAllow
  const given = { hostFetch, places, store, here, releases: new Packages(state), log }
  const federation = openFederation({ ...state, ...given }, stops)
  const inspect = building?.inspect ?? inspectPackage
  const elsewhere = federation.source
  const source = building === undefined ? elsewhere : packagesBefore(building.packages, elsewhere)
  return { source, releases: federation.releases, inspect, federation }
}

/** The npm face, the accounts and keys of publishers, reviews, findings and the pages of packages. */
export async function registerMarketplace(
  scope: FastifyInstance,
  { settings, state, sandbox, registryKeys, isTrusted, failures, log }: MarketParts & Asked,
  authenticator: Authenticator,
  stops: StopStack,
): Promise<void> {
  const own = {
    ...marketAccounts({ state, registryKeys }),
    ...packageChecks({ settings, state, sandbox }),
  }
  const accounts = { ...own, isOperatorToken: (token: string) => authenticator.isOperator(token) }
  await scope.register(marketplace, {
    ...accounts,
    prefix: '/npm',
    revisions: revisionsOf(scope, state),
    isInstalled: async (name, version, trx) =>
      (await findInstallation(trx, name, version)) !== undefined,
    pages: { send: sendPage, parts: pageParts },
    publicUrl: (request) => `${settings.publicUrl ?? `${request.protocol}://${request.host}`}/npm`,
  })
  await scope.register(advisoryAdministration, { ...accounts, prefix: '/v1/marketplace' })
  // What the operator reads and decides in a browser.
  const people = {
    ...accounts,
    isOperatorSession: async (request: FastifyRequest, reply: FastifyReply) => {
      const principal = await principalOf(request, reply, authenticator, failures)
      return principal.kind === 'operator' && principal.session !== undefined
    },
  }
  const onSignsOlder = signingOlder({ ...accounts, ...state, log }, stops)
  await scope.register(publisherRoutes, {
    ...people,
    // Accounts are read in a browser, too; they, their tokens and keys are handed out by a token alone.
    isOperatorSession: async (request, reply) =>
      request.method === 'GET' && people.isOperatorSession(request, reply),
    onSignsOlder,
    prefix: '/v1/marketplace',
  })
  await scope.register(findingRoutes, { ...people, prefix: '/v1/marketplace' })
  await scope.register(reviewRoutes, { ...people, prefix: '/v1/marketplace' })
  const refresh = (figures: ReadonlyMap<string, RunningFigures>) =>
    refreshListings(state.knex, figures)
  const noteRunning: Parameters<typeof openRunning>[0]['noteRunning'] = (...of) =>
    markGone(state.knex, ...of)
  const running = openRunning({ ...state, refresh, noteRunning, isTrusted, log }, stops)
  await scope.register(listingRoutes, {
    ...people,
    ...running,
    hostVersion,
    knowsHost: async (...of) =>
      isAuthorised(await principalOf(...of, authenticator, failures), 'plugin.list', {}),
    prefix: '/v1/marketplace',
  })
}

/** Signs behind the requests what was published without a key; one run at a time on this node. @returns begins another */
function signingOlder(
  ports: Omit<Parameters<typeof signOlderVersions>[0], 'keys'> & { registryKeys?: RegistryKeys },
  stops: StopStack,
): () => void {
  const { registryKeys: keys, log } = ports
  if (keys === undefined) return () => undefined
  const stopping = new AbortController()
  let running: Promise<unknown> = Promise.resolve()
  const begin = () => {
    running = running
      .then(() => signOlderVersions({ ...ports, keys }, stopping.signal))
      .catch((err: unknown) => log.warn({ err }, 'older versions cannot be signed'))
  }
  begin()
  stops.push(() => {
    stopping.abort()
    return running
  })
  return begin
}

/** One rotation of the host's key for all that is sealed by it. */
export function rewrapAll(
  all: readonly ({ rewrap(trx: Knex.Transaction): Promise<number> } | undefined)[],
) {
  return async (trx: Knex.Transaction): Promise<number> => {
    let count = 0
    for (const one of all) count += (await one?.rewrap(trx)) ?? 0
    return count
  }
}

/** Of packages: forgotten after changes through this node's routes, and where another node says that it made one. */
function revisionsOf(scope: FastifyInstance, { knex, routing }: State): KnownRevisions {
  const revisions = new KnownRevisions({ knex, monotonic: () => performance.now() })
  forgetAfterChanges(scope, revisions)
  routing.hints.hear(PACKAGES_CHANNEL, () => revisions.forget())
  return revisions
}
