import type { ErrorDefinition } from '@signalbox/sdk/errors'

/** Refusals of the broker itself, whatever the capability. */
export const brokerErrors = {
  CALLER_LEFT: {
    status: 499,
    message: {
      en: 'Whoever asked left before there was all of the answer.',
      'zh-CN': '请求方在得到完整应答之前已离开。',
    },
    cure: {
      en: 'Nothing is to be done: the plugin was told, and nobody is answered with this.',
      'zh-CN': '无需处理：插件已收到通知，此错误不会返回给任何人。',
    },
  },
} as const satisfies Record<string, ErrorDefinition>
