import { CodedError, type InputFault, languageOf } from '@signalbox/sdk/errors'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { marketplaceErrors } from '../errors.ts'
import type { AccountPorts } from '../ports.ts'
import { problemBody } from './problem.ts'

/** Seconds after which a database that was away may be back: a fail-over or restart takes a few. */
const DATABASE_RETRY_AFTER_S = 2

type ErrorPorts = Pick<AccountPorts, 'isDatabaseUnavailable'>

/** Gives a plugin of the marketplace its one way to say no, and to what is not there under its prefix. */
export function answerErrors(app: FastifyInstance, ports: ErrorPorts): void {
  answerRefusals(app, ports)
  app.setNotFoundHandler((request, reply) =>
    answer(
      marketplaceErrors.create('NOT_FOUND', { method: request.method, path: pathOf(request) }),
      request,
      reply,
    ),
  )
}

/** The same for a plugin that shares its prefix with another: only one may say what is not there. */
export function answerRefusals(app: FastifyInstance, ports: ErrorPorts): void {
  app.setErrorHandler((error, request, reply) =>
    answer(refusalOf(error, request, ports), request, reply),
  )
}

function answer(error: CodedError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (error.status >= 500) request.log.error({ err: error, code: error.code }, error.message)
  if (error.retryAfterS !== undefined) reply.header('retry-after', error.retryAfterS)
  // RFC 9110 asks for a challenge. Not after a failed login: npm would print its own text instead of ours.
  if (error.status === 401 && error.code !== 'MKT_LOGIN_REFUSED') {
    reply.header('www-authenticate', 'Bearer')
  }
  return reply
    .code(error.status)
    .type('application/problem+json; charset=utf-8')
    .send(problemBody(error, languageOf(request.headers['accept-language']), request.id))
}

function refusalOf(error: unknown, request: FastifyRequest, ports: ErrorPorts): CodedError {
  if (error instanceof CodedError) return error
  const { statusCode, validation, message } = error as Partial<FastifyError>
  if (validation !== undefined) {
    const faults = validation.map(faultOf)
    return marketplaceErrors.create('INPUT_INVALID', {}, { faults, cause: error })
  }
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return refusedByFastify(statusCode, message ?? '', error)
  }
  if (ports.isDatabaseUnavailable(error)) {
    const extras = { cause: error, retryAfterS: DATABASE_RETRY_AFTER_S }
    return marketplaceErrors.create('DATABASE_UNAVAILABLE', {}, extras)
  }
  return marketplaceErrors.create('INTERNAL', { traceId: request.id }, { cause: error })
}

/** The host's validator speaks of faults already; Fastify's own, where no other is set, in ajv's words. */
function faultOf(found: Partial<InputFault> & { instancePath?: string; message?: string }) {
  return {
    pointer: found.pointer ?? found.instancePath ?? '',
    detail: found.detail ?? found.message ?? 'is not valid',
  }
}

/** Fastify's own refusals (body too large, not JSON, …) keep the status they have. */
function refusedByFastify(status: number, reason: string, cause: unknown): CodedError {
  const definition = { ...marketplaceErrors.definitions.REQUEST_REFUSED, status }
  return new CodedError('MKT_REQUEST_REFUSED', definition, { reason }, { cause })
}

/** Without the query, and bounded: it is echoed to the caller. */
function pathOf(request: FastifyRequest): string {
  return (request.url.split('?')[0] ?? '').slice(0, 200)
}
