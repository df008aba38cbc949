import type { ErrorDefinition } from '@signalbox/sdk/errors'

/** Refusals of counting. */
export const usageErrors = {
  USAGE_NOT_COUNTED: {
    status: 503,
    message: {
      en: 'Calls under subscription {subscription} have a price and cannot be counted right now.',
      'zh-CN': '订阅 {subscription} 的调用是计价的，目前无法计数。',
    },
    cure: {
      en: 'Try again in some seconds: PostgreSQL does not answer, and a call that has a price is counted before it is answered.',
      'zh-CN': '请几秒后重试：PostgreSQL 无响应，计价的调用须先计数再应答。',
    },
  },
  STATEMENT_TOO_EARLY: {
    status: 409,
    message: {
      en: 'The month {month} is not over.',
      'zh-CN': '{month} 月尚未结束。',
    },
    cure: {
      en: 'Ask six hours after its end in UTC, or read the usage so far.',
      'zh-CN': '请在该月（UTC）结束六小时后再请求，或查看目前的用量。',
    },
  },
} as const satisfies Record<string, ErrorDefinition>
