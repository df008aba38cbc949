import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import type { Knex } from 'knex'
import { Gauge } from 'prom-client'
import type { CallAuditJob } from '../audit/call-audit-job.ts'
import type { ServiceCaller } from '../broker/service-caller.ts'
import type { EventStreams } from '../events/event-streams.ts'
import type { UserProofs } from '../identity/access/user-proofs.ts'
import type { AppAuthenticator } from '../identity/app-authenticator.ts'
import type { RoutingTable } from '../rollout/routing/routing-table.ts'
import type { Sealer } from '../sealing/sealer.ts'
import type { StopStack } from '../stop-stack.ts'
import type { DueWatch } from '../storage/due-watch.ts'
import { RepeatedRun } from '../storage/repeated-run.ts'
import type { OpenUsage } from '../usage/open-usage.ts'
import type { FailedAuthentications } from './admission/failed-authentications.ts'
import { AnswerCache } from './answers/answer-cache.ts'
import { CALL_URL, callRoutes } from './call-routes.ts'
import { preflightRoutes } from './cors/cors.ts'
import { forgetKeys } from './idempotency/idempotency-store.ts'
import { IdempotentCalls } from './idempotency/idempotent-calls.ts'
import { openLimits } from './limits/open-limits.ts'
import type { Metrics } from './metrics.ts'

interface Ports {
  readonly knex: Knex
  readonly routing: RoutingTable
  readonly due: DueWatch
  readonly sealer: Sealer
  readonly audit: CallAuditJob
  readonly usage: OpenUsage
  readonly caller: ServiceCaller
  readonly users: UserProofs
  readonly apps: AppAuthenticator
  readonly streams: EventStreams
  readonly issuer: string
  readonly failures: FailedAuthentications
  readonly metrics: Metrics
  readonly log: FastifyBaseLogger
}

/** Of a node: a few thousand pages of a board, and no more than a lane may take for itself. */
const CACHE_BYTES = 64 * 1024 * 1024
const CACHED_ANSWER_BYTES = 1024 * 1024

/** Keys are kept for a day; a minute more does no harm. */
const FORGET_KEYS_MS = 60_000

/** The pipeline that calls of data services go through, with what it keeps on this node. */
export async function openGateway(
  ports: Ports,
  stops: StopStack,
): Promise<{ readonly routes: (scope: FastifyInstance) => Promise<void> }> {
  const { knex, routing, due, log } = ports
  const limits = await openLimits({ knex, due, now: () => routing.now(), log }, stops)
  const shared: Gauge = new Gauge({
    name: 'signalbox_limit_nodes',
    help: 'Nodes that share the limits of subscriptions, as far as this one knows.',
    registers: [ports.metrics.registry],
    collect: () => shared.set(limits.nodes()),
  })
  const monotonic = () => performance.now()
  const cache = new AnswerCache({
    now: monotonic,
    maxBytes: CACHE_BYTES,
    maxAnswerBytes: CACHED_ANSWER_BYTES,
  })
  const forgetting = new RepeatedRun(() => forgetKeys(knex).catch(() => undefined), FORGET_KEYS_MS)
  forgetting.start()
  stops.push(() => forgetting.stop())
  return {
    async routes(scope) {
      const served = {
        ...ports,
        snapshot: () => routing.snapshot,
        limits,
        cache,
        idempotent: new IdempotentCalls(ports),
        now: Date.now,
        clock: () => routing.now(),
        monotonic,
      }
      await scope.register(async (inner) => callRoutes(inner, served))
      preflightRoutes(scope, served, [CALL_URL, '/v1/events/stream'])
    },
  }
}
