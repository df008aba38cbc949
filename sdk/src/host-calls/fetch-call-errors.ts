import type { ErrorDefinition } from '../errors/coded-error.ts'

/** Refusals of requests and of the secrets in them, part of the host's catalogue. None holds a value. */
export const fetchCallErrors = {
  FETCH_REDIRECT_REFUSED: {
    status: 502,
    message: {
      en: 'A redirection of {origin} is not followed: {reason}.',
      'zh-CN': '不跟随 {origin} 的重定向：{reason}。',
    },
    cure: {
      en: 'Ask the last address itself, or read the redirection with redirect: "manual".',
      'zh-CN': '请直接请求最终地址，或用 redirect: "manual" 自行读取重定向。',
    },
  },
  FETCH_TOO_LARGE: {
    status: 502,
    message: {
      en: 'The answer of {origin} is larger than {limitKb} KiB.',
      'zh-CN': '{origin} 的应答超过 {limitKb} KiB。',
    },
    cure: {
      en: 'Ask for less, or for more of maxKb and payloadKb in the manifest.',
      'zh-CN': '请减少请求内容，或在清单中提高 maxKb 与 payloadKb。',
    },
  },
  FETCH_HEADER_INVALID: {
    status: 422,
    message: {
      en: 'The header {header} cannot be sent: {reason}.',
      'zh-CN': '无法发送请求头 {header}：{reason}。',
    },
    cure: {
      en: 'Send names and values as HTTP has them, together at most 32 KiB.',
      'zh-CN': '请使用 HTTP 允许的名称和值，总计不超过 32 KiB。',
    },
  },
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
} as const satisfies Record<string, ErrorDefinition>
