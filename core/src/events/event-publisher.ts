import { randomUUID } from 'node:crypto'
import {
  cloudEvent,
  hopsOf,
  type NewEvent,
  newEvent,
  pluginSource,
} from '@signalbox/sdk/host-calls/cloud-event'
import {
  type EventWish,
  requireData,
  requirePublisher,
} from '@signalbox/sdk/host-calls/event-rules'
import type { ValidateFunction } from 'ajv/dist/2020.js'
import type { CallScope } from '../broker/call-scope.ts'
import { traceparent } from '../gateway/trace-context.ts'
import type { CountBusinessEvent } from '../rollout/judge/count-business-event.ts'
import type { Grant } from '../rollout/routing/snapshot.ts'
import type { EventLog } from './event-log.ts'
import type { EventMetrics } from './event-metrics.ts'
import type { EventSchemas } from './event-schemas.ts'
import type { OutboxDrain } from './outbox-drain.ts'
import type { PluginOutboxes } from './plugin-outboxes.ts'

export interface Publishing {
  readonly scope: CallScope
  readonly grants: readonly Grant[]
}

interface Ports {
  readonly schemas: Pick<EventSchemas, 'of'>
  readonly log: Pick<EventLog, 'append'>
  readonly outboxes: Pick<PluginOutboxes, 'write' | 'statements'>
  readonly drain: Pick<OutboxDrain, 'look'>
  readonly metrics: Pick<EventMetrics, 'published'>
  /** Of what is durable: rollouts may be judged by it. */
  readonly count?: CountBusinessEvent
  readonly now: () => number
}

export interface EventsInTransaction {
  /** The host's own, to run as the tenant's role behind the plugin's. Their parameters hold a secret: never logged. */
  readonly statements: ReturnType<PluginOutboxes['statements']>
  readonly onCommitted: () => void
}

/** Publishes for plugins: what they may, as they declared it, durable before it is acknowledged. */
export class EventPublisher {
  readonly #ports: Ports

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /**
   * Where the plugin has tables in this tenant the event goes through its outbox, behind what its transactions put
   * there; else straight into the log.
   * @returns the event's id
   */
  async publish(publishing: Publishing, wish: EventWish): Promise<string> {
    const event = await this.prepare(publishing, wish)
    const { plugin } = publishing.scope.version
    const hasOutbox = publishing.grants.some(({ capability }) => capability === 'db:own')
    if (hasOutbox) await this.#ports.outboxes.write(plugin, event)
    else await this.#ports.log.append([event])
    if (hasOutbox) this.#ports.drain.look(plugin)
    this.#ports.metrics.published.inc({ by: 'plugin' })
    this.#count(publishing, wish)
    return event.id
  }

  /**
   * Events that are written in a transaction of the plugin's own: with what it changes, or not at all.
   * @throws what `prepare` throws
   */
  async inTransaction(
    publishing: Publishing,
    wishes: readonly EventWish[],
  ): Promise<EventsInTransaction> {
    const events = await Promise.all(wishes.map((wish) => this.prepare(publishing, wish)))
    return {
      statements: this.#ports.outboxes.statements(events),
      onCommitted: () => {
        if (events.length === 0) return
        this.#ports.drain.look(publishing.scope.version.plugin)
        this.#ports.metrics.published.inc({ by: 'plugin' }, events.length)
        for (const wish of wishes) this.#count(publishing, wish)
      },
    }
  }

  #count({ scope }: Publishing, { type }: EventWish): void {
    const { version, arm, requestId } = scope
    this.#ports.count?.({ type, requestId, by: { plugin: version.plugin, arm } })
  }

  /**
   * An event that may be written as it is.
   * @throws CORE_GRANT_MISSING, CORE_EVENT_TYPE_UNDECLARED, CORE_EVENT_TOO_MANY_HOPS, CORE_EVENT_TOO_LARGE,
   * CORE_EVENT_BREAKS_SCHEMA
   */
  async prepare({ scope, grants }: Publishing, wish: EventWish): Promise<NewEvent> {
    const { version, tenant, traceId, origin } = scope
    const { plugin } = version
    const { type, data = null, key } = wish
    const schema = this.#ports.schemas.of(version, type)
    const by = { plugin, version: version.version, tenant, grants, hops: hopsOf(origin) }
    requirePublisher({ ...by, isDeclared: () => schema !== undefined }, type)
    requireData(by, wish, await (schema as Promise<ValidateFunction>))
    const at = this.#ports.now()
    const id = wish.id ?? randomUUID()
    const spanId = randomUUID().replaceAll('-', '').slice(0, 16)
    // Its handling goes on from what published it, and is recorded where that was.
    const { span } = scope
    const parent = { traceId, spanId: span?.spanId ?? spanId, sampled: span !== undefined }
    const trace = traceparent(parent)
    const source = pluginSource(plugin)
    const spoken = { source, version: version.version }
    const parts = { id, ...spoken, type, key, data, at, traceparent: trace, origin }
    return newEvent(tenant, cloudEvent(parts), at)
  }
}
