import { CodedError } from '@signalbox/sdk/errors'
import type { FastifyInstance } from 'fastify'
import { STREAM } from '../catalog/event-scope.ts'
import type { EventStreams } from '../events/event-streams.ts'
import { accountCall, auditCall } from './account-call.ts'
import { type AdmissionPorts, admitCall } from './admission/admit-call.ts'
import { type AnswerPorts, answerCall } from './answer-call.ts'
import { ByteAnswers } from './byte-answers.ts'
import type { CallParams, CallRequest } from './call.ts'
import { letPagesRead } from './cors/cors.ts'
import { streamRoute } from './stream-route.ts'

type Served = Omit<AdmissionPorts, 'ownOrigin'> &
  Omit<AnswerPorts, 'byteAnswers'> & {
    readonly streams: EventStreams
  }

const SERVICE_URL = '/api/:service/v:major(^\\d{1,3})'
const STREAM_URL = `${SERVICE_URL}/${STREAM}`
export const CALL_URL = `${SERVICE_URL}/:operation`

/** The largest body any plugin may allow; each version's own limit is checked when it is known. */
const MAX_BODY_BYTES = 8 * 1024 * 1024

/**
 * Calling a data service, in this order:
 *
 *   every request   trace id → overload → one reading of the head       server.ts
 *   its head        key → subscription and scope → page → burst → calls at a time → quota   admission/admit-call.ts
 *   its body        size → JSON → version → contract → idempotency key → cache → lane → mask → headers   answer-call.ts
 *   afterwards      metrics and audit                                    account-call.ts
 *
 * What can be refused from the head alone is refused before the body is read.
 */
export function callRoutes(app: FastifyInstance, served: Served): void {
  const ports = { ...served, ownOrigin: new URL(served.issuer).origin }
  const answers = { ...ports, byteAnswers: new ByteAnswers(app) }
  app.decorateRequest('call')
  // A logger of its own for each call costs as much as its authentication; what a call logs names its trace.
  app.setChildLoggerFactory((logger) => logger)
  letPagesRead(app, ports)
  app.removeAllContentTypeParsers()
  // The body stays text: it is parsed once, for the contract, and goes to the guest as it came.
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) =>
    done(null, body),
  )
  app.addHook('onRequest', (request, reply, done) => {
    // The path of a stream ends with its name; admission and account know it as they know operations.
    const params = request.params as { operation?: string }
    params.operation ??= STREAM
    const admitted = admitCall(ports, request as CallRequest, reply)
    if (admitted instanceof Promise) admitted.then(() => done(), done)
    else done()
  })
  app.addHook('onError', (request, _reply, error, done) => {
    if (request.call !== undefined && error instanceof CodedError) request.call.failure = error
    done()
  })
  // Before the answer leaves: a write or a refusal that somebody was told of is on record.
  app.addHook('onSend', (request, reply, payload, done) => {
    if (request.call?.isStream !== true) auditCall(ports, request as CallRequest, reply)
    done(null, payload)
  })
  app.addHook('onResponse', (request, reply, done) => {
    if (request.call?.isStream !== true) accountCall(ports, request as CallRequest, reply)
    done()
  })
  app.route<{ Params: CallParams }>({
    method: ['GET', 'POST'],
    url: CALL_URL,
    bodyLimit: MAX_BODY_BYTES,
    config: { action: 'service.call' },
    schema: { tags: ['data services'], summary: 'Call an operation of a data service' },
    handler: (request, reply) => answerCall(answers, request, reply),
  })
  streamRoute(app, STREAM_URL, ports)
}
