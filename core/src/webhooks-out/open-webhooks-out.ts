import { randomBytes, randomUUID } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import type { Knex } from 'knex'
import { Counter, type Registry } from 'prom-client'
import { ConnectionPools } from '../broker/http/connection-pools.ts'
import { resolveLocal, resolvePublic } from '../broker/http/resolve-host.ts'
import type { EventNews } from '../events/event-news.ts'
import { TellingLoop } from '../events/telling-loop.ts'
import type { RoutingTable } from '../rollout/routing/routing-table.ts'
import { readGeneration } from '../rollout/routing/snapshot-store.ts'
import type { Sealer } from '../sealing/sealer.ts'
import type { Settings } from '../settings.ts'
import type { StopStack } from '../stop-stack.ts'
import type { DueWatch } from '../storage/due-watch.ts'
import { DeliveryRetention } from './delivery-retention.ts'
import { endpointRoutes } from './endpoint-routes.ts'
import { EndpointService } from './endpoint-service.ts'
import { FanOut } from './fan-out.ts'
import { dueFanOut } from './fan-out-store.ts'
import { outDeliveryRoutes } from './out-delivery-routes.ts'
import { dueDelivery } from './out-delivery-store.ts'
import { WebhookDispatcher } from './webhook-dispatcher.ts'
import { WebhookSender } from './webhook-sender.ts'

interface Ports {
  readonly knex: Knex
  readonly routing: Pick<RoutingTable, 'snapshot' | 'reach' | 'follow' | 'now'>
  readonly sealer: Sealer
  readonly settings: Pick<Settings, 'webhookAllow'>
  readonly registry: Registry
  readonly news: EventNews
  readonly due: Pick<DueWatch, 'when'>
  readonly log: { warn(fields: object, message: string): void }
}

export interface WebhooksOut {
  /** In a scope that is guarded. */
  routes(scope: FastifyInstance): void
  start(): void
}

/** A step is eight ways to the database, whether it queues one event or five hundred; nobody waits for a webhook by the millisecond. */
const GATHER_MS = 50

/** Webhooks out: events are queued for endpoints as they are logged, and sent by whichever node takes them. */
export function openWebhooksOut(ports: Ports, stops: StopStack): WebhooksOut {
  const { knex, routing, registry, news, due, log } = ports
  const places = ports.settings.webhookAllow
  const snapshot = () => routing.snapshot
  // Nodes compare what they wrote of leases: by the database's clock.
  const now = () => routing.now()
  const pools = new ConnectionPools({ now: () => performance.now() })
  const sender = new WebhookSender({ places, resolvePublic, resolveLocal, pools })
  const tries = new Counter({
    name: 'signalbox_webhook_tries_total',
    help: 'Tries to send an event to an endpoint, by what became of it: delivered, retried or dead.',
    labelNames: ['outcome'] as const,
    registers: [registry],
  })
  const reach = (generation: number) => routing.reach(generation)
  const dispatcher = new WebhookDispatcher({
    ...ports,
    ...{ snapshot, now, tries },
    catchUp: async () => reach(await readGeneration(knex)),
    send: (request) => sender.send(request),
    random: Math.random,
    wakes: due.when(dueDelivery),
  })
  const onQueued = () => dispatcher.look()
  const fanOut = new FanOut({ knex, snapshot, reach, now, onQueued, log })
  const wakes = due.when(dueFanOut)
  const tell = () => fanOut.step()
  const gapMs = () => GATHER_MS
  const queueing = new TellingLoop({ tell, waiting: 'webhooks', wakes, gapMs, log })
  news.follow(() => queueing.look())
  // A change is news of the host, and who may hear what may be another now.
  routing.follow(() => news.tell())
  const retention = new DeliveryRetention({ knex, now, log })
  const endpoints = new EndpointService({
    ...ports,
    places,
    now,
    randomBytes,
    randomUUID,
    onQueued,
  })
  return {
    routes(scope) {
      endpointRoutes(scope, { knex, snapshot, endpoints })
      outDeliveryRoutes(scope, { knex, endpoints, now })
    },
    start() {
      stops.push(() => pools.stop())
      stops.push(() => dispatcher.stop())
      stops.push(() => queueing.stop())
      stops.push(() => retention.stop())
      dispatcher.start()
      queueing.start()
      retention.start()
    },
  }
}
