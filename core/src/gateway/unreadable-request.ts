import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { CodedError } from '@signalbox/sdk/errors'
import { coreErrors } from '../errors.ts'
import { PROBLEM_TYPE, problemOf } from './problem.ts'
import { traceContext, traceRandom } from './trace-context.ts'

/** How long a client may take, in milliseconds. */
export interface RequestTimes {
  /** For the head. */
  readonly headMs: number
  /** For head and body together. */
  readonly requestMs: number
  /** How long a connection without a request is kept. */
  readonly idleMs: number
  /** How often that is looked at. */
  readonly checkMs: number
}

interface Limits {
  readonly times: RequestTimes
  readonly maxHeadBytes: number
}

type ParserError = Error & { readonly code?: string }

/** Answers what is no request, or did not become one in time, and ends its connection: where the next begins nobody knows. */
export function answerBroken(error: ParserError, socket: Socket, limits: Limits): void {
  // A connection that is gone, or whose answer has begun (as Node itself looks), can be told nothing.
  const answer = Reflect.get(socket, '_httpMessage') as ServerResponse | null | undefined
  if (error.code === 'ECONNRESET' || !socket.writable || answer?.headersSent === true) {
    socket.destroy()
    return
  }
  const refusal = refusalOf(error, limits)
  const { traceId } = traceContext(undefined, traceRandom())
  const body = JSON.stringify(problemOf(refusal, 'en', traceId))
  const head = [
    `HTTP/1.1 ${refusal.status} ${reasons[refusal.status] ?? 'Bad Request'}`,
    `Content-Type: ${PROBLEM_TYPE}`,
    'Content-Language: en',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
}

const reasons: Readonly<Record<number, string>> = {
  408: 'Request Timeout',
  431: 'Request Header Fields Too Large',
}

function refusalOf({ code }: ParserError, { times, maxHeadBytes }: Limits): CodedError {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return coreErrors.create('REQUEST_TOO_SLOW', {
        headS: Math.ceil(times.headMs / 1000),
        bodyS: Math.ceil(times.requestMs / 1000),
      })
    case 'HPE_HEADER_OVERFLOW':
      return coreErrors.create('HEAD_TOO_LARGE', { limitKb: Math.floor(maxHeadBytes / 1024) })
    default:
      // The parser's code names the rule that was broken; its text would repeat what the client sent.
      return coreErrors.create('REQUEST_UNREADABLE', { reason: code ?? 'unreadable' })
  }
}
