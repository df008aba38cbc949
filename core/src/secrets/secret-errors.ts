import type { ErrorDefinition } from '@signalbox/sdk/errors'

/** Refusals of the routes that set secrets; those of requests are in the SDK. None holds a value. */
export const secretErrors = {
  SECRET_UNKNOWN: {
    status: 404,
    message: {
      en: '{plugin} has no secret {secret}.',
      'zh-CN': '{plugin} 没有名为 {secret} 的密钥。',
    },
    cure: {
      en: 'GET /v1/tenants/{tenant}/plugins/{plugin}/secrets lists those that its manifest names.',
      'zh-CN': 'GET /v1/tenants/{tenant}/plugins/{plugin}/secrets 列出其清单声明的密钥。',
    },
  },
} as const satisfies Record<string, ErrorDefinition>
