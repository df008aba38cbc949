import { RateLimiter } from '@signalbox/sdk/host-calls/rate-limiter'
import type { FastifyInstance } from 'fastify'
import type { Knex } from 'knex'
import type { CallRecord } from '../audit/call-audit.ts'
import { EffectAudit } from '../broker/effect-audit.ts'
import type { ServiceCaller } from '../broker/service-caller.ts'
import type { GrantUse } from '../broker/uses/grant-uses.ts'
import type { Snapshot } from '../rollout/routing/snapshot.ts'
import type { PagePorts } from './link-page.ts'
import { LinkVisits } from './link-visits.ts'
import { linksRoutes } from './links-routes.ts'

interface Ports extends PagePorts {
  readonly knex: Knex
  readonly snapshot: () => Snapshot
  readonly caller: ServiceCaller
  readonly audit: { add(record: CallRecord): void }
  readonly onUse: (use: GrantUse) => void
}

/** Links that plugins shared: followed by anybody, looked at and taken back by the tenant's admin. */
export function openLinks({ knex, snapshot, caller, audit, onUse, assets, publicUrl }: Ports): {
  readonly routes: (scope: FastifyInstance) => void
} {
  const visits = new LinkVisits({ audit, effects: new EffectAudit(knex), onUse })
  const limiter = new RateLimiter(() => performance.now())
  const ports = { knex, snapshot, caller, limiter, visits, assets, publicUrl, now: Date.now }
  return { routes: (scope) => linksRoutes(scope, ports) }
}
