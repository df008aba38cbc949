import type { ErrorDefinition } from '@signalbox/sdk/errors'

/** Refusals of calls that are run only to compare their answers. */
export const shadowErrors = {
  SHADOW_WRITE_REFUSED: {
    status: 403,
    message: {
      en: '{plugin}@{version} asked for {call}, which changes something, in a shadow call: that one may only read.',
      'zh-CN': '{plugin}@{version} 在影子调用中请求了会产生更改的 {call}：影子调用只能读取。',
    },
    cure: {
      en: 'Take the effect out of the operation, or take "safe": true out of its contract.',
      'zh-CN': '请从该操作中移除写入行为，或从其契约中移除 "safe": true。',
    },
  },
} as const satisfies Record<string, ErrorDefinition>
