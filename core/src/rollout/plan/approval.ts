import type { InputFault, Localized } from '@signalbox/sdk/errors'
import { isName, isObject, unknownKeys } from './plan-faults.ts'

/**
 * A step that a person ends: an admin of the tenant that is named, and never who started the rollout. It is
 * asked for only once everything else is clear, so that nobody is asked about what is going wrong.
 */
export interface ApprovalStep {
  readonly approve: { readonly tenant: string }
}

export function approvalFaults(value: unknown, pointer: string): InputFault[] {
  if (!isObject(value)) return [{ pointer, detail: 'must be { tenant }' }]
  const faults = unknownKeys(value, pointer, ['tenant'])
  if (isName(value['tenant'])) return faults
  return [...faults, { pointer: `${pointer}/tenant`, detail: 'must be the id of a tenant' }]
}

/** Whether `actor`, as the audit names it, is asked for this approval. */
export function isAsked({ approve }: ApprovalStep, actor: string): boolean {
  return ['admin', 'user', 'service'].some((kind) => actor.startsWith(`${kind}:${approve.tenant}/`))
}

export function approvalSentence({ approve }: ApprovalStep): Localized {
  const { tenant } = approve
  return {
    en: `everything else is clear: an admin of ${tenant} who did not start it has to approve`,
    'zh-CN': `其余条件均已满足：等待租户 ${tenant} 的管理员（非发起人）审批`,
  }
}
