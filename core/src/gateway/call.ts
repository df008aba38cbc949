import type { CodedError } from '@signalbox/sdk/errors'
import type { FastifyRequest } from 'fastify'
import type { ServiceAnswer } from '../broker/call-scope.ts'
import type { CallerLeft } from '../broker/caller-left.ts'
import type { Principal } from '../identity/principal.ts'
import type { Subscription } from '../rollout/routing/snapshot.ts'
import type { CallUse } from '../usage/call-use.ts'
import type { Taken } from '../usage/price-leases.ts'

export interface CallParams {
  readonly service: string
  readonly major: string
  readonly operation: string
}

export type CallRequest = FastifyRequest<{ Params: CallParams }>

/** What the steps of the pipeline learn of one call of a data service, and its account at the end needs. */
export interface Call {
  readonly startedAt: number
  readonly left: CallerLeft
  isAccounted: boolean
  isAudited: boolean
  principal: Principal
  /** An app's; a user calls by his permissions alone. */
  subscription: Subscription | undefined
  /** Where it has a price: what it was let in by. */
  taken: Taken | undefined
  answer: Pick<ServiceAnswer, 'version'> | undefined
  /** What it took of a guest; undefined: no guest was asked. */
  use: CallUse | undefined
  /** Of an answer of bytes, which may be cut after its head was sent. */
  isStream: boolean
  /** Of a stream: how many bytes the connection was given for it; see sentFrom. */
  sent: (() => number) | undefined
  failure: CodedError | undefined
  safe: boolean
  /** What was called, once it is known to exist: only then may it become a label or a subject. */
  target: { readonly service: string; readonly operation: string } | undefined
  /** The version it was given first: of a call that failed there is no answer that names one. */
  picked: string | undefined
}

declare module 'fastify' {
  interface FastifyRequest {
    call: Call | undefined
  }
}

export function beginCall(startedAt: number, left: CallerLeft): Call {
  return {
    startedAt,
    left,
    isAccounted: false,
    isAudited: false,
    principal: { kind: 'anonymous' },
    subscription: undefined,
    taken: undefined,
    answer: undefined,
    use: undefined,
    isStream: false,
    sent: undefined,
    failure: undefined,
    safe: true,
    target: undefined,
    picked: undefined,
  }
}

/** Counts what a connection is given from now on: of a stream nothing else tells, and to look at it costs nothing. */
export function sentFrom({ raw: { socket } }: FastifyRequest): () => number {
  const before = socket.bytesWritten
  return () => socket.bytesWritten - before
}
