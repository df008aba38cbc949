import { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { coreErrors } from '../errors.ts'
import { isDatabaseUnavailable } from '../storage/database-unavailable.ts'

/** A person sees a change as it happens. */
const LOOK_EVERY_MS = 500
/** Half of what the shortest usual proxy allows a silent connection (30 s). */
const HEARTBEAT_MS = 15_000
/** What a client waits before it asks again when the stream broke. */
const RETRY_MS = 1000

/** Something that is looked at until it is over. */
export interface LiveView<Value> {
  /** The type of its events. */
  readonly event: string
  readonly read: () => Promise<Value>
  readonly idOf: (value: Value) => string
  readonly isOver: (value: Value) => boolean
  /** It ends then all the same; who still looks asks again. Absent: only when it is over. */
  readonly mostMs?: number
}

interface Pace {
  readonly lookEveryMs: number
  readonly heartbeatMs: number
}

/** The live views of one kind on a node, as server-sent events. */
export class LiveStreams {
  readonly #limit: number
  readonly #closing = new AbortController()
  #open = 0

  /** @param limit each looks twice a second */
  constructor(app: FastifyInstance, limit: number) {
    this.#limit = limit
    // Before the server waits for requests in flight: a stream is one that would never end.
    app.addHook('preClose', async () => this.#closing.abort())
  }

  /** @throws CORE_STREAMS_TAKEN */
  send<Value>(reply: FastifyReply, view: LiveView<Value>): FastifyReply {
    if (this.#open >= this.#limit) {
      throw coreErrors.create('STREAMS_TAKEN', { limit: this.#limit }, { retryAfterS: 5 })
    }
    const gone = new AbortController()
    const stream = Readable.from(
      liveEvents(view, AbortSignal.any([this.#closing.signal, gone.signal])),
    )
    this.#open++
    stream.once('close', () => {
      this.#open--
    })
    reply.raw.once('close', () => gone.abort())
    return (
      reply
        .header('cache-control', 'no-store')
        // Kept alive after its stream, it would be what a stopping host waits for.
        .header('connection', 'close')
        .header('x-accel-buffering', 'no')
        .type('text/event-stream; charset=utf-8')
        .send(stream)
    )
  }
}

/**
 * Every event holds the whole, so that nothing has to be resumed: who was cut off asks again and is up to date with the first
 * event.
 */
export async function* liveEvents<Value>(
  view: LiveView<Value>,
  signal: AbortSignal,
  { lookEveryMs, heartbeatMs }: Pace = { lookEveryMs: LOOK_EVERY_MS, heartbeatMs: HEARTBEAT_MS },
): AsyncGenerator<string> {
  const { event, idOf, isOver, mostMs = Number.POSITIVE_INFINITY } = view
  const deadline = performance.now() + mostMs
  let told = ''
  let toldAt = performance.now()
  yield `retry: ${RETRY_MS}\n\n`
  while (!signal.aborted && performance.now() < deadline) {
    const value = await readOnce(view.read)
    const data = value === undefined ? told : JSON.stringify(value)
    if (value !== undefined && data !== told) {
      yield `id: ${idOf(value)}\nevent: ${event}\ndata: ${data}\n\n`
      told = data
      toldAt = performance.now()
    } else if (performance.now() - toldAt >= heartbeatMs) {
      yield ': still here\n\n'
      toldAt = performance.now()
    }
    if (value !== undefined && isOver(value)) return
    await delay(lookEveryMs, undefined, { signal }).catch(() => undefined)
  }
}

/** @returns undefined while PostgreSQL is away: the stream is silent then and goes on by itself. */
async function readOnce<Value>(read: () => Promise<Value>): Promise<Value | undefined> {
  try {
    return await read()
  } catch (error) {
    if (isDatabaseUnavailable(error)) return undefined
    throw error
  }
}
