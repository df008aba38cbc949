import type { FastifyInstance, FastifyRequest } from 'fastify'
import { parse } from 'secure-json-parse'
import { requireStanding } from '../catalog/standing.ts'
import { coreErrors } from '../errors.ts'
import { illFormedIn } from '../gateway/ill-formed-text.ts'
import type { Snapshot } from '../rollout/routing/snapshot.ts'
import type { IncomingEvents, Sender } from './incoming-events.ts'

interface Ports {
  readonly incoming: IncomingEvents
  readonly snapshot: () => Snapshot
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

const SINGLE = 'application/cloudevents+json'
const BATCH = 'application/cloudevents-batch+json'
const MAX_BATCH = 100
/** Sixteen events of the largest kind, or a hundred of the usual. */
const MAX_BODY_BYTES = 1024 * 1024

/** Parsed already, whatever it is: each event says for itself what is wrong with it. */
class Batch {
  readonly values: readonly unknown[]

  constructor(value: unknown) {
    const isFitting = Array.isArray(value) && value.length >= 1 && value.length <= MAX_BATCH
    if (!isFitting) {
      const detail = `must be a list of 1 to ${MAX_BATCH} CloudEvents`
      throw coreErrors.create('INPUT_INVALID', {}, { faults: [{ pointer: '', detail }] })
    }
    this.values = value
  }
}

class Single {
  readonly value: unknown

  constructor(value: unknown) {
    this.value = value
  }
}

/**
 * `POST /v1/events`: CloudEvents 1.0 over HTTP in structured mode, one or a batch (HTTP protocol binding §3.2, §3.3).
 * In a scope of its own: no other body is read here.
 */
export function incomingRoutes(app: FastifyInstance, { incoming, snapshot, now }: Ports): void {
  app.removeAllContentTypeParsers()
  for (const [type, Body] of [
    [SINGLE, Single],
    [BATCH, Batch],
  ] as const) {
    app.addContentTypeParser(
      type,
      { parseAs: 'string' },
      async (_request: FastifyRequest, text: string) => new Body(readJson(text)),
    )
  }
  app.post(
    '/v1/events',
    {
      bodyLimit: MAX_BODY_BYTES,
      config: { action: 'event.send' },
      schema: {
        tags: ['events'],
        summary: 'Send CloudEvents, one or a batch',
        consumes: [SINGLE, BATCH],
      },
    },
    async (request, reply) => {
      const sender = senderOf(request, snapshot(), now())
      const { body, trace } = request
      const accepted =
        body instanceof Batch
          ? await incoming.accept(sender, body.values, (index) => `/${index}`, trace)
          : await incoming.accept(sender, [(body as Single).value], () => '', trace)
      return reply.code(202).send(accepted)
    },
  )
}

/** @throws CORE_SUBSCRIPTION_SUSPENDED, CORE_SUBSCRIPTION_INACTIVE: the key is good, what it stands for is not */
function senderOf({ principal }: FastifyRequest, { subscriptions }: Snapshot, now: number): Sender {
  if (principal.kind !== 'app') throw coreErrors.create('AUTHENTICATION_REQUIRED')
  const { tenant, app } = principal
  const subscription = subscriptions.get(principal.subscription)
  if (subscription === undefined) throw coreErrors.create('AUTHENTICATION_REQUIRED')
  requireStanding(subscription, now)
  return { tenant, app }
}

function readJson(text: string): unknown {
  const value = parsed(text)
  const faults = illFormedIn(value)
  if (faults.length > 0) throw coreErrors.create('INPUT_INVALID', {}, { faults })
  return value
}

function parsed(text: string): unknown {
  try {
    // `__proto__` in a body is an attack, never data.
    return parse(text, { protoAction: 'error', constructorAction: 'ignore' })
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.slice(0, 120) : 'no JSON'
    throw coreErrors.create('BODY_UNREADABLE', { reason }, { cause })
  }
}
