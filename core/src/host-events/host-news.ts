import { cloudEvent, MAX_DATA_BYTES, newEvent } from '@signalbox/sdk/host-calls/cloud-event'
import type { Knex } from 'knex'
import { appendForSubscribers, type SubscribedEvent } from '../events/event-log-store.ts'
import { TellingLoop } from '../events/telling-loop.ts'
import { traceContext, traceparent, traceRandom } from '../gateway/trace-context.ts'
import { toldMove } from '../rollout/news/told-move.ts'
import type { Snapshot } from '../rollout/routing/snapshot.ts'
import { readGeneration } from '../rollout/routing/snapshot-store.ts'
import type { Wakes } from '../storage/wakes.ts'
import { familyOf, hostEventType, toldFields } from './host-event-types.ts'
import {
  forgetNews,
  hasNews,
  takeTellingTurn,
  tenantsHearing,
  type UntoldNote,
  untoldNotes,
} from './host-news-store.ts'
import { HOST_SOURCE, isMove, toldNote } from './host-note.ts'

export interface HostNewsPorts {
  readonly knex: Knex
  readonly snapshot: () => Snapshot
  /** Resolves when the snapshot is of this generation or a later one. */
  readonly reach: (generation: number) => Promise<void>
  /** Told after events became durable. */
  readonly onTold: () => void
  /** Tells that there is something to tell; without it, it is looked for. */
  readonly wakes?: Wakes
  readonly log: { warn(fields: object, message: string): void }
}

/** Changes of one transaction, each told in every tenant that wants to hear of it; publishers wait for it. */
const MAX_AT_ONCE = 20

/**
 * Tells plugins of changes of the host: each node looks at what changes wrote into the outbox, and one of them tells.
 * The events, their deliveries and what was told are written together, so a killed host tells neither less nor twice.
 * Who is told is whoever is subscribed then, in tenants that the change concerns then.
 *
 * Not in the transactions of the changes: each would hold the row of the generation while it waits for its turn in the
 * event log, and what takes a bad version back must wait for nothing.
 */
export class HostNews {
  readonly #ports: HostNewsPorts
  readonly #loop: TellingLoop

  constructor(ports: HostNewsPorts) {
    this.#ports = ports
    const { wakes, log } = ports
    const tell = () => this.tell()
    this.#loop = new TellingLoop({ tell, waiting: "the host's events", wakes, log })
  }

  start(): void {
    this.#loop.start()
  }

  stop(): Promise<void> {
    return this.#loop.stop()
  }

  /** Something may have changed. */
  look(): void {
    this.#loop.look()
  }

  /** @returns whether it told of some, and there may be more */
  async tell(): Promise<boolean> {
    const { knex, reach, onTold } = this.#ports
    if (!(await hasNews(knex))) return false
    const done = await knex.transaction((trx) => this.#tellNext(trx))
    if ('behind' in done) {
      // Whom a change concerns is not known here yet.
      await reach(done.behind)
      return true
    }
    if (done.told > 0) onTold()
    return done.seen > 0
  }

  async #tellNext(
    trx: Knex.Transaction,
  ): Promise<{ readonly behind: number } | { readonly seen: number; readonly told: number }> {
    await takeTellingTurn(trx)
    const notes = await untoldNotes(trx, MAX_AT_ONCE)
    const generation = await readGeneration(trx)
    const snapshot = this.#ports.snapshot()
    if (snapshot.generation < generation) return { behind: generation }
    const wishes = new Set(notes.flatMap(({ type }) => [type, familyOf(type)]))
    const hearing = await tenantsHearing(trx, [...wishes])
    const events = notes.flatMap((note) => this.#eventsOf(snapshot, note, hearing))
    const told = events.length === 0 ? 0 : await appendForSubscribers(trx, events)
    await forgetNews(
      trx,
      notes.map(({ sequence }) => sequence),
    )
    return { seen: notes.length, told }
  }

  /** What cannot be told, as one of a newer host could not, must not hold all others up for ever. */
  #eventsOf(
    snapshot: Snapshot,
    note: UntoldNote,
    hearing: ReadonlyMap<string, readonly string[]>,
  ): readonly SubscribedEvent[] {
    const { type, id: event } = note
    const tenants = [...(hearing.get(type) ?? []), ...(hearing.get(familyOf(type)) ?? [])]
    try {
      return [...new Set(tenants)].sort().flatMap((tenant) => hostEvents(snapshot, note, tenant))
    } catch (err) {
      this.#ports.log.warn({ err, event, type }, 'a change could not be told to plugins')
      return []
    }
  }
}

/** Of one subject they are delivered one after the other, in the order of its changes. */
function hostEvents(
  snapshot: Snapshot,
  note: UntoldNote,
  tenant: string,
): readonly SubscribedEvent[] {
  const { id, type, subject, traceId } = note
  const known = hostEventType(type)
  const told = toldNote(snapshot, note, { tenant, app: null })
  if (known === undefined || told === undefined) return []
  const data = isMove(type) ? toldMove(note, tenant) : toldFields(known, told)
  const size = Buffer.byteLength(JSON.stringify(data))
  const at = note.at.getTime()
  const trace = traceContext(undefined, traceRandom())
  const event = cloudEvent({
    id,
    source: HOST_SOURCE,
    type,
    key: subject,
    data: size > MAX_DATA_BYTES ? { isTooLarge: true, bytes: size } : data,
    at,
    traceparent: traceparent({ ...trace, traceId: traceId ?? trace.traceId }),
    origin: undefined,
    extensions: { subject },
  })
  return [{ ...newEvent(tenant, event, at), pattern: familyOf(type) }]
}
