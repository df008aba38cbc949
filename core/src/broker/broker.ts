import { faultsOf, lateValidator } from '@signalbox/sdk/schema'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { parse, safeParse } from 'secure-json-parse'
import { coreErrors } from '../errors.ts'
import { type Grant, grantsOf, type Snapshot } from '../rollout/snapshot.ts'
import type { CallScope } from './call-scope.ts'

/** What a plugin may ask of the host, once per host call name. */
export interface HostCall {
  readonly capability: string
  /** Whether this grant covers this request; a plugin may hold several grants of one capability. */
  readonly covers: (grant: Grant, request: never) => boolean
  readonly schema: Readonly<Record<string, unknown>>
  /** Whether this request may change anything: then the guest's call is not run twice. */
  readonly hasEffect: (request: never) => boolean
  /** @param grant the one that covers the request: what it allows is read from it, not from the manifest */
  readonly run: (call: GrantedCall<never>) => Promise<unknown>
}

export interface GrantedCall<Request> {
  readonly scope: CallScope
  readonly request: Request
  readonly grant: Grant
  readonly signal: AbortSignal
}

interface CompiledHostCall extends HostCall {
  readonly validator: () => ValidateFunction
}

interface Ports {
  readonly snapshot: () => Snapshot
  readonly calls: Readonly<Record<string, HostCall>>
}

/**
 * The one door between a guest and the host. A guest reaches only what was granted: the grant is a row the
 * admin made, looked up here by the version that really runs, never by what the guest says of itself.
 */
export class Broker {
  readonly #snapshot: () => Snapshot
  readonly #calls: ReadonlyMap<string, CompiledHostCall>

  constructor(ports: Ports) {
    const ajv = new Ajv2020({ strict: true, allowUnionTypes: true })
    this.#snapshot = ports.snapshot
    this.#calls = new Map(
      Object.entries(ports.calls).map(([name, call]) => [
        name,
        { ...call, validator: lateValidator(() => ajv.compile(call.schema)) },
      ]),
    )
  }

  /** Asked before the host call is checked: what cannot be told has an effect. */
  hasEffect(name: string, payloadJson: string): boolean {
    const call = this.#calls.get(name)
    if (call === undefined) return true
    const request: unknown = safeParse(payloadJson)
    return !call.validator()(request) || call.hasEffect(request as never)
  }

  /**
   * @param payloadJson what the guest sent, not trusted
   * @returns the answer as JSON text
   * @throws CORE_HOST_CALL_UNKNOWN, CORE_INPUT_INVALID, CORE_GRANT_MISSING, and what the call itself throws
   */
  async hostCall(
    scope: CallScope,
    name: string,
    payloadJson: string,
    signal: AbortSignal,
  ): Promise<string> {
    const call = this.#calls.get(name)
    if (call === undefined) throw coreErrors.create('HOST_CALL_UNKNOWN', { call: name })
    const request: unknown = parse(payloadJson, { protoAction: 'error' })
    const validate = call.validator()
    if (!validate(request)) {
      throw coreErrors.create('INPUT_INVALID', {}, { faults: faultsOf(validate) })
    }
    const { plugin } = scope.version
    const grants = grantsOf(this.#snapshot(), scope.tenant, plugin)
    const grant = grants.find(
      (held) => held.capability === call.capability && call.covers(held, request as never),
    )
    if (grant === undefined) {
      const { capability } = call
      throw coreErrors.create('GRANT_MISSING', { plugin, capability, tenant: scope.tenant })
    }
    return JSON.stringify(
      (await call.run({ scope, request: request as never, grant, signal })) ?? null,
    )
  }
}
