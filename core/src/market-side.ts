import { randomBytes } from 'node:crypto'
import {
  advisoryAdministration,
  findingRoutes,
  forgetAfterChanges,
  KnownRevisions,
  listingRoutes,
  marketplace,
  markGone,
  PACKAGES_CHANNEL,
  PackageSource,
  publisherRoutes,
  type RunningFigures,
  refreshListings,
  reviewRoutes,
} from '@signalbox/marketplace'
import { checkedPackage, inspectPackage, type Sandbox } from '@signalbox/sandbox'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import { pageParts, sendPage } from './gateway/own-page.ts'
import type { State } from './host-state.ts'
import { hostVersion } from './host-version.ts'
import type { Authenticator } from './identity/authenticate.ts'
import { openRunning } from './listing/open-running.ts'
import { type LocalPackages, packagesBefore } from './registry/package-source.ts'
import { findInstallation } from './registry/registry-store.ts'
import { publishTrials } from './registry/trials/publish-trials.ts'
import { recordMarketChange } from './registry/withdrawn/record-market-change.ts'
import { differenceSentence } from './rollout/rehearsal/rehearsal-sentences.ts'
import type { Settings } from './settings.ts'
import type { StopStack } from './stop-stack.ts'
import { isDatabaseUnavailable } from './storage/database-unavailable.ts'

/** The store that this host keeps, joined to the rest of it. */
interface MarketParts {
  readonly settings: Settings
  readonly state: State
  readonly sandbox: Sandbox
  readonly log: FastifyBaseLogger
}

/** Only where and how soon a version comes: it is checked, tested and granted like any other. */
export interface Building {
  /** Asked for packages before the marketplace is. */
  readonly packages: LocalPackages
  /** As `inspectPackage`, by a process that waits already. */
  readonly inspect: typeof inspectPackage
}

/** Where versions are installed from, and what looks into them. */
export function packagesOf(
  { knex, contents }: Pick<State, 'knex' | 'contents'>,
  building: Building | undefined,
) {
  const published = new PackageSource({ knex, contents })
  if (building === undefined) return { source: published, inspect: inspectPackage }
  return {
    source: packagesBefore(building.packages, published),
    inspect: building.inspect,
  }
}

/** The npm face, the accounts of publishers, reviews, findings and the pages of packages. */
export async function registerMarketplace(
  scope: FastifyInstance,
  { settings, state, sandbox, log }: MarketParts,
  authenticator: Authenticator,
  stops: StopStack,
): Promise<void> {
  const accounts = {
    knex: state.knex,
    isOperatorToken: (token: string) => authenticator.isOperator(token),
    isDatabaseUnavailable,
    now: Date.now,
    randomBytes,
    audit: recordMarketChange,
  }
  await scope.register(marketplace, {
    ...accounts,
    prefix: '/npm',
    revisions: revisionsOf(scope, state),
    contents: state.contents,
    isInstalled: async (name, version, trx) =>
      (await findInstallation(trx, name, version)) !== undefined,
    pages: { send: sendPage, parts: pageParts },
    inspectPackage: checkedPackage,
    tryPackage: publishTrials({
      runGuest: (call) => sandbox.call(call),
      rehearse: (wish) => state.schemas.migrations.rehearse(wish),
      sentenceOf: differenceSentence,
      policy: settings.publishTrials,
      now: Date.now,
    }),
    publicUrl: (request) => `${settings.publicUrl ?? `${request.protocol}://${request.host}`}/npm`,
  })
  await scope.register(advisoryAdministration, { ...accounts, prefix: '/v1/marketplace' })
  await scope.register(publisherRoutes, { ...accounts, prefix: '/v1/marketplace' })
  await scope.register(findingRoutes, { ...accounts, prefix: '/v1/marketplace' })
  const { contents } = state
  await scope.register(reviewRoutes, { ...accounts, contents, prefix: '/v1/marketplace' })
  const refresh = (figures: ReadonlyMap<string, RunningFigures>) =>
    refreshListings(state.knex, figures)
  const noteRunning: Parameters<typeof openRunning>[0]['noteRunning'] = (...of) =>
    markGone(state.knex, ...of)
  const running = openRunning({ ...state, refresh, noteRunning, log }, stops)
  await scope.register(listingRoutes, {
    ...accounts,
    ...running,
    contents: state.contents,
    hostVersion,
    prefix: '/v1/marketplace',
  })
}

/** Of packages: forgotten after changes through this node's routes, and where another node says that it made one. */
function revisionsOf(scope: FastifyInstance, { knex, routing }: State): KnownRevisions {
  const revisions = new KnownRevisions({ knex, monotonic: () => performance.now() })
  forgetAfterChanges(scope, revisions)
  routing.hints.hear(PACKAGES_CHANNEL, () => revisions.forget())
  return revisions
}
