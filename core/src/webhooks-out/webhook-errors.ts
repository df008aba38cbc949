import type { ErrorDefinition } from '@signalbox/sdk/errors'

/** Refusals of webhooks that go out. */
export const webhookErrors = {
  WEBHOOK_COMMAND_REFUSED: {
    status: 409,
    message: {
      en: 'The webhook {webhook} is {state}: {command} is not possible.',
      'zh-CN': 'Webhook {webhook} 处于 {state} 状态，无法执行 {command}。',
    },
    cure: {
      en: 'pause is for one that is enabled, resume for one that is paused or disabled, test for one that is enabled.',
      'zh-CN': 'pause 用于已启用的，resume 用于已暂停或已停用的，test 用于已启用的。',
    },
  },
  WEBHOOK_DELIVERY_MISSING: {
    status: 404,
    message: {
      en: 'The webhook {webhook} has no delivery {delivery} that could be meant.',
      'zh-CN': 'Webhook {webhook} 没有可用的投递 {delivery}。',
    },
    cure: {
      en: 'GET /v1/webhooks/{webhook}/deliveries lists them; what still waits needs no replay.',
      'zh-CN': '请通过 GET /v1/webhooks/{webhook}/deliveries 查询；仍在等待的无需重放。',
    },
  },
  WEBHOOK_LIMIT: {
    status: 409,
    message: {
      en: 'There are {limit} webhooks already.',
      'zh-CN': '已有 {limit} 个 Webhook。',
    },
    cure: {
      en: 'Delete one that is not needed, or let one endpoint take more types.',
      'zh-CN': '请删除不需要的，或让一个端点接收更多类型。',
    },
  },
  WEBHOOK_MISSING: {
    status: 404,
    message: {
      en: 'There is no webhook {webhook}.',
      'zh-CN': '没有 Webhook {webhook}。',
    },
    cure: {
      en: 'GET /v1/webhooks lists them.',
      'zh-CN': '请通过 GET /v1/webhooks 查询。',
    },
  },
  WEBHOOK_OF_TENANT: {
    status: 403,
    message: {
      en: 'The webhook is of the tenant {tenant}, whose events it sends out.',
      'zh-CN': '该 Webhook 属于租户 {tenant}，发送的是该租户的事件。',
    },
    cure: {
      en: 'Its admin makes and changes it; the operator has webhooks of the host, which name no tenant.',
      'zh-CN': '请由该租户管理员创建和修改；运营者的主机 Webhook 不指定租户。',
    },
  },
  WEBHOOK_URL_REFUSED: {
    status: 422,
    message: {
      en: 'Nothing is sent to this address ({reason}).',
      'zh-CN': '不会向该地址发送（{reason}）。',
    },
    cure: {
      en: 'Name an https address of the public network, without a user in it; another place the operator names in SIGNALBOX_WEBHOOK_ALLOW.',
      'zh-CN':
        '请使用公网 https 地址，且不含用户名；其他地址请由运营者在 SIGNALBOX_WEBHOOK_ALLOW 中列出。',
    },
  },
} as const satisfies Record<string, ErrorDefinition>
