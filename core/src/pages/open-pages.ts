import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import type { FailedAuthentications } from '../gateway/admission/failed-authentications.ts'
import { guard, knownBy } from '../gateway/guard.ts'
import type { Metrics } from '../gateway/metrics.ts'
import type { State } from '../host-state.ts'
import type { Authenticator } from '../identity/authenticate.ts'
import type { RolloutController } from '../rollout/rollout-controller.ts'
import type { Settings } from '../settings.ts'
import { CompressedFiles } from './compressed-files.ts'
import { offeredPages } from './offered-pages.ts'
import { pageReportRoutes } from './page-report-routes.ts'
import { PageReports } from './page-reports.ts'
import { pageRoutes } from './page-routes.ts'
import { UiFiles } from './ui-files.ts'
import { uiRoutes } from './ui-routes.ts'

interface Ports {
  readonly state: Pick<State, 'knex' | 'routing' | 'assets' | 'audit'>
  readonly settings: Pick<Settings, 'publicUrl'>
  readonly authenticator: Authenticator
  readonly failures: FailedAuthentications
  readonly controller: RolloutController
  readonly metrics: Pick<Metrics, 'pages'>
  readonly log: FastifyBaseLogger
}

export interface Pages {
  /** In a scope of its own: addresses that nobody offers are asked for all day, and leave no line. */
  routes(scope: FastifyInstance): void
  /** Where somebody may go who has just signed in. */
  readonly offered: () => ReturnType<typeof offeredPages>
  /** In a scope that is guarded. */
  reportRoutes(scope: FastifyInstance): void
}

/** Pages that plugins offer in browsers, and what browsers tell of them. */
export function openPages({ state, settings, ...ports }: Ports): Pages {
  const { authenticator, failures, controller, metrics, log } = ports
  const { knex, routing, assets, audit } = state
  const snapshot = () => routing.snapshot
  const { publicUrl } = settings
  const publicOrigin = publicUrl === null ? undefined : new URL(publicUrl).origin
  const ui = { files: new UiFiles(knex), compressed: new CompressedFiles(), publicOrigin }
  const reports = new PageReports({
    ...{ snapshot, rollouts: controller, tally: metrics.pages, audit, log },
    now: () => performance.now(),
  })
  return {
    routes(scope) {
      guard(scope, authenticator, failures)
      uiRoutes(scope, { snapshot, assets, ...ui })
      pageRoutes(scope, {
        ...{ snapshot, assets, compressed: ui.compressed },
        knownBy: (request, reply) => knownBy(request, reply, authenticator, failures),
      })
    },
    offered: () => offeredPages(snapshot()),
    reportRoutes: (scope) => pageReportRoutes(scope, reports),
  }
}
