import type { ErrorDefinition } from '@signalbox/sdk/errors'

/** Refusals of the trusted tier; what becomes of a call in a process of its own has the sandbox's codes. */
export const trustedErrors = {
  TRUSTED_RESTARTING: {
    status: 503,
    message: {
      en: 'The process of {plugin} {version} ended and is started again.',
      'zh-CN': '{plugin} {version} 的进程已结束，正在重新启动。',
    },
    cure: {
      en: 'Try again after the seconds in Retry-After; if it stays so, the log of the host says why it ends.',
      'zh-CN': '请在 Retry-After 指定的秒数后重试；若仍如此，主机日志会说明原因。',
    },
  },
} as const satisfies Record<string, ErrorDefinition>
