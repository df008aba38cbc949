import type { CompiledOperation } from '@signalbox/sdk/compile-contract'
import { extendChain } from '@signalbox/sdk/host-calls/call-chain'
import { faultsOf } from '@signalbox/sdk/schema'
import { operationOf, operationsNamed } from '../catalog/operation-of.ts'
import { coreErrors } from '../errors.ts'
import { narrower, operationReach, type Reach } from '../identity/authorise.ts'
import { notReadyRefusal } from '../registry/withdrawn/withdrawal-refusal.ts'
import type { Arm, Assignment } from '../rollout/cohorts/cohort.ts'
import { cohortCallOf } from '../rollout/cohorts/cohort-call.ts'
import type { NodeCounters } from '../rollout/judge/node-counters.ts'
import { type Attempt, callDuringRollout } from '../rollout/routing/canary-call.ts'
import { pickVersion, type Sharing } from '../rollout/routing/pick-version.ts'
import { type InstalledVersion, serviceKey } from '../rollout/routing/snapshot.ts'
import { mayBeCompared } from '../rollout/shadow/compared-versions.ts'
import type { ShadowMark } from '../rollout/shadow/shadow-mark.ts'
import type { ShadowSide } from '../rollout/shadow/shadow-side.ts'
import type { ServiceAnswer, ServiceCall } from './call-scope.ts'
import { attemptCall, type Trial } from './guest-attempt.ts'
import type { GuestPorts } from './guest-ports.ts'
import { andThen, type Soon } from './soon.ts'
import { attemptStream, type ByteAnswer } from './stream-attempt.ts'

/** A service that the host itself provides: same contract, same pipeline, no lane. */
export interface InternalService {
  readonly operations: ReadonlyMap<string, CompiledOperation>
  readonly handle: (operation: string, call: ServiceCall) => Promise<string> | string
}

export interface CallerPorts extends GuestPorts {
  readonly internal: ReadonlyMap<string, InternalService>
  /** What this node has seen of a rollout, and who is told when something speaks against a version. */
  readonly rollouts: {
    countersOf(rollout: string): NodeCounters
    look(): void
    /** Is offered what was answered while a rollout compares answers. */
    readonly shadow?: Pick<ShadowSide, 'offer'> | undefined
    /** By which nodes compare what they have noted; absent: this host's clock. */
    readonly now?: () => number
  }
}

/** What of a call decides which version it is given. */
export type RoutedCall = Pick<
  ServiceCall,
  'tenant' | 'principal' | 'service' | 'major' | 'operation' | 'requestId'
> & {
  /** Undefined before it is read: a plan that takes keys from it then knows none. */
  readonly input?: unknown
}

export interface Target {
  /** While a canary runs: stable's, which is what the app subscribed to. */
  readonly operation: CompiledOperation
  /** Null: the host itself answers. */
  readonly version: InstalledVersion | null
  readonly internal?: InternalService
  readonly arm: Arm
  readonly sharing?: Sharing | undefined
  readonly assigned?: Assignment | undefined
  readonly mirrored?: Sharing | undefined
}

type TryCall<Answer> = (
  ports: GuestPorts,
  trial: Trial,
  call: ServiceCall,
) => Promise<Attempt<Answer>>

interface SharedCall<Answer> {
  readonly deadline: number
  readonly chain: readonly string[]
  readonly attempt: TryCall<Answer>
}

/** Calls a data service: finds the version, holds the input to the contract, runs it, during a rollout on either arm. */
export class ServiceCaller {
  readonly #ports: CallerPorts

  constructor(ports: CallerPorts) {
    this.#ports = ports
  }

  /**
   * Which version would serve, before anything is spent on the call.
   * @throws CORE_SERVICE_MISSING, CORE_OPERATION_MISSING, CORE_PLUGIN_NOT_ENABLED, CORE_VERSION_NOT_READY,
   *   CORE_VERSION_BLOCKED
   */
  target(call: RoutedCall): Target {
    const { tenant, service, major, operation } = call
    const key = serviceKey(service, major)
    const internal = this.#ports.internal.get(key)
    if (internal !== undefined) {
      const found = operationOf(internal.operations, service, major, operation)
      if (found !== undefined) return { operation: found, version: null, internal, arm: 'stable' }
      throw coreErrors.create('OPERATION_MISSING', { service, major, operation })
    }
    const snapshot = this.#ports.snapshot()
    const plugin = snapshot.providers.get(key)
    if (plugin === undefined) throw coreErrors.create('SERVICE_MISSING', { service, major })
    const pick = pickVersion(snapshot, plugin, cohortCallOf(call))
    if (pick.kind === 'not-enabled')
      throw coreErrors.create('PLUGIN_NOT_ENABLED', { plugin, tenant })
    if (pick.kind === 'not-ready') {
      throw notReadyRefusal(snapshot, plugin, pick.version)
    }
    const { version, arm, sharing, assigned, mirrored } = pick
    const promised = sharing?.versions.stable ?? version
    const found = operationOf(promised.operations, service, major, operation)
    if (found !== undefined) {
      return { operation: found, version, arm, sharing, assigned, mirrored }
    }
    throw coreErrors.create('OPERATION_MISSING', { service, major, operation })
  }

  /** The same call once its input is read: only a plan that takes keys from inputs asks again. */
  targetOf(before: Target, call: RoutedCall): Target {
    const { rollout } = before.sharing ?? before.mirrored ?? {}
    return rollout?.cohort.keys === undefined ? before : this.target(call)
  }

  /**
   * Whether an operation only reads, in every version that might serve it.
   * @param major undefined when the caller did not say: then whichever it is granted.
   */
  isSafe(service: string, major: number | undefined, operation: string): boolean {
    const found = [...this.#ports.snapshot().versions.values()]
      .flatMap(({ operations }) => operationsNamed(operations, service, operation))
      .filter((one) => major === undefined || one.major === major)
    return found.length > 0 && found.every(({ definition }) => definition.safe === true)
  }

  async call(call: ServiceCall): Promise<ServiceAnswer> {
    return this.callTarget(this.target(call), call)
  }

  /** At once where the host itself answers at once. @throws CORE_BYTES_NOT_HERE: its answer is no JSON value */
  callTarget(target: Target, asked: ServiceCall): Soon<ServiceAnswer> {
    const call = withReach(target, asked)
    if (target.operation.definition.delivery === 'bytes') {
      const { service, major, operation } = call
      throw coreErrors.create('BYTES_NOT_HERE', { service, major, operation })
    }
    requireInput(target, call)
    if (target.version === null) return callInternal(target, call)
    return this.#answered(target, target.version, call, this.#mirroring(target, call))
  }

  /** Of an operation that delivers bytes. Resolves with the first one. */
  async streamTarget(target: Target, asked: ServiceCall): Promise<ByteAnswer> {
    const call = withReach(target, asked)
    requireInput(target, call)
    const { service, major } = call
    if (target.version === null) throw coreErrors.create('SERVICE_MISSING', { service, major })
    return this.#answered(target, target.version, call, attemptStream)
  }

  async #answered<Answer>(
    target: Target,
    version: InstalledVersion,
    call: ServiceCall,
    attempt: TryCall<Answer>,
  ): Promise<Answer> {
    const { operation, arm, sharing } = target
    // Before a rollout counts the call: one that is refused for its chain was given to no version.
    const name = `${serviceKey(call.service, call.major)}/${call.operation}`
    const chain = extendChain(call.chain, name)
    const deadline = this.#deadlineOf(operation, call)
    if (sharing !== undefined && call.shadow === undefined) {
      return this.#callShared(sharing, target, call, { deadline, chain, attempt })
    }
    const deadlineMs = deadline - this.#ports.now()
    const trial = { version, arm, deadlineMs, accepted: operation, chain }
    const { result } = await attempt(this.#ports, trial, call)
    if ('answer' in result) return result.answer
    throw result.error
  }

  /** An attempt that is offered to be compared, once it has been answered. */
  #mirroring({ operation, mirrored }: Target, call: ServiceCall): TryCall<ServiceAnswer> {
    const { shadow } = this.#ports.rollouts
    const isCompared = operation.definition.safe === true && call.shadow === undefined
    if (mirrored === undefined || shadow === undefined || !isCompared) return attemptCall
    if (!mayBeCompared(mirrored)) return attemptCall
    return async (ports, trial, asked) => {
      const first = await attemptCall(ports, trial, asked)
      const { deadlineMs } = operation
      const again = (arm: Arm, mark: ShadowMark) => {
        const copy = { ...asked, deadline: ports.now() + deadlineMs, left: undefined, shadow: mark }
        const version = mirrored.versions[arm]
        return attemptCall(ports, { ...trial, version, arm, deadlineMs }, copy)
      }
      shadow.offer({ sharing: mirrored, call: asked, first, again })
      return first
    }
  }

  #callShared<Answer>(
    { rollout, versions }: Sharing,
    { operation, arm, assigned }: Target,
    call: ServiceCall,
    { deadline, chain, attempt }: SharedCall<Answer>,
  ): Promise<Answer> {
    const { rollouts, now } = this.#ports
    return callDuringRollout<Answer>(
      {
        rollout,
        counters: rollouts.countersOf(rollout.id),
        assigned,
        operation: `${operation.table}/${call.operation}`,
        requestId: call.requestId,
        isSafe: operation.definition.safe === true,
        deadline,
        attempt: (tried, deadlineMs) =>
          attempt(
            this.#ports,
            { version: versions[tried], arm: tried, deadlineMs, accepted: operation, chain },
            call,
          ),
        now,
        notedAt: rollouts.now ?? now,
        hasLeft: () => call.left?.aborted === true,
        onBadNews: () => rollouts.look(),
      },
      arm,
    )
  }

  /** Milliseconds since the epoch: the caller's, or the operation's own where that is sooner. */
  #deadlineOf(operation: CompiledOperation, call: ServiceCall): number {
    const now = this.#ports.now()
    const deadline = Math.min(call.deadline, now + operation.deadlineMs)
    if (deadline > now) return deadline
    const { service, major } = call
    const parameters = { service, major, operation: call.operation, deadlineMs: 0 }
    throw coreErrors.create('CALL_DEADLINE', parameters)
  }
}

function callInternal({ internal }: Target, call: ServiceCall): Soon<ServiceAnswer> {
  const { service, major } = call
  if (internal === undefined) throw coreErrors.create('SERVICE_MISSING', { service, major })
  return andThen(internal.handle(call.operation, call), (outputJson) => {
    return { outputJson, plugin: 'host', version: '1.0.0', arm: 'stable' }
  })
}

/** Units that are told to a handler: at some 20 bytes each, a list that a statement takes as one parameter. */
const MAX_UNITS = 1000

/**
 * A user's call, with the units that it is held to. Either arm may run it, so what either of them requires is required.
 * @throws CORE_OPERATION_NOT_FOR_USERS, CORE_PERMISSION_MISSING, CORE_UNITS_TOO_MANY
 */
function withReach({ operation, sharing }: Target, call: ServiceCall): ServiceCall {
  const { service, major, operation: name, principal } = call
  const offered = sharing?.versions.canary.operations
  const canary = offered === undefined ? undefined : operationOf(offered, service, major, name)
  let reach = reachIn(operation, call, 'tenant')
  if (canary !== undefined) reach = reachIn(canary, call, reach)
  if (reach === 'tenant') return call
  if (reach.size > MAX_UNITS) {
    throw coreErrors.create('UNITS_TOO_MANY', { count: reach.size, limit: MAX_UNITS })
  }
  return { ...call, principal: { ...principal, units: [...reach].sort() } }
}

function reachIn({ definition }: CompiledOperation, call: ServiceCall, within: Reach): Reach {
  const { permissions, principal } = call
  const found = operationReach({ kind: principal.kind, permissions }, definition)
  const both: Reach = found === undefined ? new Set<string>() : narrower(within, found)
  if (both !== 'tenant' && both.size === 0) throw notPermitted(call, definition.requires)
  return both
}

function notPermitted({ service, operation }: ServiceCall, permission: string | undefined): Error {
  const parameters = { service, operation }
  return permission === undefined
    ? coreErrors.create('OPERATION_NOT_FOR_USERS', parameters)
    : coreErrors.create('PERMISSION_MISSING', { ...parameters, permission })
}

/** @throws CORE_INPUT_INVALID */
export function requireInput({ operation }: Target, { input }: ServiceCall): void {
  if (operation.validateInput(input)) return
  throw coreErrors.create('INPUT_INVALID', {}, { faults: faultsOf(operation.validateInput) })
}
