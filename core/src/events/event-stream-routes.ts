import { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import type { Knex } from 'knex'
import { coreErrors } from '../errors.ts'
import { strictObject } from '../gateway/http-schemas.ts'
import { isKeyInForce } from '../identity/app-authenticator.ts'
import { secretOf } from '../identity/authenticate.ts'
import type { Principal } from '../identity/principal.ts'
import type { Snapshot } from '../rollout/routing/snapshot.ts'
import { MAX_KEY_LENGTH } from './cloud-event.ts'
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

interface Asked {
  readonly types?: string[]
  readonly key?: string
  readonly after?: string
  readonly follow: boolean
}

/** Events that a subscription lets its app hear, as they come. */
export function eventStreamRoutes(
  app: FastifyInstance,
  { knex, snapshot, news, now }: Ports,
): void {
  const closing = new AbortController()
  const open = new Map<string, number>()
  // Before the server waits for requests in flight: a stream is one that would never end.
  app.addHook('preClose', async () => closing.abort())
  app.get<{ Querystring: Asked; Headers: { 'last-event-id'?: string } }>(
    '/v1/events/stream',
    {
      config: { action: 'event.follow' },
      // A HEAD would read the stream to its end.
      exposeHeadRoute: false,
      schema: {
        tags: ['events'],
        summary: "Events of the subscription's service, live: server-sent events with CloudEvents",
        querystring: streamQuery,
        headers: {
          type: 'object',
          properties: { 'last-event-id': { type: 'string', pattern: placePattern } },
        },
      },
    },
    async (request, reply) => {
      const { subscription } = request.principal as Extract<Principal, { kind: 'app' }>
      const secret = secretOf(request.headers) ?? ''
      // A key that is revoked ends what it began.
      const isProven = () => !secret.startsWith('dsk_') || isKeyInForce(snapshot(), secret, now())
      const wanted = () =>
        isProven() ? wantedBy(snapshot(), subscription, request.query) : undefined
      if (wanted() === undefined) throw coreErrors.create('EVENTS_NOT_OFFERED', { subscription })
      const after =
        request.headers['last-event-id'] ?? request.query.after ?? (await endOfLog(knex))
      const end = begin(open, subscription)
      const gone = new AbortController()
      const signal = AbortSignal.any([closing.signal, gone.signal])
      const wait = (ms: number, until: AbortSignal) => news.wait(ms, until)
      const { follow } = request.query
      const events = eventStream({ knex, wanted, news: wait, follow, signal }, after)
      const stream = Readable.from(events, { highWaterMark: 1 })
      stream.once('close', end)
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
    },
  )
}

const streamQuery = strictObject(
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
)

/** @returns undefined where the subscription lets its app hear none */
function wantedBy(snapshot: Snapshot, id: string, { types, key }: Asked): EventsWanted | undefined {
  const subscription = snapshot.subscriptions.get(id)
  if (subscription === undefined) return undefined
  const entitled = [...entitledTypes(snapshot, subscription, 'stream')]
  if (entitled.length === 0) return undefined
  const isAskedFor = (type: string) =>
    types === undefined || types.some((pattern) => matchesType(pattern, type))
  return { tenant: subscription.tenant, types: entitled.filter(isAskedFor), key }
}

/** @returns how to end it. @throws CORE_EVENT_STREAMS_TAKEN */
function begin(open: Map<string, number>, subscription: string): () => void {
  const own = open.get(subscription) ?? 0
  const all = [...open.values()].reduce((sum, count) => sum + count, 0)
  const limit = own >= MAX_OF_SUBSCRIPTION ? MAX_OF_SUBSCRIPTION : MAX_STREAMS
  if (own >= MAX_OF_SUBSCRIPTION || all >= MAX_STREAMS) {
    throw coreErrors.create('EVENT_STREAMS_TAKEN', { limit }, { retryAfterS: 5 })
  }
  open.set(subscription, own + 1)
  return () => {
    const rest = (open.get(subscription) ?? 1) - 1
    if (rest === 0) open.delete(subscription)
    else open.set(subscription, rest)
  }
}
