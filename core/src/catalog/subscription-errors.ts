import type { ErrorDefinition } from '@signalbox/sdk/errors'

/** Refusals around plans, the life of subscriptions, their credentials, and services that end. */
export const subscriptionErrors = {
  APP_STOPPED_BY_OPERATOR: {
    status: 403,
    message: {
      en: 'The app {app} was suspended by the operator.',
      'zh-CN': '应用 {app} 已被运营者暂停。',
    },
    cure: { en: 'Ask the operator to resume it.', 'zh-CN': '请联系运营者恢复。' },
  },
  APP_SUSPENDED: {
    status: 403,
    message: { en: 'The app {app} is suspended.', 'zh-CN': '应用 {app} 已暂停。' },
    cure: {
      en: "Ask the tenant's admin to resume it: POST /v1/tenants/{tenant}/apps/{app}:resume.",
      'zh-CN': '请联系租户管理员通过 POST /v1/tenants/{tenant}/apps/{app}:resume 恢复。',
    },
  },
  CREDENTIAL_EXPIRED: {
    status: 401,
    message: {
      en: 'The key {credential} is over.',
      'zh-CN': '密钥 {credential} 已过期。',
    },
    cure: {
      en: 'Take the key that it was rotated to, or have one issued: POST /v1/subscriptions/{id}/credentials.',
      'zh-CN': '请改用轮换后的密钥，或通过 POST /v1/subscriptions/{id}/credentials 签发新密钥。',
    },
  },
  DEPRECATION_MISSING: {
    status: 404,
    message: {
      en: '{service}@{major} is not deprecated.',
      'zh-CN': '{service}@{major} 未被弃用。',
    },
    cure: {
      en: 'GET /v1/catalog/services/{id} shows the schedule of each major.',
      'zh-CN': '可通过 GET /v1/catalog/services/{id} 查看各主版本的计划。',
    },
  },
  PLAN_ALREADY: {
    status: 409,
    message: {
      en: 'The subscription {subscription} has the newest version of the plan {plan} already.',
      'zh-CN': '订阅 {subscription} 已在使用方案 {plan} 的最新版本。',
    },
    cure: {
      en: 'Name another plan; GET /v1/catalog/services/{id} lists them.',
      'zh-CN': '请指定其他方案；GET /v1/catalog/services/{id} 可列出方案。',
    },
  },
  PLAN_CLOSED: {
    status: 409,
    message: { en: 'The plan {plan} is closed.', 'zh-CN': '方案 {plan} 已关闭。' },
    cure: { en: 'Make a plan of another name.', 'zh-CN': '请以其他名称新建方案。' },
  },
  PLAN_COMMAND_REFUSED: {
    status: 409,
    message: {
      en: 'The plan {plan} is {state}: {command} is not possible.',
      'zh-CN': '方案 {plan} 处于 {state} 状态，不能执行 {command}。',
    },
    cure: {
      en: 'Look at the states of a plan in subscriptions.md.',
      'zh-CN': '请查阅 subscriptions.md 中的方案状态。',
    },
  },
  PLAN_NOT_OPEN: {
    status: 409,
    message: {
      en: 'The plan {plan} is not open to apps.',
      'zh-CN': '方案 {plan} 未开放订阅。',
    },
    cure: {
      en: 'Take a plan whose status is "published"; GET /v1/catalog/services/{id} lists them.',
      'zh-CN': '请选择状态为 "published" 的方案；GET /v1/catalog/services/{id} 可列出方案。',
    },
  },
  SERVICE_BROWN_OUT: {
    status: 503,
    message: {
      en: '{service}@{major} ends on {sunset} and is refused for a while, as announced.',
      'zh-CN': '{service}@{major} 将于 {sunset} 停用，现按计划暂时拒绝调用。',
    },
    cure: {
      en: 'Move to {successor} before the end; calls are answered again after Retry-After.',
      'zh-CN': '请在停用前迁移到 {successor}；Retry-After 之后调用将恢复。',
    },
  },
  SERVICE_GONE: {
    status: 410,
    message: {
      en: '{service}@{major} has ended.',
      'zh-CN': '{service}@{major} 已停用。',
    },
    cure: {
      en: 'Subscribe to {successor}; GET /v1/catalog/services/{id} shows what there is.',
      'zh-CN': '请订阅 {successor}；GET /v1/catalog/services/{id} 可查看现有版本。',
    },
  },
  SUBSCRIPTION_CHANGED: {
    status: 412,
    message: {
      en: 'The subscription {subscription} was changed meanwhile; it has revision {revision}.',
      'zh-CN': '订阅 {subscription} 已被他人修改，当前修订号为 {revision}。',
    },
    cure: {
      en: 'Read it again, and send If-Match with the ETag that comes with it.',
      'zh-CN': '请重新读取，并在 If-Match 中携带返回的 ETag。',
    },
  },
  SUBSCRIPTION_DECIDED_BY_OWNER: {
    status: 403,
    message: {
      en: '{command} of the subscription {subscription} is not yours to decide.',
      'zh-CN': '您无权对订阅 {subscription} 执行 {command}。',
    },
    cure: {
      en: 'The owner of the service decides on what its plans ask approval for, the tenant of the app on the rest.',
      'zh-CN': '需审批的方案由服务所有者决定，其余由应用所属租户决定。',
    },
  },
  TOKEN_INVALID: {
    status: 401,
    message: {
      en: 'The token is refused: {reason}.',
      'zh-CN': '令牌被拒绝：{reason}。',
    },
    cure: {
      en: 'Get another from POST /oauth2/token. A token opens the service of its client, under /api, and nothing else.',
      'zh-CN': '请通过 POST /oauth2/token 重新获取。令牌只能用于其客户端所订阅的 /api 服务。',
    },
  },
  TOKEN_KEY_MISSING: {
    status: 503,
    message: {
      en: 'The key that signs tokens is gone.',
      'zh-CN': '令牌签名密钥不存在。',
    },
    cure: {
      en: 'Make another with POST /v1/token-keys:rotate.',
      'zh-CN': '请通过 POST /v1/token-keys:rotate 生成新密钥。',
    },
  },
} as const satisfies Record<string, ErrorDefinition>
