import type { ErrorDefinition } from '@signalbox/sdk/errors'

/** Refusals of the broker itself, whatever the capability. */
export const brokerErrors = {
  BUDGET_SPENT: {
    status: 429,
    message: {
      en: '{plugin} has used up what it may ask of {capability} for now: {limit}.',
      'zh-CN': '{plugin} 暂时用完了 {capability} 的配额：{limit}。',
    },
    cure: {
      en: 'Wait as long as Retry-After says; ask for more at once, or less often.',
      'zh-CN': '请按 Retry-After 等待；一次多取一些，或降低频率。',
    },
  },
} as const satisfies Record<string, ErrorDefinition>
