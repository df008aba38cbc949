import type { ErrorDefinition } from '@signalbox/sdk/errors'

/** Refusals of `secret:use` and of the routes that set secrets. None holds a value. */
export const secretErrors = {
  SECRET_MISPLACED: {
    status: 422,
    message: {
      en: 'The secret {secret} of {plugin} stands in the {place} of a request, where none is put in.',
      'zh-CN': '{plugin} 的密钥 {secret} 出现在请求的 {place} 中，该位置不会注入密钥。',
    },
    cure: {
      en: 'Put ctx.secrets.ref or ctx.secrets.basic into a header, or ref into the query.',
      'zh-CN': '请将 ctx.secrets.ref 或 ctx.secrets.basic 放入请求头，或将 ref 放入查询参数。',
    },
  },
  SECRET_NOT_GRANTED: {
    status: 403,
    message: {
      en: '{plugin} may not send the secret {secret} to {origin}.',
      'zh-CN': '{plugin} 不得将密钥 {secret} 发送到 {origin}。',
    },
    cure: {
      en: 'Ask for it in the manifest under secret:use, with that origin, and have the admin consent.',
      'zh-CN': '请在清单的 secret:use 中申请该密钥及来源，并由管理员同意。',
    },
  },
  SECRET_NOT_SET: {
    status: 409,
    message: {
      en: 'The tenant {tenant} has not set the secret {secret} of {plugin}.',
      'zh-CN': '租户 {tenant} 尚未设置 {plugin} 的密钥 {secret}。',
    },
    cure: {
      en: 'Set it with PUT /v1/tenants/{tenant}/plugins/{plugin}/secrets/{secret} and {"value": "…"}.',
      'zh-CN':
        '请通过 PUT /v1/tenants/{tenant}/plugins/{plugin}/secrets/{secret} 和 {"value": "…"} 设置。',
    },
  },
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
