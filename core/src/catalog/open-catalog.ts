import type { FastifyInstance } from 'fastify'
import type { Knex } from 'knex'
import type { RoutingTable } from '../rollout/routing/routing-table.ts'
import type { StopStack } from '../stop-stack.ts'
import { catalogRoutes } from './catalog-routes.ts'
import { consumerRoutes } from './consumer-routes.ts'
import { documentRoutes } from './documents/document-routes.ts'
import { expectationRoutes } from './expectations/expectation-routes.ts'
import { subscriptionRoutes } from './subscription-routes.ts'
import { SubscriptionService } from './subscription-service.ts'
import { UseRecorder } from './uses/use-recorder.ts'

interface Ports {
  readonly knex: Knex
  readonly routing: RoutingTable
  readonly contents: { get(sha256: string): Promise<Buffer | undefined> }
  readonly log: { warn(fields: object, message: string): void }
}

export interface OpenCatalog {
  readonly uses: UseRecorder
  readonly routes: (app: FastifyInstance) => void
}

/** Services, who is subscribed to them and what they use, with the clock of a real host. */
export function openCatalog(
  { knex, routing, contents, log }: Ports,
  stops: StopStack,
): OpenCatalog {
  const uses = new UseRecorder({ knex, now: Date.now, log })
  uses.start()
  stops.push(() => uses.stop())
  return {
    uses,
    routes: (app) => {
      catalogRoutes(app, { knex, routing })
      consumerRoutes(app, { knex, uses, now: Date.now })
      documentRoutes(app, { knex, contents })
      subscriptionRoutes(app, { knex, subscriptions: new SubscriptionService({ knex, routing }) })
      expectationRoutes(app, { knex })
    },
  }
}
