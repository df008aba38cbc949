import type { Readable } from 'node:stream'
import type { ByteAnswerStream, ByteSink, GuestOutcome } from '@signalbox/sandbox'
import type { CompiledOperation } from '@signalbox/sdk/compile-contract'
import { byteDelivery } from '@signalbox/sdk/delivery'
import { operationOf } from '../catalog/operation-of.ts'
import { coreErrors } from '../errors.ts'
import { nameInvocation } from '../invocations/invocation-of-error.ts'
import type { Attempt, AttemptEnd } from '../rollout/routing/canary-call.ts'
import { versionKey } from '../rollout/routing/snapshot.ts'
import { beginUse, type CallUse, noteUse } from '../usage/call-use.ts'
import { BusyClock } from './busy-clock.ts'
import type { ServiceAnswer, ServiceCall } from './call-scope.ts'
import { unheard, watchedFor } from './caller-left.ts'
import {
  type Judged,
  judgedNo,
  scopeOf,
  type Trial,
  unfitness,
  verdictOf,
} from './guest-attempt.ts'
import type { GuestPorts } from './guest-ports.ts'
import { scopedGuestCall } from './scoped-guest-call.ts'
import { traceGuest } from './traced-guest.ts'

/** An answer of bytes whose first one is there. */
export interface ByteAnswer extends Omit<ServiceAnswer, 'outputJson'> {
  /** Ends in an error where the answer is cut. */
  readonly stream: Readable
  readonly contentType: string
  readonly fileName: string | undefined
  readonly maxMs: number
}

/** Of the host's own units, which no plugin can name: what a call delivered, whole or cut. */
const UNIT = 'host:bytes-delivered'

interface Begun {
  readonly fileName: string | undefined
  readonly stream: ByteAnswerStream
}

/** One try of a call whose answer is bytes: an attempt until the first byte, and from then on for whoever counts. */
export async function attemptStream(
  ports: GuestPorts,
  trial: Trial,
  call: ServiceCall,
): Promise<Attempt<ByteAnswer>> {
  const { version, arm, accepted } = trial
  const { plugin } = version
  const started = ports.now()
  const took = () => ports.now() - started
  const operation = operationOf(version.operations, call.service, call.major, call.operation)
  const unfit = unfitness(version, operation, accepted, call)
  if (unfit !== undefined) return { ...unfit, tookMs: took(), ownMs: 0 }
  const { definition } = operation as CompiledOperation
  const { contentType = '', maxBytes = 0, maxMs = 0 } = byteDelivery(definition) ?? {}
  let begun: Begun | undefined
  let isDiscarded = false
  const end = ports.inFlight.begin(versionKey(plugin, version.version))
  const { promise: first, resolve: begin } = Promise.withResolvers<Begun>()
  const use = beginUse()
  const running = runStream(
    ports,
    { trial, call, started, use },
    {
      maxBytes,
      maxMs,
      start: ({ fileName }, stream) => {
        begun = { fileName, stream }
        begin(begun)
      },
    },
  )
  const over = running
    .then((ended) => {
      const { result, bytes } = ended
      // A clean end is told after the last byte; a cut is no clean end for anybody.
      if ('error' in result) begun?.stream.destroy(result.error)
      else begun?.stream.finish()
      if (bytes > 0 && !isDiscarded) meterBytes(ports, trial, call, bytes)
      return ended
    })
    .catch((err: unknown): Ended => {
      // A fault of the host's own: nobody may wait for the rest of the answer.
      const error = coreErrors.create('INTERNAL', {}, { cause: err })
      begun?.stream.destroy(error)
      const fields = { err, version: version.version }
      ports.log.child({ plugin }).error(fields, 'an answer of bytes failed')
      return { outcome: 'unjudged', result: { error }, trip: undefined, ownMs: 0, bytes: 0 }
    })
    .finally(end)
  const won = await Promise.race([first.then(() => undefined), over])
  if (begun === undefined) {
    const { outcome, result, trip, ownMs } = won as Ended
    return { outcome, result: result as { error: unknown }, trip, tookMs: took(), ownMs }
  }
  const { stream, fileName } = begun
  return {
    outcome: 'answered',
    result: {
      answer: { stream, contentType, fileName, maxMs, plugin, version: version.version, arm, use },
    },
    tookMs: took(),
    ownMs: 0,
    trip: undefined,
    ended: over,
    discard: () => {
      isDiscarded = true
      stream.destroy()
    },
  }
}

type Ended = Judged<true> & AttemptEnd & { readonly bytes: number }

interface Running {
  readonly trial: Trial
  readonly call: ServiceCall
  readonly started: number
  readonly use: CallUse
}

/** To the last byte: what became of it, kept and metered like any call. */
async function runStream(
  ports: GuestPorts,
  { trial, call, started, use }: Running,
  bytes: ByteSink,
): Promise<Ended> {
  const { version, deadlineMs } = trial
  const hostCalls = new BusyClock(() => performance.now())
  const timed: GuestPorts = {
    ...ports,
    hostCall: (...words) => hostCalls.during(() => ports.hostCall(...words)),
  }
  // What the handler asks while it sends is within the time of the whole answer.
  const traced = traceGuest(scopeOf(trial, call, started + bytes.maxMs, use))
  const snapshot = ports.snapshot()
  const { service, major, operation: name, inputJson } = call
  const operation = operationOf(version.operations, service, major, name) as CompiledOperation
  const entry = { kind: 'service', service: operation.table, operation: name } as const
  const watched = ports.invocations.watch(
    scopedGuestCall(timed, traced.scope, {
      ...{ entry, inputJson, deadlineMs, bytes },
      ...watchedFor(operation, call.left),
    }),
  )
  const outcome = await traced.run(ports.runGuest, watched.guest)
  use.cpuMs = outcome.cpuMs
  const judged = unheard(judgedStream(outcome), call.left)
  const invocation = ports.invocations.ended({
    guest: watched.guest,
    call,
    version,
    snapshot,
    operation,
    startedAt: started,
    tookMs: ports.now() - started,
    outcome,
    verdict: verdictOf(judged),
    ...watched.take(outcome),
  })
  if ('error' in judged.result) {
    noteUse(judged.result.error, use)
    if (invocation !== undefined) nameInvocation(judged.result.error, invocation)
  }
  return { ...judged, ownMs: outcome.cpuMs + hostCalls.busyMs, bytes: outcome.bytesOut }
}

function judgedStream(outcome: GuestOutcome): Judged<true> {
  if (outcome.kind !== 'ok') return judgedNo(outcome)
  return { outcome: 'answered', result: { answer: true }, trip: undefined }
}

function meterBytes(
  { meter }: GuestPorts,
  { version: { plugin, version }, chain }: Trial,
  { tenant, principal, operation }: ServiceCall,
  bytes: number,
): void {
  const who = `${principal.kind}:${principal.id}`
  const name = { tenant, plugin, version, principal: who, operation: chain.at(-1) ?? operation }
  meter.add({ ...name, unit: UNIT }, bytes)
}
