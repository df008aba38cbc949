import type { GuestCall, GuestOutcome } from '@signalbox/sandbox'
import { CodedError, type InputFault } from '@signalbox/sdk/errors'
import { faultsOf } from '@signalbox/sdk/schema'
import { parse } from 'secure-json-parse'
import type { CompiledOperation } from '../catalog/compile-contract.ts'
import { coreErrors } from '../errors.ts'
import { pickVersion } from '../rollout/pick-version.ts'
import { configOf, type InstalledVersion, type Snapshot, serviceKey } from '../rollout/snapshot.ts'
import { extendChain } from './call-guards.ts'
import type { CallScope, ServiceAnswer, ServiceCall } from './call-scope.ts'

/** A service that the host itself provides: same contract, same pipeline, no lane. */
export interface InternalService {
  readonly operations: ReadonlyMap<string, CompiledOperation>
  readonly handle: (operation: string, call: ServiceCall) => Promise<string> | string
}

interface Logger {
  child(
    fields: object,
  ): Record<'debug' | 'info' | 'warn' | 'error', (fields: object, message: string) => void>
}

interface Ports {
  readonly snapshot: () => Snapshot
  readonly runGuest: (call: GuestCall) => Promise<GuestOutcome>
  readonly loadBundle: (sha256: string) => Promise<string>
  readonly hostCall: (
    scope: CallScope,
    name: string,
    payloadJson: string,
    signal: AbortSignal,
  ) => Promise<string>
  readonly internal: ReadonlyMap<string, InternalService>
  readonly log: Logger
  readonly now: () => number
}

interface Target {
  readonly operation: CompiledOperation
  readonly version: InstalledVersion | null
  readonly arm: 'stable' | 'canary'
}

/** Calls a data service: finds the version, holds both sides to the contract, runs it in its lane. */
export class ServiceCaller {
  readonly #ports: Ports

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /**
   * Which version would serve, before anything is spent on the call.
   * @throws CORE_SERVICE_MISSING, CORE_OPERATION_MISSING, CORE_PLUGIN_NOT_ENABLED, CORE_VERSION_NOT_READY
   */
  target(tenant: string, service: string, major: number, operation: string): Target {
    const key = serviceKey(service, major)
    const internal = this.#ports.internal.get(key)
    if (internal !== undefined) {
      const found = internal.operations.get(`${service}/${operation}`)
      if (found !== undefined) return { operation: found, version: null, arm: 'stable' }
      throw coreErrors.create('OPERATION_MISSING', { service, major, operation })
    }
    const snapshot = this.#ports.snapshot()
    const plugin = snapshot.providers.get(key)
    if (plugin === undefined) throw coreErrors.create('SERVICE_MISSING', { service, major })
    const pick = pickVersion(snapshot, plugin, tenant)
    if (pick.kind === 'not-enabled')
      throw coreErrors.create('PLUGIN_NOT_ENABLED', { plugin, tenant })
    if (pick.kind === 'not-ready') {
      const { version } = pick
      throw coreErrors.create('VERSION_NOT_READY', { plugin, version, state: 'not installed' })
    }
    const found = pick.version.operations.get(`${service}/${operation}`)
    if (found !== undefined && found.major === major) {
      return { operation: found, version: pick.version, arm: pick.arm }
    }
    throw coreErrors.create('OPERATION_MISSING', { service, major, operation })
  }

  async call(call: ServiceCall): Promise<ServiceAnswer> {
    return this.callTarget(this.target(call.tenant, call.service, call.major, call.operation), call)
  }

  async callTarget(target: Target, call: ServiceCall): Promise<ServiceAnswer> {
    const { operation, version } = target
    if (!operation.validateInput(call.input)) {
      throw coreErrors.create('INPUT_INVALID', {}, { faults: faultsOf(operation.validateInput) })
    }
    if (version === null) return this.#callInternal(call)
    const outcome = await this.#runGuest(target, version, call)
    const outputJson = outputOf(outcome)
    requireContract(version, operation, outputJson)
    return { outputJson, plugin: version.plugin, version: version.version, arm: target.arm }
  }

  async #callInternal(call: ServiceCall): Promise<ServiceAnswer> {
    const internal = this.#ports.internal.get(serviceKey(call.service, call.major))
    if (internal === undefined) {
      const { service, major } = call
      throw coreErrors.create('SERVICE_MISSING', { service, major })
    }
    const outputJson = await internal.handle(call.operation, call)
    return { outputJson, plugin: 'host', version: '1.0.0', arm: 'stable' }
  }

  #runGuest(target: Target, version: InstalledVersion, call: ServiceCall): Promise<GuestOutcome> {
    const { snapshot, runGuest, loadBundle, hostCall, log, now } = this.#ports
    const { service, operation, major, tenant, principal, traceId } = call
    const remaining = call.deadline - now()
    const deadlineMs = Math.min(target.operation.deadlineMs, remaining)
    if (deadlineMs <= 0) {
      throw coreErrors.create('CALL_DEADLINE', { service, major, operation, deadlineMs: 0 })
    }
    const scope: CallScope = {
      version,
      tenant,
      principal,
      arm: target.arm,
      traceId,
      deadline: now() + deadlineMs,
      chain: extendChain(call.chain, `${serviceKey(service, major)}/${operation}`),
    }
    const { plugin } = version
    return runGuest({
      isolate: {
        plugin,
        version: version.version,
        tenant,
        bundleSha256: version.bundleSha256,
        configJson: configOf(snapshot(), tenant, plugin),
        limits: version.limits,
      },
      loadBundle: () => loadBundle(version.bundleSha256),
      entry: { kind: 'service', service, operation },
      inputJson: call.inputJson,
      context: { principal, arm: target.arm, traceId },
      deadlineMs,
      hostCall: (name, payload, signal) => hostCall(scope, name, payload, signal),
      onLog: (level, message, fields) =>
        log
          .child({ plugin, version: version.version, tenant, traceId })
          [level]({ fields }, message),
    })
  }
}

function outputOf(outcome: GuestOutcome): string {
  switch (outcome.kind) {
    case 'ok':
      return outcome.outputJson
    case 'refused':
      throw refusalOf(outcome.code, outcome.message)
    case 'failed':
      throw outcome.error
  }
}

/** A plugin's own refusal goes to the caller as it is: 422, its code, its sentence. */
function refusalOf(code: string, message: string): CodedError {
  const definition = {
    status: 422,
    message: { en: '{message}', 'zh-CN': '{message}' },
    cure: { en: 'Correct the input as the title says.', 'zh-CN': '请按标题所述更正输入。' },
  }
  return new CodedError(code, definition, { message }, {})
}

function requireContract(
  { plugin, version }: InstalledVersion,
  operation: CompiledOperation,
  outputJson: string,
): void {
  const faults = answerFaults(operation, outputJson)
  if (faults.length === 0) return
  const parameters = { plugin, version, operation: operation.name }
  throw coreErrors.create('ANSWER_BREAKS_CONTRACT', parameters, { faults })
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
