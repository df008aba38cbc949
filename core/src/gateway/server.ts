import type { IncomingMessage } from 'node:http'
import swagger from '@fastify/swagger'
import underPressure from '@fastify/under-pressure'
import { CodedError, type InputFault, languageOf } from '@signalbox/sdk/errors'
import fastify, {
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify'
import { coreErrors } from '../errors.ts'
import { isDatabaseUnavailable } from '../storage/database-unavailable.ts'
import type { Tracing } from '../tracing/open-tracing.ts'
import { boundInFlight } from './admission/in-flight-bound.ts'
import { distrust, headRefusal } from './admission/sound-head.ts'
import { bearerChallenge } from './bearer-challenge.ts'
import type { TrustedProxies } from './client-address.ts'
import { endConnections } from './end-connections.ts'
import { PROBLEM_TYPE, problemOf } from './problem.ts'
import { noteRefusal, traceRequests } from './request-span.ts'
import { strictValidator } from './strict-validator.ts'
import { type TraceContext, traceContext, traceparent, traceRandom } from './trace-context.ts'
import { answerBroken, type RequestTimes } from './unreadable-request.ts'

declare module 'fastify' {
  interface FastifyRequest {
    trace: TraceContext
  }
}

interface Options {
  readonly log: FastifyBaseLogger
  readonly version: string
  /** Whose word on their clients is taken; nobody's, when left out. */
  readonly trustedProxies?: TrustedProxies
  /** For tests; those of a host when left out. */
  readonly times?: RequestTimes
  readonly maxInFlight?: number
  /** Absent: no request is recorded. */
  readonly tracing?: Tracing
}

/** A page of boards fits; what is larger has a route of its own that says so. */
const BODY_LIMIT_BYTES = 1024 * 1024

/** Above it a host answers too late to be of use: shed, so that what is accepted is answered. */
const MAX_EVENT_LOOP_DELAY_MS = 1000

const PRESSURE_SAMPLE_MS = 1000

/** More than all lanes and connections work at, with all streams that may be open; each may hold a body of some MiB. */
const MAX_IN_FLIGHT = 2000

/** Node's own default, said here since callers are told it. Long input has no business in a query. */
const MAX_HEAD_BYTES = 16 * 1024

/**
 * A client that sends its head or its body more slowly than this is cut off: held open, such connections cost it
 * nothing and the host a socket each. Looked at once a second, and an idle connection is kept for a browser's next click.
 */
const requestTimes: RequestTimes = {
  headMs: 10_000,
  requestMs: 30_000,
  idleMs: 72_000,
  checkMs: 1000,
}

/** The bare HTTP face: trace ids, one shape of refusal, strict validation, overload shedding, OpenAPI. */
export async function createServer(options: Options): Promise<FastifyInstance> {
  const app = bareServer(options)
  app.decorateRequest('trace', {
    getter(this: FastifyRequest) {
      return traceOf(this)
    },
  })
  if (options.tracing !== undefined) traceRequests(app, options.tracing)
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('traceparent', traceparent(request.trace))
    const refusal = headRefusal(request.raw)
    // Here, since whoever writes the answer may be another's error handler.
    if (refusal !== undefined) reply.header('connection', 'close')
    done(refusal)
  })
  app.setValidatorCompiler(strictValidator)
  app.setErrorHandler<FastifyError>((error, request, reply) => refuse(error, request, reply))
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?', 1)[0] ?? ''
    refuse(coreErrors.create('ROUTE_MISSING', { method: request.method, path }), request, reply)
  })
  await shedLoad(app)
  boundInFlight(app, options.maxInFlight ?? MAX_IN_FLIGHT)
  endConnections(app)
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Signalbox',
        version: options.version,
        description: 'The HTTP face of the host.',
      },
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
      security: [{ bearer: [] }],
    },
  })
  return app
}

function bareServer({
  log,
  trustedProxies,
  times = requestTimes,
  tracing,
}: Options): FastifyInstance {
  return fastify({
    loggerInstance: log,
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: times.requestMs,
    keepAliveTimeout: times.idleMs,
    http: {
      maxHeaderSize: MAX_HEAD_BYTES,
      headersTimeout: times.headMs,
      connectionsCheckingInterval: times.checkMs,
    },
    clientErrorHandler: (error, socket) =>
      answerBroken(error, socket, { times, maxHeadBytes: MAX_HEAD_BYTES }),
    // Else any client says who it is, and a limit by address is none.
    trustProxy: trustedProxies ?? false,
    forceCloseConnections: 'idle',
    // A package name holds an encoded slash and may be long.
    routerOptions: { maxParamLength: 500 },
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'traceId' }),
    genReqId: (raw) => {
      const said = traceContext(raw.headers.traceparent, traceRandom())
      const trace = tracing === undefined ? said : { ...said, sampled: tracing.decides(said) }
      ;(raw as Traced).trace = trace
      return trace.traceId
    },
    // Its address could not be read, and no hook has looked at its head.
    frameworkErrors: (error, request, reply) => {
      distrust(request.raw)
      refuse(error, request, reply.header('connection', 'close'))
    },
  })
}

async function shedLoad(app: FastifyInstance): Promise<void> {
  let settledAt = Number.POSITIVE_INFINITY
  app.addHook('onListen', (done) => {
    settledAt = performance.now() + 2 * PRESSURE_SAMPLE_MS
    done()
  })
  await app.register(underPressure, {
    sampleInterval: PRESSURE_SAMPLE_MS,
    maxEventLoopDelay: MAX_EVENT_LOOP_DELAY_MS,
    // What the start itself cost is still in the first sample: it says nothing about load.
    pressureHandler: () => {
      if (performance.now() < settledAt) return
      throw coreErrors.create('OVERLOADED', {}, { retryAfterS: 2 })
    },
  })
}

/** Fastify's own request is made after its id. */
type Traced = IncomingMessage & { trace?: TraceContext }

/** A request that the router could not even read has no decorations yet: its trace starts here. */
function traceOf({ raw }: FastifyRequest): TraceContext {
  return (raw as Traced).trace ?? traceContext(raw.headers.traceparent, traceRandom())
}

/** Every refusal leaves through here: coded, in the caller's language, never with a stack. */
function refuse(thrown: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const error = codedOf(thrown, reply.request)
  const { traceId } = traceOf(request)
  const fields = { err: thrown, code: error.code, traceId }
  if (error.code === 'CORE_INTERNAL') request.log.error(fields, 'a bug answered 500')
  else if (error.status >= 500) request.log.warn(fields, error.message)
  noteRefusal(request, error.code)
  if (error.retryAfterS !== undefined) reply.header('retry-after', error.retryAfterS)
  const challenge = bearerChallenge(error)
  if (challenge !== undefined) reply.header('www-authenticate', challenge)
  const language = languageOf(request.headers['accept-language'])
  reply
    .code(error.status)
    .header('content-language', language)
    .type(PROBLEM_TYPE)
    .serializer((payload: unknown) => JSON.stringify(payload))
    .send(problemOf(error, language, traceId))
}

/** What went wrong, as one of our codes: what is not known here is a bug, and is told as one. */
function codedOf(thrown: unknown, request: FastifyRequest): CodedError {
  if (thrown instanceof CodedError) return thrown
  if (isDatabaseUnavailable(thrown)) {
    return coreErrors.create('DATABASE_UNAVAILABLE', {}, { cause: thrown, retryAfterS: 1 })
  }
  const error = thrown as Partial<FastifyError> & { readonly detail?: string }
  if (isUnstorable(error)) {
    const detail = 'holds a character that cannot be stored, such as U+0000'
    return coreErrors.create('INPUT_INVALID', {}, { faults: [{ pointer: '', detail }] })
  }
  if (error.validation !== undefined) {
    return coreErrors.create('INPUT_INVALID', {}, { faults: faultsIn(error as FastifyError) })
  }
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE': {
      const limit = request.routeOptions.bodyLimit ?? BODY_LIMIT_BYTES
      return coreErrors.create('BODY_TOO_LARGE', { limitKb: Math.floor(limit / 1024) })
    }
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return coreErrors.create('MEDIA_TYPE_UNSUPPORTED', {
        type: request.headers['content-type'] ?? 'none',
      })
    default:
      return typeof error.statusCode === 'number' && error.statusCode < 500
        ? coreErrors.create('BODY_UNREADABLE', { reason: error.message ?? 'unreadable' })
        : coreErrors.create('INTERNAL', {}, { cause: thrown })
  }
}

/**
 * U+0000 (22021 in a text, 22P05 in JSON) or half a surrogate pair (22P02 in JSON), which a request can hold and PostgreSQL
 * cannot.
 */
function isUnstorable({ code, detail }: { readonly code?: string; readonly detail?: string }) {
  return (
    code === '22021' || code === '22P05' || (code === '22P02' && /surrogate/.test(detail ?? ''))
  )
}

/** A pointer into the body as it is; into path and query with their names in front. */
function faultsIn(error: FastifyError): InputFault[] {
  const part = { params: '/path', querystring: '/query', headers: '/header' }
  const prefix = part[error.validationContext as keyof typeof part] ?? ''
  return (error.validation as unknown as InputFault[]).map(({ pointer, detail }) => ({
    pointer: `${prefix}${pointer}`,
    detail,
  }))
}
