import { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import { coreErrors } from '../errors.ts'
import { strictObject } from '../gateway/http-schemas.ts'
import { isDatabaseUnavailable } from '../storage/database-unavailable.ts'
import { requireRollout } from './describe-rollout.ts'
import { rolloutIdSchema } from './rollout-id-schema.ts'
import { settledStates } from './rollout-states.ts'
import { type ShowingNode, type ShownRollout, showRollout } from './shown-rollout.ts'

/** Twice the controller's pace: a person sees a change as it happens, and a stream costs eight reads a second. */
const LOOK_EVERY_MS = 500
/** Half of what the shortest usual proxy allows a silent connection (30 s). */
const HEARTBEAT_MS = 15_000
/** Of one node. At eight small reads a second each, all of them together stay below 260 a second. */
const MAX_STREAMS = 32
/** What a client waits before it asks again when the stream broke. */
const RETRY_MS = 1000

/**
 * A rollout, live. Every event holds the whole description, so that nothing has to be resumed: who was cut
 * off asks again and is up to date with the first event. The stream ends by itself when nothing but a person
 * could change the rollout any more.
 */
export function rolloutEvents(app: FastifyInstance, node: ShowingNode): void {
  const { knex } = node
  const closing = new AbortController()
  let open = 0
  // Before the server waits for requests in flight: a stream is one that would never end.
  app.addHook('preClose', async () => closing.abort())
  app.get<{ Params: { id: string } }>(
    '/v1/rollouts/:id/events',
    {
      config: { action: 'rollout.read' },
      // A HEAD would read the stream to its end.
      exposeHeadRoute: false,
      schema: {
        tags: ['rollouts'],
        summary: 'A rollout, live: server-sent events, each the whole of GET /v1/rollouts/{id}',
        params: strictObject({ id: rolloutIdSchema }, ['id']),
      },
    },
    async (request, reply) => {
      const { id } = request.params
      await requireRollout(knex, id)
      if (open >= MAX_STREAMS) {
        throw coreErrors.create('STREAMS_TAKEN', { limit: MAX_STREAMS }, { retryAfterS: 5 })
      }
      const gone = new AbortController()
      const signal = AbortSignal.any([closing.signal, gone.signal])
      const stream = Readable.from(eventsOf(() => readOnce(node, id), signal))
      open++
      stream.once('close', () => {
        open--
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
    },
  )
}

/** @returns undefined while PostgreSQL is away: the stream is silent then and goes on by itself. */
async function readOnce(node: ShowingNode, id: string): Promise<ShownRollout | undefined> {
  try {
    return await showRollout(node, await requireRollout(node.knex, id))
  } catch (error) {
    if (isDatabaseUnavailable(error)) return undefined
    throw error
  }
}

async function* eventsOf(
  read: () => Promise<ShownRollout | undefined>,
  signal: AbortSignal,
): AsyncGenerator<string> {
  let told = ''
  let toldAt = performance.now()
  yield `retry: ${RETRY_MS}\n\n`
  while (!signal.aborted) {
    const rollout = await read()
    const data = rollout === undefined ? told : JSON.stringify(rollout)
    if (rollout !== undefined && data !== told) {
      yield `id: ${eventId(rollout)}\nevent: rollout\ndata: ${data}\n\n`
      told = data
      toldAt = performance.now()
    } else if (performance.now() - toldAt >= HEARTBEAT_MS) {
      yield ': still here\n\n'
      toldAt = performance.now()
    }
    if (rollout !== undefined && isOver(rollout)) return
    await delay(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined)
  }
}

/** Until all nodes that live route by its end, and this one has ended what the version was given before. */
function isOver({ state, acknowledged, draining }: ShownRollout): boolean {
  const isEverywhere = acknowledged === null || acknowledged.nodes >= acknowledged.of
  return settledStates.includes(state) && isEverywhere && draining === null
}

/** Last transition and calls counted so far: grows with the rollout. */
function eventId({ transitions, calls }: ShownRollout): string {
  return `${transitions.at(-1)?.id ?? 0}.${calls.stable}.${calls.canary}`
}
