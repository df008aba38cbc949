import { CodedError } from '@signalbox/sdk/errors'
import { faultsOf, lateValidator } from '@signalbox/sdk/schema'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { parse, safeParse } from 'secure-json-parse'
import { coreErrors } from '../errors.ts'
import type { RateLimiter } from '../gateway/rate-limiter.ts'
import { configOf, type Grant, grantsOf, type Snapshot } from '../rollout/routing/snapshot.ts'
import { isDatabaseUnavailable } from '../storage/database-unavailable.ts'
import type { CallScope } from './call-scope.ts'
import type { EffectAudit } from './effect-audit.ts'
import type { GrantedCall, HostCall } from './host-call.ts'
import { type GrantUse, type Moved, NONE_COVERS } from './uses/grant-uses.ts'

interface CompiledHostCall extends HostCall {
  readonly validator: () => ValidateFunction
}

interface Ports {
  readonly snapshot: () => Snapshot
  readonly calls: Readonly<Record<string, HostCall>>
  readonly limiter: RateLimiter
  readonly effects: Pick<EffectAudit, 'record'>
  readonly onUse: (use: GrantUse) => void
}

interface Asked {
  readonly scope: CallScope
  readonly request: unknown
  readonly grants: readonly Grant[]
  readonly began: number
}

interface Ended {
  readonly began: number
  readonly outcome: string
  readonly moved?: Moved | undefined
}

/** Of what is always there. */
const NO_GRANT: Grant = Object.freeze({ id: '-', capability: '-', parameters: {} })

/**
 * The one door between a guest and the host. A guest reaches only what was granted: the grant is a row the
 * admin made, looked up here by the version that really runs, never by what the guest says of itself.
 */
export class Broker {
  readonly #ports: Ports
  readonly #calls: ReadonlyMap<string, CompiledHostCall>

  constructor(ports: Ports) {
    const ajv = new Ajv2020({ strict: true, allowUnionTypes: true })
    this.#ports = ports
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
   * @throws CORE_HOST_CALL_UNKNOWN, CORE_INPUT_INVALID, CORE_GRANT_MISSING, CORE_BUDGET_SPENT, and what the
   * call itself throws
   */
  async hostCall(
    scope: CallScope,
    name: string,
    payloadJson: string,
    signal: AbortSignal,
  ): Promise<string> {
    const call = this.#calls.get(name)
    if (call === undefined) throw coreErrors.create('HOST_CALL_UNKNOWN', { call: name })
    const request = requestOf(payloadJson)
    const validate = call.validator()
    if (!validate(request)) {
      throw coreErrors.create('INPUT_INVALID', {}, { faults: faultsOf(validate) })
    }
    const began = performance.now()
    const grants = this.#grants(call, scope)
    const grant = this.#covering(name, call, { scope, request, grants, began })
    const granted = { scope, request: request as never, grant, grants, signal }
    try {
      this.#spend(call.capability ?? name, call, scope)
      await this.#audit(name, call, granted)
      const answer = (await call.run(granted)) ?? null
      const text = JSON.stringify(answer)
      const moved = call.moved?.(request as never, answer as never)
      this.#used(name, call, granted, { began, outcome: 'done', moved })
      return text
    } catch (thrown) {
      const error = asCoded(thrown)
      this.#used(name, call, granted, { began, outcome: outcomeOf(error) })
      throw error
    }
  }

  #grants({ settle }: HostCall, { tenant, version: { plugin } }: CallScope): readonly Grant[] {
    const snapshot = this.#ports.snapshot()
    const given = grantsOf(snapshot, tenant, plugin)
    return settle?.(given, () => configOf(snapshot, tenant, plugin)) ?? given
  }

  /** A refusal is counted too: it tells of a plugin that asks for more than it was given. */
  #covering(name: string, call: CompiledHostCall, { scope, request, grants, began }: Asked): Grant {
    try {
      return grantFor(call, grants, request, scope)
    } catch (error) {
      const use = useIn(scope, { began, outcome: outcomeOf(error) })
      const capability = call.capability ?? name
      this.#tell(scope, { ...use, capability, grant: NONE_COVERS, facet: name })
      throw error
    }
  }

  #spend(
    capability: string,
    { budget }: HostCall,
    { tenant, version: { plugin }, shadow }: CallScope,
  ): void {
    if (budget === undefined) return
    // What nobody waits for has a budget of its own: it must not use up that of calls that are answered.
    const whose = shadow === undefined ? plugin : `${plugin} shadow`
    const verdict = this.#ports.limiter.take(`${tenant}\n${whose}\n${capability}`, budget)
    if (verdict.allowed) return
    const retryAfterS = Math.max(1, Math.ceil(verdict.retryAfterMs / 1000))
    const limit = `${Math.round(budget.ratePerS * 60)} a minute, ${budget.burst} at once`
    throw coreErrors.create('BUDGET_SPENT', { plugin, capability, limit }, { retryAfterS })
  }

  async #audit(name: string, call: HostCall, granted: GrantedCall<never>): Promise<void> {
    const note = await call.audit?.(granted)
    if (note === undefined) return
    const { tenant, version, traceId, shadow } = granted.scope
    const marked = shadow === undefined ? note.detail : { ...note.detail, shadow: true }
    await this.#ports.effects.record({
      tenant,
      actor: `plugin:${version.plugin}`,
      action: `capability.${name}`,
      subject: note.subject,
      outcome: 'begun',
      traceId,
      detail: { ...marked, version: version.version, grant: granted.grant.id },
    })
  }

  #used(name: string, call: HostCall, granted: GrantedCall<never>, ended: Ended): void {
    const { scope, request, grant } = granted
    const { moved } = ended
    const use = { ...useIn(scope, ended), facet: call.facet?.(request) ?? name }
    this.#tell(scope, { ...use, capability: call.capability ?? name, grant: grant.id, moved })
    for (const { id, capability } of call.leansOn?.(granted) ?? []) {
      this.#tell(scope, { ...use, capability, grant: id })
    }
  }

  /** What a shadow does nobody asked for: it is not what the plugin makes of its grants. */
  #tell({ shadow }: CallScope, use: GrantUse): void {
    if (shadow === undefined) this.#ports.onUse(use)
  }
}

function useIn({ tenant, version: { plugin, version } }: CallScope, { began, outcome }: Ended) {
  return { tenant, plugin, version, outcome, ms: performance.now() - began }
}

function outcomeOf(error: unknown): string {
  return error instanceof CodedError ? error.code : 'failed'
}

/** @throws CORE_INPUT_INVALID for a key that would become somebody's prototype further on */
function requestOf(payloadJson: string): unknown {
  try {
    return parse(payloadJson, { protoAction: 'error' })
  } catch (cause) {
    const faults = [{ pointer: '', detail: 'is no JSON that may be passed on' }]
    throw coreErrors.create('INPUT_INVALID', {}, { faults, cause })
  }
}

/** A guest is told that PostgreSQL is away, in no words of PostgreSQL. */
function asCoded(error: unknown): unknown {
  if (error instanceof CodedError || !isDatabaseUnavailable(error)) return error
  return coreErrors.create('DATABASE_UNAVAILABLE', {}, { cause: error, retryAfterS: 1 })
}

function grantFor(
  call: HostCall,
  grants: readonly Grant[],
  request: unknown,
  { tenant, version: { plugin } }: CallScope,
): Grant {
  const { capability } = call
  if (capability === null) return NO_GRANT
  const grant = grants.find(
    (held) => held.capability === capability && call.covers(held, request as never),
  )
  if (grant !== undefined) return grant
  const held = grants.filter((one) => one.capability === capability)
  const refusal =
    held.length === 0 ? undefined : call.refusal?.(held, request as never, { plugin, tenant })
  throw refusal ?? coreErrors.create('GRANT_MISSING', { plugin, capability, tenant })
}
