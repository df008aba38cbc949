import type { ErrorDefinition } from '@signalbox/sdk/errors'

/** Refusals of the audit. */
export const auditErrors = {
  AUDIT_LINK_MISSING: {
    status: 404,
    message: {
      en: 'The audit of {chain} has no entry {number}.',
      'zh-CN': '{chain} 的审计没有第 {number} 条记录。',
    },
    cure: {
      en: 'Begin at a number that is there. If this one was shown to you before, the audit was cut off: verify it from its beginning.',
      'zh-CN': '请从存在的编号开始。如果此编号曾经显示过，说明审计被截断：请从头开始校验。',
    },
  },
  AUDIT_KEPT_TOO_SHORT: {
    status: 422,
    message: {
      en: 'The audit is kept for at least {least} days.',
      'zh-CN': '审计至少保留 {least} 天。',
    },
    cure: {
      en: 'Name more days, or null to keep all of it.',
      'zh-CN': '请填写更多天数，或填 null 以全部保留。',
    },
  },
} as const satisfies Record<string, ErrorDefinition>
