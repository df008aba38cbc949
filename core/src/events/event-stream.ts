import { setTimeout as delay } from 'node:timers/promises'
import type { Knex } from 'knex'
import { isDatabaseUnavailable } from '../storage/database-unavailable.ts'
import { type EventsWanted, readEvents } from './event-reader.ts'

/** What one read gives: an event has up to 64 KiB, so a stream holds some MiB at most. */
const AT_ONCE = 50
/** What another node wrote and told nobody of is seen this late. */
const POLL_MS = 5000
/** A stream of a busy tenant reads four times a second, however many events come. */
const LEAST_GAP_MS = 250
/** Half of what the shortest usual proxy allows a silent connection (30 s). */
const HEARTBEAT_MS = 15_000
/** What a client waits before it asks again when the stream broke. */
const RETRY_MS = 1000

export interface StreamPorts {
  readonly knex: Knex
  /** Undefined: the app may hear nothing any more, and the stream ends. Asked again before each read. */
  readonly wanted: () => EventsWanted | undefined
  /** Resolves when something may have come, or after so long. */
  readonly news: (ms: number, signal: AbortSignal) => Promise<void>
  /** False: it ends when all that is there was told. */
  readonly follow: boolean
  readonly signal: AbortSignal
}

/**
 * Events of the log as server-sent events (WHATWG HTML §9.2), each with its place as the id, so that who was cut off
 * goes on behind the last it saw. Nothing is read before the client has taken what was read before.
 */
export async function* eventStream(ports: StreamPorts, after: string): AsyncGenerator<string> {
  const { wanted, news, follow, signal } = ports
  let place = after
  let toldAt = performance.now()
  // The place is told at once: who is cut off before the first event misses none.
  yield `retry: ${RETRY_MS}\nid: ${place}\n\n`
  let told: Promise<void> | undefined
  while (!signal.aborted) {
    // From before the read on: what comes during it, or during the rest behind it, is not waited for until the next poll.
    told ??= news(POLL_MS, signal)
    const asked = wanted()
    if (asked === undefined) {
      yield 'event: end\ndata: {"reason":"not entitled"}\n\n'
      return
    }
    const read = await readOnce(ports.knex, asked, place)
    for (const { sequence, event } of read?.events ?? []) {
      // No name: `onmessage` of every client gets them, and the type is in the event.
      yield `id: ${sequence}\ndata: ${event}\n\n`
      toldAt = performance.now()
    }
    const hasMoved = read !== undefined && read.reached !== place
    place = read?.reached ?? place
    if (performance.now() - toldAt >= HEARTBEAT_MS) {
      yield `: still here\nid: ${place}\n\n`
      toldAt = performance.now()
    }
    // All that was looked over may have been of other types.
    if (hasMoved) continue
    if (!follow && read !== undefined) return
    await delay(LEAST_GAP_MS, undefined, { signal }).catch(() => undefined)
    await told
    told = undefined
  }
}

/** @returns undefined while PostgreSQL is away: the stream is silent then and goes on by itself */
async function readOnce(knex: Knex, wanted: EventsWanted, after: string) {
  try {
    return await readEvents(knex, wanted, { after, limit: AT_ONCE })
  } catch (error) {
    if (isDatabaseUnavailable(error)) return undefined
    throw error
  }
}
