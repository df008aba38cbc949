import type { ErrorDefinition } from '@signalbox/sdk/errors'

/** Refusals of messages to people. */
export const notifyErrors = {
  CHANNEL_AMBIGUOUS: {
    status: 409,
    message: {
      en: 'The channel {channel} is offered by several plugins of this tenant: {plugins}.',
      'zh-CN': '该租户中有多个插件提供渠道 {channel}：{plugins}。',
    },
    cure: {
      en: 'Disable all but one of them for the tenant.',
      'zh-CN': '请为该租户停用其余插件，只保留一个。',
    },
  },
} as const satisfies Record<string, ErrorDefinition>
