import type { GuestOutcome } from '@signalbox/sandbox'
import type { CompiledOperation } from '@signalbox/sdk/compile-contract'
import type { CodedError, InputFault } from '@signalbox/sdk/errors'
import { pluginRefusal } from '@signalbox/sdk/host-calls/plugin-refusal'
import { faultsOf } from '@signalbox/sdk/schema'
import { parse } from 'secure-json-parse'
import { operationOf } from '../catalog/operation-of.ts'
import { coreErrors } from '../errors.ts'
import { nameInvocation } from '../invocations/invocation-of-error.ts'
import type { EndedCall } from '../invocations/watched-call.ts'
import type { Arm } from '../rollout/cohorts/cohort.ts'
import { tripOfFailure } from '../rollout/judge/hard-trips.ts'
import { outcomeOfFailure } from '../rollout/judge/judged-call.ts'
import type { Attempt } from '../rollout/routing/canary-call.ts'
import { type InstalledVersion, versionKey } from '../rollout/routing/snapshot.ts'
import { shadowPorts } from '../rollout/shadow/shadow-guest.ts'
import { beginUse, type CallUse, noteUse } from '../usage/call-use.ts'
import { BusyClock } from './busy-clock.ts'
import type { CallScope, ServiceAnswer, ServiceCall } from './call-scope.ts'
import { unheard, watchedFor } from './caller-left.ts'
import { blameOf } from './failed-outcome.ts'
import type { GuestPorts } from './guest-ports.ts'
import { scopedGuestCall } from './scoped-guest-call.ts'
import { traceGuest } from './traced-guest.ts'

/** Which version tries the call, on which arm, and how long it may. */
export interface Trial {
  readonly version: InstalledVersion
  readonly arm: Arm
  readonly deadlineMs: number
  /** The operation whose schema the input was held to at admission: that one is not asked again. */
  readonly accepted: CompiledOperation
  /** The services that led here, this one included. */
  readonly chain: readonly string[]
}

/** One try of a call by one version: in its lane, held to its own contract. Whatever it does is in the attempt. */
export async function attemptCall(
  host: GuestPorts,
  trial: Trial,
  call: ServiceCall,
): Promise<Attempt<ServiceAnswer>> {
  const ports = call.shadow === undefined ? host : shadowPorts(host, call.shadow)
  const { version, arm, accepted } = trial
  const started = ports.now()
  const took = () => ports.now() - started
  const operation = operationOf(version.operations, call.service, call.major, call.operation)
  const unfit = unfitness(version, operation, accepted, call)
  if (unfit !== undefined) return { ...unfit, tookMs: took(), ownMs: 0 }
  const end = ports.inFlight.begin(versionKey(version.plugin, version.version))
  const hostCalls = new BusyClock(() => performance.now())
  const timed: GuestPorts = {
    ...ports,
    hostCall: (...words) => hostCalls.during(() => ports.hostCall(...words)),
  }
  const use = beginUse()
  const traced = traceGuest(scopeOf(trial, call, started + trial.deadlineMs, use))
  const snapshot = ports.snapshot()
  const { operation: name, inputJson } = call
  const { table } = operation as CompiledOperation
  const entry = { kind: 'service', service: table, operation: name } as const
  const { deadlineMs } = trial
  const watched = ports.invocations.watch(
    scopedGuestCall(timed, traced.scope, {
      ...{ entry, inputJson, deadlineMs },
      ...watchedFor(operation as CompiledOperation, call.left),
    }),
  )
  try {
    const outcome = await traced.run(ports.runGuest, watched.guest)
    use.cpuMs = outcome.cpuMs
    const judged = unheard(
      judgedOutcome(version, operation as CompiledOperation, { arm, use }, outcome),
      call.left,
    )
    const tookMs = took()
    const invocation = ports.invocations.ended({
      guest: watched.guest,
      call,
      version,
      snapshot,
      operation: operation as CompiledOperation,
      startedAt: started,
      tookMs,
      outcome,
      verdict: verdictOf(judged),
      ...watched.take(outcome),
    })
    if ('error' in judged.result) {
      noteUse(judged.result.error, use)
      if (invocation !== undefined) nameInvocation(judged.result.error, invocation)
    }
    return { ...judged, tookMs, ownMs: outcome.cpuMs + hostCalls.busyMs }
  } finally {
    end()
  }
}

export type Judged<Answer = ServiceAnswer> = Omit<
  Attempt<Answer>,
  'tookMs' | 'ownMs' | 'result'
> & {
  readonly result: { readonly answer: Answer } | { readonly error: CodedError }
}

export function verdictOf({ outcome, result }: Judged<unknown>): EndedCall['verdict'] {
  if ('answer' in result) return answered
  const { code, message, faults } = result.error
  return { kind: outcome === 'refused' ? 'refused' : 'failed', code, message, faults }
}

const answered = { kind: 'answered', code: null, message: null, faults: [] } as const

/** A version that lacks the operation, or refuses by its schema what was accepted for the other. */
export function unfitness(
  version: InstalledVersion,
  operation: CompiledOperation | undefined,
  accepted: CompiledOperation,
  call: ServiceCall,
): (Judged<never> & { readonly result: { readonly error: CodedError } }) | undefined {
  const { service, major, operation: name } = call
  const isMissing = operation === undefined
  // What was promised as bytes is no JSON, and the other way round.
  if (isMissing || operation.definition.delivery !== accepted.definition.delivery) {
    const error = coreErrors.create('OPERATION_MISSING', { service, major, operation: name })
    return { outcome: 'failed', result: { error }, trip: 'contract' }
  }
  if (operation === accepted || operation.validateInput(call.input)) return undefined
  const faults = faultsOf(operation.validateInput)
  const error = coreErrors.create('INPUT_INVALID', { version: version.version }, { faults })
  return { outcome: 'refused', result: { error }, trip: undefined }
}

export function scopeOf(
  { version, arm, chain }: Trial,
  call: ServiceCall,
  deadline: number,
  spent: CallUse,
): CallScope {
  const { tenant, principal, traceId, requestId, origin, shadow, span } = call
  // What a plugin asks of another is the plugin's use of it.
  const use = chain.length === 1 && principal.kind === 'app' ? spent : undefined
  const scope = { version, tenant, principal, arm, traceId, requestId, deadline, chain, span, use }
  const marked = shadow === undefined ? scope : { ...scope, shadow }
  return origin === undefined ? marked : { ...marked, origin }
}

function judgedOutcome(
  { plugin, version }: InstalledVersion,
  operation: CompiledOperation,
  { arm, use }: { readonly arm: Arm; readonly use: CallUse },
  outcome: GuestOutcome,
): Judged {
  if (outcome.kind !== 'ok') return judgedNo(outcome)
  const { outputJson } = outcome
  const faults = answerFaults(operation, outputJson)
  if (faults.length === 0) {
    return {
      outcome: 'answered',
      result: { answer: { outputJson, plugin, version, arm, use } },
      trip: undefined,
    }
  }
  const parameters = { plugin, version, operation: operation.name }
  const error = coreErrors.create('ANSWER_BREAKS_CONTRACT', parameters, { faults })
  return { outcome: 'failed', result: { error }, trip: tripOfFailure(error.code, 'plugin') }
}

/** Of a call that was not answered. */
export function judgedNo(outcome: Exclude<GuestOutcome, { readonly kind: 'ok' }>): Judged<never> {
  if (outcome.kind === 'refused') {
    const error = pluginRefusal(outcome.code, outcome.message)
    return { outcome: 'refused', result: { error }, trip: undefined }
  }
  const { error } = outcome
  const blame = blameOf(outcome)
  return {
    outcome: outcomeOfFailure(error.code, blame),
    result: { error },
    trip: tripOfFailure(error.code, blame),
  }
}

function answerFaults(operation: CompiledOperation, outputJson: string): readonly InputFault[] {
  try {
    const output: unknown = parse(outputJson, { protoAction: 'error', constructorAction: 'ignore' })
    return operation.validateOutput(output) ? [] : faultsOf(operation.validateOutput)
  } catch {
    // An own key `__proto__` would become somebody's prototype further on.
    return [{ pointer: '', detail: 'is no JSON that may be passed on' }]
  }
}
