import { CodedError } from '@signalbox/sdk/errors'
import type { Asker } from '@signalbox/sdk/host-calls/call-rule'
import {
  type CompiledRule,
  compiledRules,
  grantFor,
  readRequest,
  spendBudget,
} from '@signalbox/sdk/host-calls/judge-call'
import type { RateLimiter } from '@signalbox/sdk/host-calls/rate-limiter'
import { safeParse } from 'secure-json-parse'
import { coreErrors } from '../errors.ts'
import { configOf, type Grant, grantsOf, type Snapshot } from '../rollout/routing/snapshot.ts'
import { isDatabaseUnavailable } from '../storage/database-unavailable.ts'
import type { CallScope } from './call-scope.ts'
import type { EffectAudit } from './effect-audit.ts'
import type { GrantedCall, HostCall } from './host-call.ts'
import { type GrantUse, type Moved, NONE_COVERS } from './uses/grant-uses.ts'

type CompiledHostCall = CompiledRule<HostCall>

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

/**
 * The one door between a guest and the host. A guest reaches only what was granted: the grant is a row the
 * admin made, looked up here by the version that really runs, never by what the guest says of itself.
 */
export class Broker {
  readonly #ports: Ports
  readonly #calls: ReadonlyMap<string, CompiledHostCall>

  constructor(ports: Ports) {
    this.#ports = ports
    this.#calls = compiledRules(ports.calls)
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
    const { rule: call, request } = readRequest(this.#calls, name, payloadJson)
    const began = performance.now()
    const grants = this.#grants(call, scope)
    const grant = this.#covering(name, call, { scope, request, grants, began })
    const granted = { scope, request: request as never, grant, grants, signal }
    try {
      this.#spend(name, call, scope)
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
      return grantFor(call, grants, request, askerOf(scope))
    } catch (error) {
      const use = useIn(scope, { began, outcome: outcomeOf(error) })
      const capability = call.capability ?? name
      this.#tell(scope, { ...use, capability, grant: NONE_COVERS, facet: name })
      throw error
    }
  }

  /** What nobody waits for has a budget of its own: it must not use up that of calls that are answered. */
  #spend(name: string, call: HostCall, scope: CallScope): void {
    const asker = askerOf(scope)
    const whose = scope.shadow === undefined ? asker.plugin : `${asker.plugin} shadow`
    spendBudget(this.#ports.limiter, call, name, asker, whose)
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

/** A guest is told that PostgreSQL is away, in no words of PostgreSQL. */
function asCoded(error: unknown): unknown {
  if (error instanceof CodedError || !isDatabaseUnavailable(error)) return error
  return coreErrors.create('DATABASE_UNAVAILABLE', {}, { cause: error, retryAfterS: 1 })
}

function askerOf({ tenant, version: { plugin } }: CallScope): Asker {
  return { plugin, tenant }
}
