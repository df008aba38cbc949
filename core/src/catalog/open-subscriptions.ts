import type { FastifyInstance } from 'fastify'
import type { Knex } from 'knex'
import { OwedEntries } from '../audit/owed-entries.ts'
import { appOriginRoutes } from '../identity/app-origin-routes.ts'
import { AppOriginService } from '../identity/app-origin-service.ts'
import { appStatusRoutes } from '../identity/app-status-routes.ts'
import { AppStatusService } from '../identity/app-status-service.ts'
import type { RoutingTable } from '../rollout/routing/routing-table.ts'
import type { StopStack } from '../stop-stack.ts'
import { catalogRoutes } from './catalog-routes.ts'
import { changeLogRoutes } from './changes/change-log-routes.ts'
import { credentialRoutes } from './credential-routes.ts'
import { CredentialService } from './credential-service.ts'
import { deprecationRoutes } from './deprecation-routes.ts'
import { DeprecationService } from './deprecation-service.ts'
import { servicePage } from './page/service-page.ts'
import { planRoutes } from './plan-routes.ts'
import { PlanService } from './plan-service.ts'
import { SubscriptionClock } from './subscription-clock.ts'
import { subscriptionRoutes } from './subscription-routes.ts'
import { SubscriptionService } from './subscription-service.ts'

interface Ports {
  readonly knex: Knex
  readonly routing: RoutingTable
  readonly ensureTokenKey: () => Promise<void>
  readonly log: { warn(fields: object, message: string): void }
}

export interface Subscriptions {
  /** In a scope that is guarded. */
  routes(scope: FastifyInstance): void
  start(): void
}

/** Services, their plans and their ends; subscriptions, what time does to them, and what apps prove themselves by. */
export function openSubscriptions(
  { ensureTokenKey, log, ...stored }: Ports,
  stops: StopStack,
): Subscriptions {
  const now = () => stored.routing.now()
  const ports = { ...stored, now }
  const owed = new OwedEntries({ knex: stored.knex, log })
  const owing = { ...ports, onOwed: () => owed.look() }
  const deprecations = new DeprecationService(owing)
  const clock = new SubscriptionClock({ ...ports, deprecations, log })
  return {
    routes(scope) {
      catalogRoutes(scope, ports)
      changeLogRoutes(scope, ports)
      servicePage(scope)
      planRoutes(scope, { plans: new PlanService(owing) })
      deprecationRoutes(scope, { deprecations, now })
      subscriptionRoutes(scope, { ...ports, subscriptions: new SubscriptionService(ports) })
      const credentials = new CredentialService({ ...ports, ensureTokenKey })
      credentialRoutes(scope, { ...ports, credentials })
      appStatusRoutes(scope, { status: new AppStatusService(ports) })
      appOriginRoutes(scope, { origins: new AppOriginService(ports) })
    },
    start() {
      for (const job of [owed, clock]) {
        job.start()
        stops.push(() => job.stop())
      }
    },
  }
}
