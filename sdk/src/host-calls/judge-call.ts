import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { parse } from 'secure-json-parse'
import { faultsOf, lateValidator } from '../schema/validate.ts'
import type { Asker, CallRule, Grant } from './call-rule.ts'
import { hostRefusals } from './host-refusals.ts'
import type { RateLimiter } from './rate-limiter.ts'

/** Of what is always there. */
const NO_GRANT: Grant = Object.freeze({ id: '-', capability: '-', parameters: {} })

export type CompiledRule<Rule extends CallRule> = Rule & {
  readonly validator: () => ValidateFunction
}

/** Rules by the names of their calls, each schema compiled when the first request for it comes. */
export function compiledRules<Rule extends CallRule>(
  rules: Readonly<Record<string, Rule>>,
): ReadonlyMap<string, CompiledRule<Rule>> {
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, code: { optimize: false } })
  return new Map(
    Object.entries(rules).map(([name, rule]) => [
      name,
      { ...rule, validator: lateValidator(() => ajv.compile(rule.schema)) },
    ]),
  )
}

/**
 * @param payloadJson what the guest sent, not trusted
 * @throws CORE_HOST_CALL_UNKNOWN, CORE_INPUT_INVALID
 */
export function readRequest<Rule extends CallRule>(
  rules: ReadonlyMap<string, CompiledRule<Rule>>,
  name: string,
  payloadJson: string,
): { readonly rule: CompiledRule<Rule>; readonly request: unknown } {
  const rule = rules.get(name)
  if (rule === undefined) throw hostRefusals.create('HOST_CALL_UNKNOWN', { call: name })
  const request = requestOf(payloadJson)
  const validate = rule.validator()
  if (validate(request)) return { rule, request }
  throw hostRefusals.create('INPUT_INVALID', {}, { faults: faultsOf(validate) })
}

/** @throws CORE_INPUT_INVALID for a key that would become somebody's prototype further on */
function requestOf(payloadJson: string): unknown {
  try {
    return parse(payloadJson, { protoAction: 'error' })
  } catch (cause) {
    const faults = [{ pointer: '', detail: 'is no JSON that may be passed on' }]
    throw hostRefusals.create('INPUT_INVALID', {}, { faults, cause })
  }
}

/** @throws CORE_GRANT_MISSING, or what the rule says where grants are held and none covers the request */
export function grantFor(
  rule: CallRule,
  grants: readonly Grant[],
  request: unknown,
  who: Asker,
): Grant {
  const { capability } = rule
  if (capability === null) return NO_GRANT
  const grant = grants.find(
    (held) => held.capability === capability && rule.covers(held, request as never),
  )
  if (grant !== undefined) return grant
  const held = grants.filter((one) => one.capability === capability)
  const refusal = held.length === 0 ? undefined : rule.refusal?.(held, request as never, who)
  throw refusal ?? hostRefusals.create('GRANT_MISSING', { ...who, capability })
}

/**
 * @param whose the budget is; the plugin, unless nobody waits for what it does
 * @throws CORE_BUDGET_SPENT
 */
export function spendBudget(
  limiter: RateLimiter,
  { budget, capability }: CallRule,
  name: string,
  { plugin, tenant }: Asker,
  whose = plugin,
): void {
  if (budget === undefined) return
  const spent = capability ?? name
  const verdict = limiter.take(`${tenant}\n${whose}\n${spent}`, budget)
  if (verdict.allowed) return
  const retryAfterS = Math.max(1, Math.ceil(verdict.retryAfterMs / 1000))
  const limit = `${Math.round(budget.ratePerS * 60)} a minute, ${budget.burst} at once`
  throw hostRefusals.create('BUDGET_SPENT', { plugin, capability: spent, limit }, { retryAfterS })
}
