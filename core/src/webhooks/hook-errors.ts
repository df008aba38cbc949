import type { ErrorDefinition } from '@signalbox/sdk/errors'

/** Refusals of webhooks that come in. A sender is told no more than that it was not accepted. */
export const hookErrors = {
  HOOK_DELIVERY_MISSING: {
    status: 404,
    message: {
      en: 'There is no delivery {delivery} for {path} of {plugin}.',
      'zh-CN': '{plugin} 的 {path} 没有投递 {delivery}。',
    },
    cure: {
      en: 'GET /v1/tenants/{tenant}/plugins/{plugin}/hooks/{path}/deliveries lists them.',
      'zh-CN': '请通过 GET /v1/tenants/{tenant}/plugins/{plugin}/hooks/{path}/deliveries 查询。',
    },
  },
  HOOK_LINE_FULL: {
    status: 503,
    message: {
      en: 'Too many webhooks wait for this plugin.',
      'zh-CN': '等待该插件处理的 Webhook 过多。',
    },
    cure: {
      en: 'Send it again as long as Retry-After says later.',
      'zh-CN': '请按 Retry-After 稍后重新发送。',
    },
  },
  HOOK_MISSING: {
    status: 404,
    message: {
      en: 'There is no webhook at this address.',
      'zh-CN': '该地址没有 Webhook。',
    },
    cure: {
      en: "Ask the tenant's admin for the address; a renewed one replaces the old.",
      'zh-CN': '请向租户管理员索取地址；更新后的地址会替换旧地址。',
    },
  },
  HOOK_NOT_GRANTED: {
    status: 409,
    message: {
      en: '{plugin} may not receive webhooks at {path} in {tenant}.',
      'zh-CN': '{plugin} 在租户 {tenant} 中无权在 {path} 接收 Webhook。',
    },
    cure: {
      en: 'Consent to its http:receive of that path first.',
      'zh-CN': '请先同意其对该路径的 http:receive 请求。',
    },
  },
  HOOK_SIGNATURE_REFUSED: {
    status: 401,
    message: {
      en: 'The webhook is not signed as it has to be, or not in time.',
      'zh-CN': 'Webhook 的签名不符合要求或已超时。',
    },
    cure: {
      en: "Sign the raw body with the secret of this address, and keep the sender's clock right.",
      'zh-CN': '请用该地址的密钥对原始正文签名，并校准发送方时钟。',
    },
  },
  HOOK_SPENT: {
    status: 429,
    message: {
      en: 'This address takes {rate} webhooks a second, {burst} at once.',
      'zh-CN': '该地址每秒接收 {rate} 个 Webhook，突发 {burst} 个。',
    },
    cure: {
      en: 'Send it again as long as Retry-After says later.',
      'zh-CN': '请按 Retry-After 稍后重新发送。',
    },
  },
} as const satisfies Record<string, ErrorDefinition>
