import { randomUUID } from 'node:crypto'
import type { InputFault } from '@signalbox/sdk/errors'
import { cloudEvent, newEvent } from '@signalbox/sdk/host-calls/cloud-event'
import type { RateLimiter } from '@signalbox/sdk/host-calls/rate-limiter'
import { faultsOf } from '@signalbox/sdk/schema'
import { coreErrors } from '../errors.ts'
import type { TraceContext } from '../gateway/trace-context.ts'
import { spanIdOf, traceparent } from '../gateway/trace-context.ts'
import type { CountBusinessEvent } from '../rollout/judge/count-business-event.ts'
import type { Snapshot } from '../rollout/routing/snapshot.ts'
import type { AppEventTypes } from './app-event-types.ts'
import type { EventLog } from './event-log.ts'
import type { EventMetrics } from './event-metrics.ts'
import type { EventSchemas } from './event-schemas.ts'
import { outsideVerdict } from './event-types.ts'
import { appSource, type IncomingEvent, readIncoming } from './incoming-event.ts'

interface Ports {
  readonly snapshot: () => Snapshot
  readonly schemas: Pick<EventSchemas, 'of'>
  readonly log: Pick<EventLog, 'append'>
  readonly allowances: Pick<AppEventTypes, 'allows'>
  readonly limiter: RateLimiter
  readonly metrics: Pick<EventMetrics, 'published'>
  /** Of what is durable: rollouts may be judged by it. */
  readonly count?: CountBusinessEvent
  readonly now: () => number
}

export interface Sender {
  readonly tenant: string
  readonly app: string
}

export interface Accepted {
  readonly accepted: number
  /** Known by (source, id) already; nothing was done about them. */
  readonly duplicates: number
}

/** A line that reports each piece, for one app on each node; a batch counts by its events. */
const RATE = { ratePerS: 1000, burst: 2000 } as const
const MAX_FAULTS = 20

/** Events from apps: all of a request are taken, durably, or none is. */
export class IncomingEvents {
  readonly #ports: Ports

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /**
   * @param values at least one, not trusted
   * @param pointerOf where in the body the event of this index stands
   * @throws CORE_EVENTS_RATE_LIMITED, CORE_INPUT_INVALID, CORE_EVENT_TYPE_CLOSED
   */
  async accept(
    sender: Sender,
    values: readonly unknown[],
    pointerOf: (index: number) => string,
    trace: TraceContext,
  ): Promise<Accepted> {
    const { log, metrics, now } = this.#ports
    this.#spend(sender, values.length)
    const events = readAll(values, appSource(sender.tenant, sender.app), pointerOf)
    await this.#requireOpen(sender, events, pointerOf)
    await this.#requireFitting(sender, events, pointerOf)
    const at = now()
    const parent = traceparent(trace)
    const accepted = await log.append(
      events.map(({ id, source, type, key, data, extensions }) => {
        const parts = { id, source, type, key, data, at, traceparent: parent, origin: undefined }
        // Its own id is the sender's word, and no other app's chain: the correlation of what follows is ours.
        const event = { ...cloudEvent({ ...parts, extensions }), correlationid: randomUUID() }
        return newEvent(sender.tenant, event, at)
      }),
    )
    metrics.published.inc({ by: 'app' }, accepted)
    for (const { type, extensions } of events) this.#count(type, extensions['traceparent'])
    return { accepted, duplicates: events.length - accepted }
  }

  /** An app that says which of its calls led to an event hands back the traceparent that the call was answered with. */
  #count(type: string, parent: unknown): void {
    const requestId = spanIdOf(parent)
    if (requestId !== undefined) this.#ports.count?.({ type, requestId })
  }

  #spend({ tenant, app }: Sender, count: number): void {
    // One event that costs `count`: the interval grows by it, the window stays.
    const limit = { ratePerS: RATE.ratePerS / count, burst: RATE.burst / count }
    const verdict = this.#ports.limiter.take(`${tenant}\n${app}`, limit)
    if (verdict.allowed) return
    const retryAfterS = Math.max(1, Math.ceil(verdict.retryAfterMs / 1000))
    throw coreErrors.create('EVENTS_RATE_LIMITED', { app, rate: RATE.ratePerS }, { retryAfterS })
  }

  async #requireOpen(
    { tenant, app }: Sender,
    events: readonly IncomingEvent[],
    pointerOf: (index: number) => string,
  ): Promise<void> {
    const allows = await this.#ports.allowances.allows(tenant, app)
    const snapshot = this.#ports.snapshot()
    const faults = events.flatMap(({ type }, index): InputFault[] => {
      const pointer = `${pointerOf(index)}/type`
      if (!allows(type)) return [{ pointer, detail: `the app is not allowed to send ${type}` }]
      if (outsideVerdict(snapshot, tenant, type).kind !== 'closed') return []
      return [{ pointer, detail: `${type} belongs to a plugin that takes it from nobody` }]
    })
    if (faults.length === 0) return
    const listed = { faults: faults.slice(0, MAX_FAULTS) }
    throw coreErrors.create('EVENT_TYPE_CLOSED', { tenant, app }, listed)
  }

  /** Data of a type that a plugin declares is what that plugin says; of any other, whatever the app says. */
  async #requireFitting(
    { tenant }: Sender,
    events: readonly IncomingEvent[],
    pointerOf: (index: number) => string,
  ): Promise<void> {
    const snapshot = this.#ports.snapshot()
    const faults: InputFault[] = []
    for (const [index, { type, data }] of events.entries()) {
      const verdict = outsideVerdict(snapshot, tenant, type)
      if (verdict.kind !== 'accepted') continue
      const validate = await this.#ports.schemas.of(verdict.version, type)
      if (validate === undefined || validate(data) === true) continue
      for (const { pointer, detail } of faultsOf(validate)) {
        faults.push({ pointer: `${pointerOf(index)}/data${pointer}`, detail })
      }
    }
    if (faults.length > 0) refuse(faults)
  }
}

function readAll(
  values: readonly unknown[],
  own: string,
  pointerOf: (index: number) => string,
): readonly IncomingEvent[] {
  const faults: InputFault[] = []
  const events: IncomingEvent[] = []
  for (const [index, value] of values.entries()) {
    const read = readIncoming(value, own)
    if ('event' in read) events.push(read.event)
    else {
      for (const { pointer, detail } of read.faults) {
        faults.push({ pointer: `${pointerOf(index)}${pointer}`, detail })
      }
    }
  }
  if (faults.length > 0) refuse(faults)
  return events
}

function refuse(faults: readonly InputFault[]): never {
  throw coreErrors.create('INPUT_INVALID', {}, { faults: faults.slice(0, MAX_FAULTS) })
}
