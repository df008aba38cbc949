import type { IncomingHttpHeaders } from 'node:http'
import { Readable } from 'node:stream'
import { CodedError } from '@signalbox/sdk/errors'
import { MAX_KEY_LENGTH } from '@signalbox/sdk/host-calls/cloud-event'
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { Knex } from 'knex'
import { requireStanding } from '../catalog/standing.ts'
import { coreErrors } from '../errors.ts'
import { strictObject } from '../gateway/http-schemas.ts'
import type { Snapshot, Subscription } from '../rollout/routing/snapshot.ts'
import { entitledTypes } from './entitled-types.ts'
import type { EventNews } from './event-news.ts'
import { type EventsWanted, endOfLog } from './event-reader.ts'
import { eventStream } from './event-stream.ts'
import { matchesType, TYPE_PATTERN } from './event-types.ts'

interface Ports {
  readonly knex: Knex
  readonly snapshot: () => Snapshot
  readonly news: EventNews
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** Of one node: busy ones read four times a second, all of them together 800 times. */
const MAX_STREAMS = 200
/** Of one subscription on a node: a page in a few windows, not all of the node's. */
const MAX_OF_SUBSCRIPTION = 10

const placePattern = '^[0-9]{1,18}$'

export interface StreamQuery {
  readonly types?: string[]
  readonly key?: string
  readonly after?: string
  readonly follow: boolean
}

export interface StreamWish {
  readonly subscription: string
  readonly query: StreamQuery
  readonly headers: IncomingHttpHeaders
  /** Whether who asked may still hear: asked again before each read. A coded error is a no. */
  readonly isProven: () => boolean
}

/** The streams of events of a node, by whichever route they were asked for: all of them share its bounds. */
export class EventStreams {
  readonly #ports: Ports
  readonly #closing = new AbortController()
  readonly #open = new Map<string, number>()

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /** Before the server waits for requests in flight: a stream is one that would never end. */
  endWith(app: FastifyInstance): void {
    app.addHook('preClose', async () => this.#closing.abort())
  }

  /** @throws CORE_EVENTS_NOT_OFFERED, CORE_EVENT_STREAMS_TAKEN */
  async prepare({ subscription, query, headers, isProven }: StreamWish): Promise<PreparedStream> {
    const { knex, snapshot, news, now } = this.#ports
    const wanted = () =>
      allows(isProven) ? wantedBy(snapshot(), subscription, query, now()) : undefined
    if (wanted() === undefined) throw coreErrors.create('EVENTS_NOT_OFFERED', { subscription })
    const seen = headers['last-event-id'] as string | undefined
    const after = seen ?? query.after ?? (await endOfLog(knex))
    const end = this.#begin(subscription)
    const gone = new AbortController()
    const signal = AbortSignal.any([this.#closing.signal, gone.signal])
    const wait = (ms: number, until: AbortSignal) => news.wait(ms, until)
    const { follow } = query
    const events = eventStream({ knex, wanted, news: wait, follow, signal }, after)
    const stream = Readable.from(events, { highWaterMark: 1 })
    stream.once('close', end)
    return { stream, gone }
  }

  /** @returns how to end it. @throws CORE_EVENT_STREAMS_TAKEN */
  #begin(subscription: string): () => void {
    const own = this.#open.get(subscription) ?? 0
    const all = [...this.#open.values()].reduce((sum, count) => sum + count, 0)
    const limit = own >= MAX_OF_SUBSCRIPTION ? MAX_OF_SUBSCRIPTION : MAX_STREAMS
    if (own >= MAX_OF_SUBSCRIPTION || all >= MAX_STREAMS) {
      throw coreErrors.create('EVENT_STREAMS_TAKEN', { limit }, { retryAfterS: 5 })
    }
    this.#open.set(subscription, own + 1)
    return () => {
      const rest = (this.#open.get(subscription) ?? 1) - 1
      if (rest === 0) this.#open.delete(subscription)
      else this.#open.set(subscription, rest)
    }
  }
}

interface PreparedStream {
  readonly stream: Readable
  readonly gone: AbortController
}

/** From here on the connection's close is the stream's end. */
export function sendStream(reply: FastifyReply, { stream, gone }: PreparedStream): FastifyReply {
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

/** What every route of a stream lets be asked. */
export const streamSchema = {
  querystring: strictObject(
    {
      types: {
        type: 'array',
        minItems: 1,
        maxItems: 20,
        items: { type: 'string', pattern: TYPE_PATTERN, maxLength: 100 },
        description: 'Only these, or orders.* for all below orders; left out: all that it may hear',
      },
      key: {
        type: 'string',
        minLength: 1,
        maxLength: MAX_KEY_LENGTH,
        pattern: '^[^\\u0000-\\u001f]*$',
      },
      after: {
        type: 'string',
        pattern: placePattern,
        description: 'As Last-Event-ID, for clients that cannot set it; 0: all that is kept',
      },
      follow: {
        type: 'boolean',
        default: true,
        description: 'false: it ends when all that is there was told',
      },
    },
    [],
  ),
  headers: {
    type: 'object',
    properties: { 'last-event-id': { type: 'string', pattern: placePattern } },
  },
} as const

function allows(isProven: () => boolean): boolean {
  try {
    return isProven()
  } catch (error) {
    if (error instanceof CodedError) return false
    throw error
  }
}

/** @returns undefined where the subscription lets its app hear none, or none any more */
function wantedBy(
  snapshot: Snapshot,
  id: string,
  { types, key }: StreamQuery,
  now: number,
): EventsWanted | undefined {
  const subscription = snapshot.subscriptions.get(id)
  if (subscription === undefined || !allows(() => stands(subscription, now))) return undefined
  const entitled = [...entitledTypes(snapshot, subscription, 'stream')]
  if (entitled.length === 0) return undefined
  const isAskedFor = (type: string) =>
    types === undefined || types.some((pattern) => matchesType(pattern, type))
  return { tenant: subscription.tenant, types: entitled.filter(isAskedFor), key }
}

function stands(subscription: Subscription, now: number): true {
  requireStanding(subscription, now)
  return true
}
