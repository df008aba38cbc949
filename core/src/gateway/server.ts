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
import { bearerChallenge } from './bearer-challenge.ts'
import { PROBLEM_TYPE, problemOf } from './problem.ts'
import { strictValidator } from './strict-validator.ts'
import { type TraceContext, traceContext, traceparent, traceRandom } from './trace-context.ts'

declare module 'fastify' {
  interface FastifyRequest {
    trace: TraceContext
  }
}

interface Options {
  readonly log: FastifyBaseLogger
  readonly version: string
}

/** A page of boards fits; what is larger has a route of its own that says so. */
const BODY_LIMIT_BYTES = 1024 * 1024

/** Above it a host answers too late to be of use: shed, so that what is accepted is answered. */
const MAX_EVENT_LOOP_DELAY_MS = 1000

const PRESSURE_SAMPLE_MS = 1000

/** A client that sends its head or body more slowly than this is cut off. */
const REQUEST_TIMEOUT_MS = 30_000

/** The bare HTTP face: trace ids, one shape of refusal, strict validation, overload shedding, OpenAPI. */
export async function createServer({ log, version }: Options): Promise<FastifyInstance> {
  const app: FastifyInstance = fastify({
    loggerInstance: log,
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    forceCloseConnections: 'idle',
    // A package name holds an encoded slash and may be long.
    routerOptions: { maxParamLength: 500 },
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'traceId' }),
    genReqId: (raw) => {
      const trace = traceContext(raw.headers.traceparent, traceRandom())
      Reflect.set(raw, 'trace', trace)
      return trace.traceId
    },
    frameworkErrors: (error, request, reply) => refuse(error, request, reply),
  })
  app.decorateRequest('trace', {
    getter(this: FastifyRequest) {
      return traceOf(this)
    },
  })
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('traceparent', traceparent(request.trace))
    done()
  })
  app.setValidatorCompiler(strictValidator)
  app.setErrorHandler<FastifyError>((error, request, reply) => refuse(error, request, reply))
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?', 1)[0] ?? ''
    refuse(coreErrors.create('ROUTE_MISSING', { method: request.method, path }), request, reply)
  })
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
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Signalbox', version, description: 'The HTTP face of the host.' },
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
      security: [{ bearer: [] }],
    },
  })
  return app
}

/** A request that the router could not even read has no decorations yet: its trace starts here. */
function traceOf({ raw }: FastifyRequest): TraceContext {
  const known = Reflect.get(raw, 'trace') as TraceContext | undefined
  return known ?? traceContext(raw.headers.traceparent, traceRandom())
}

/** Every refusal leaves through here: coded, in the caller's language, never with a stack. */
function refuse(thrown: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const error = codedOf(thrown, reply.request)
  const { traceId } = traceOf(request)
  const fields = { err: thrown, code: error.code, traceId }
  if (error.code === 'CORE_INTERNAL') request.log.error(fields, 'a bug answered 500')
  else if (error.status >= 500) request.log.warn(fields, error.message)
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
  const error = thrown as Partial<FastifyError>
  // 22021, 22P05: U+0000 or half a surrogate pair, which JSON can hold and PostgreSQL cannot.
  if (error.code === '22021' || error.code === '22P05') {
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

/** A pointer into the body as it is; into path and query with their names in front. */
function faultsIn(error: FastifyError): InputFault[] {
  const part = { params: '/path', querystring: '/query', headers: '/header' }
  const prefix = part[error.validationContext as keyof typeof part] ?? ''
  return (error.validation as unknown as InputFault[]).map(({ pointer, detail }) => ({
    pointer: `${prefix}${pointer}`,
    detail,
  }))
}
