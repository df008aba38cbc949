import { randomBytes } from 'node:crypto'
import { RateLimiter } from '@signalbox/sdk/host-calls/rate-limiter'
import type { FastifyInstance } from 'fastify'
import type { Knex } from 'knex'
import type { Registry } from 'prom-client'
import type { RunEntry } from '../broker/entry-call.ts'
import type { GrantUse } from '../broker/uses/grant-uses.ts'
import type { CountBusinessEvent } from '../rollout/judge/count-business-event.ts'
import type { Snapshot } from '../rollout/routing/snapshot.ts'
import type { StopStack } from '../stop-stack.ts'
import type { DueWatch } from '../storage/due-watch.ts'
import type { Hints } from '../storage/hints.ts'
import { appEventRoutes } from './app-event-routes.ts'
import { AppEventService } from './app-event-service.ts'
import { AppEventTypes } from './app-event-types.ts'
import { deadLetterRoutes } from './dead-letter-routes.ts'
import { dueDelivery } from './delivery-store.ts'
import { EventDispatcher } from './event-dispatcher.ts'
import { EVENT_CHANNEL, EventHint } from './event-hint.ts'
import { EventLog } from './event-log.ts'
import { EventMetrics } from './event-metrics.ts'
import { EventNews } from './event-news.ts'
import { EventPublisher } from './event-publisher.ts'
import { EventRetention } from './event-retention.ts'
import { EventSchemas } from './event-schemas.ts'
import { eventStreamRoutes } from './event-stream-routes.ts'
import { EventStreams } from './event-streams.ts'
import { IncomingEvents } from './incoming-events.ts'
import { incomingRoutes } from './incoming-routes.ts'
import { OutboxDrain } from './outbox-drain.ts'
import type { PluginOutboxes } from './plugin-outboxes.ts'
import { replayRoutes } from './replay-routes.ts'

interface Ports {
  readonly knex: Knex
  readonly snapshot: () => Snapshot
  readonly reach: (generation: number) => Promise<void>
  readonly contents: { get(sha256: string): Promise<Buffer | undefined> }
  readonly outboxes: PluginOutboxes
  readonly runEntry: RunEntry
  readonly onUse: (use: GrantUse) => void
  readonly registry: Registry
  /** URL of the host, without a slash at its end. */
  readonly issuer: string
  readonly count: CountBusinessEvent
  readonly hints: Pick<Hints, 'hear'>
  readonly due: Pick<DueWatch, 'when'>
  readonly log: { warn(fields: object, message: string): void }
}

export interface Events {
  readonly streams: EventStreams
  /** What checks and writes events, also for who writes them in a plugin's transaction. */
  readonly publisher: EventPublisher
  readonly drain: OutboxDrain
  /** Something was put into an inbox. */
  readonly tell: () => void
  /** Told when something may be new in the log, whoever wrote it. */
  readonly news: EventNews
  /** In a scope that is guarded. */
  routes(app: FastifyInstance): Promise<void>
  start(): void
}

/** Everything about events: publishing, the log, delivery, what comes from apps, dead letters. */
export function openEvents(ports: Ports, stops: StopStack): Events {
  const { knex, snapshot, contents, outboxes, log } = ports
  const now = Date.now
  const metrics = new EventMetrics(ports.registry)
  const schemas = new EventSchemas({ knex, contents })
  const dispatcher = new EventDispatcher({
    knex,
    snapshot,
    reach: ports.reach,
    runEntry: ports.runEntry,
    onUse: ports.onUse,
    metrics,
    wakes: ports.due.when(dueDelivery),
    log,
    now,
    random: Math.random,
  })
  const news = new EventNews()
  news.follow((areHeard) => {
    if (areHeard) dispatcher.look()
  })
  const tell = tellOthers(knex, ports.hints, (areHeard) => news.tell(areHeard))
  const eventLog = new EventLog({ knex, onAppended: tell })
  const drain = new OutboxDrain({ outboxes, append: (events) => eventLog.append(events), log })
  const publisher = new EventPublisher({
    schemas,
    log: eventLog,
    outboxes,
    drain,
    metrics,
    count: ports.count,
    now,
  })
  const retention = new EventRetention({ knex, now, log })
  const allowances = new AppEventTypes({ knex, now })
  const incoming = new IncomingEvents({
    snapshot,
    schemas,
    log: eventLog,
    allowances,
    limiter: new RateLimiter(() => performance.now()),
    metrics,
    count: ports.count,
    now,
  })
  const streams = new EventStreams({ knex, snapshot, news, now })
  return {
    streams,
    publisher,
    drain,
    tell,
    news,
    async routes(app) {
      appEventRoutes(app, new AppEventService({ knex, allowances }))
      deadLetterRoutes(app, { knex, onRedelivered: tell })
      replayRoutes(app, { knex, onQueued: tell })
      await app.register(async (inner) => incomingRoutes(inner, { incoming, snapshot, now }))
      const { issuer } = ports
      await app.register(async (inner) =>
        eventStreamRoutes(inner, { streams, snapshot, now, issuer }),
      )
    },
    start() {
      for (const part of [dispatcher, drain, retention]) {
        stops.push(() => part.stop())
        part.start()
      }
    },
  }
}

/** @returns to be called when something is due: this node looks at once, and the others soon */
function tellOthers(
  knex: Knex,
  hints: Pick<Hints, 'hear'>,
  look: (areHeard: boolean) => void,
): (areHeard?: boolean) => void {
  // Of this process: its own hints come back to it, and say nothing new. No name of anything, and no data.
  const self = randomBytes(8).toString('hex')
  hints.hear(EVENT_CHANNEL, (from) => {
    if (from !== self) look(true)
  })
  const hint = new EventHint({
    send: () => knex.raw('select pg_notify(?, ?)', [EVENT_CHANNEL, self]),
    now: () => performance.now(),
    later: (ms, work) => void setTimeout(work, ms).unref(),
  })
  return (areHeard = true) => {
    look(areHeard)
    hint.tell()
  }
}
