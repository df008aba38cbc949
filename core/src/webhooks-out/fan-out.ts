import type { Knex } from 'knex'
import type { HostNote } from '../host-events/host-note.ts'
import type { Snapshot } from '../rollout/routing/snapshot.ts'
import { readGeneration } from '../rollout/routing/snapshot-store.ts'
import { type Endpoint, listHearing } from './endpoint-store.ts'
import { eventsBehind, hasNews, holdPlace, markNotes, newNotes, putPlace } from './fan-out-store.ts'
import { deliveriesOfEvent, deliveriesOfNote } from './matching.ts'
import { fullLines, insertDeliveries, MAX_WAITING, type NewDelivery } from './out-delivery-store.ts'

interface Ports {
  readonly knex: Knex
  readonly snapshot: () => Snapshot
  readonly reach: (generation: number) => Promise<void>
  readonly now: () => number
  /** Told after deliveries became durable. */
  readonly onQueued: () => void
  readonly log: { warn(fields: object, message: string): void }
}

/** Events of one transaction: some milliseconds each, while another node waits for nothing. */
const AT_ONCE = 500

/** Of one step: what many endpoints are told by each of many events would be a statement of any size. */
const MAX_QUEUED = 5000

/**
 * Queues events for endpoints, beside those who write the events: they wait for nobody. Deliveries and the place up to
 * which the logs were looked at are written together, so a killed host queues neither less nor twice; and by one node
 * at a time, so that of a key the numbers of deliveries are in the order of its events.
 */
export class FanOut {
  readonly #ports: Ports

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /** @returns whether there may be more */
  async step(): Promise<boolean> {
    const { knex, reach, onQueued } = this.#ports
    if (!(await hasNews(knex))) return false
    const told = await knex.transaction((trx) => this.#queue(trx))
    if ('behind' in told) {
      // What an event's version offers is not known here yet.
      await reach(told.behind)
      return true
    }
    if (told.queued > 0) onQueued()
    return told.seen > 0
  }

  async #queue(
    trx: Knex.Transaction,
  ): Promise<{ readonly behind: number } | { readonly seen: number; readonly queued: number }> {
    const place = await holdPlace(trx)
    if (place === undefined) return { seen: 0, queued: 0 }
    const events = await eventsBehind(trx, place, AT_ONCE)
    const notes = await newNotes(trx, AT_ONCE)
    const generation = await readGeneration(trx)
    const snapshot = this.#ports.snapshot()
    if (snapshot.generation < generation) return { behind: generation }
    const endpoints = await hearing(trx, [...events, ...notes])
    const deliveries: NewDelivery[] = []
    const seenEvents = whileRoom(events, deliveries, (event) =>
      deliveriesOfEvent(snapshot, endpoints, event),
    )
    const seenNotes = whileRoom(notes, deliveries, (note) => this.#told(snapshot, endpoints, note))
    await this.#insert(trx, deliveries)
    const last = seenEvents.at(-1)
    if (last !== undefined) await putPlace(trx, last.sequence)
    const told = seenNotes.map(({ sequence }) => sequence)
    if (told.length > 0) await markNotes(trx, told)
    return { seen: seenEvents.length + seenNotes.length, queued: deliveries.length }
  }

  /** What cannot be told, as one of a newer host could not, must not hold all others up for ever. */
  #told(
    snapshot: Snapshot,
    endpoints: readonly Endpoint[],
    note: HostNote,
  ): readonly NewDelivery[] {
    try {
      return deliveriesOfNote(snapshot, endpoints, note)
    } catch (err) {
      const { id: event, type } = note
      this.#ports.log.warn({ err, event, type }, 'a change could not be told to webhooks')
      return []
    }
  }

  async #insert(trx: Knex.Transaction, deliveries: readonly NewDelivery[]): Promise<void> {
    if (deliveries.length === 0) return
    const endpoints = [...new Set(deliveries.map(({ endpoint }) => endpoint))]
    const full = await fullLines(trx, endpoints)
    if (full.size > 0) {
      const fields = { webhooks: [...full], limit: MAX_WAITING }
      this.#ports.log.warn(fields, 'events are dead at once: the lines of these webhooks are full')
    }
    await insertDeliveries(trx, deliveries, new Date(this.#ports.now()), full)
  }
}

/** Adds what follows of each, in order, until there is no room. @returns those that had some */
function whileRoom<Seen>(
  all: readonly Seen[],
  deliveries: NewDelivery[],
  deliveriesOf: (one: Seen) => readonly NewDelivery[],
): readonly Seen[] {
  let seen = 0
  for (const one of all) {
    if (deliveries.length >= MAX_QUEUED) break
    for (const delivery of deliveriesOf(one)) deliveries.push(delivery)
    seen += 1
  }
  return all.slice(0, seen)
}

/** A change of no tenant alone may concern every tenant. */
async function hearing(
  trx: Knex.Transaction,
  seen: readonly { readonly tenant: string | null }[],
): Promise<readonly Endpoint[]> {
  const isForAll = seen.some(({ tenant }) => tenant === null)
  const tenants = [...new Set(seen.flatMap(({ tenant }) => (tenant === null ? [] : [tenant])))]
  return listHearing(trx, isForAll ? null : tenants)
}
