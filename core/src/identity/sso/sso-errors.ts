import type { ErrorDefinition } from '@signalbox/sdk/errors'

/** Refusals of signing in through a tenant's provider. */
export const ssoErrors = {
  PUBLIC_URL_MISSING: {
    status: 409,
    message: {
      en: 'The host does not know an address by which browsers reach it that is fit for this.',
      'zh-CN': '主机没有可用于此操作的浏览器访问地址。',
    },
    cure: {
      en: 'Set SIGNALBOX_PUBLIC_URL, such as https://signalbox.example.com, and start the host again. Passkeys want https and a name, not an address of digits.',
      'zh-CN':
        '请设置 SIGNALBOX_PUBLIC_URL（例如 https://signalbox.example.com）并重新启动主机。通行密钥要求 https 和域名，不能使用数字地址。',
    },
  },
  SSO_ACCOUNT_REFUSED: {
    status: 403,
    message: {
      en: 'The provider has proven who you are, and this tenant does not let you in.',
      'zh-CN': '身份提供方已确认您的身份，但该租户不允许您登录。',
    },
    cure: {
      en: "Ask the tenant's admin: the audit names the reason.",
      'zh-CN': '请联系租户管理员：审计中记录了原因。',
    },
  },
  SSO_BREAK_GLASS_INVALID: {
    status: 422,
    message: {
      en: 'The user {user} cannot be the one who comes in when the provider is away.',
      'zh-CN': '用户 {user} 不能作为身份提供方不可用时的应急登录者。',
    },
    cure: {
      en: 'Name an active person with a password and the role admin over the whole tenant.',
      'zh-CN': '请指定一位有密码、且在整个租户范围内拥有 admin 角色的在用人员。',
    },
  },
  SSO_CONNECTION_MISSING: {
    status: 404,
    message: {
      en: 'The tenant {tenant} has no connection {connection} to a provider.',
      'zh-CN': '租户 {tenant} 没有身份提供方连接 {connection}。',
    },
    cure: {
      en: 'List them with GET /v1/tenants/{tenant}/sso.',
      'zh-CN': '请通过 GET /v1/tenants/{tenant}/sso 查看。',
    },
  },
  SSO_CONNECTION_NEEDED: {
    status: 409,
    message: {
      en: 'The tenant {tenant} lets people in by its provider alone, and this would leave it none.',
      'zh-CN': '租户 {tenant} 仅允许通过身份提供方登录，此操作会使其没有任何提供方。',
    },
    cure: {
      en: 'Make a connection first, or change the policy with PUT /v1/tenants/{tenant}/sign-in-policy.',
      'zh-CN': '请先创建连接，或通过 PUT /v1/tenants/{tenant}/sign-in-policy 更改策略。',
    },
  },
  SSO_FLOW_INVALID: {
    status: 400,
    message: {
      en: 'This sign-in was not begun in this browser, is over, or was used before.',
      'zh-CN': '此登录不是在本浏览器中发起的，或已过期、已被使用。',
    },
    cure: {
      en: 'Begin again on the page /sign-in; cookies have to be allowed.',
      'zh-CN': '请在 /sign-in 页面重新开始，并允许使用 Cookie。',
    },
  },
  SSO_ONLY: {
    status: 403,
    message: {
      en: 'The people of this tenant sign in through its identity provider.',
      'zh-CN': '该租户的人员须通过其身份提供方登录。',
    },
    cure: {
      en: "Choose the company's sign-in on the page /sign-in.",
      'zh-CN': '请在 /sign-in 页面选择公司登录。',
    },
  },
  SSO_REFUSED: {
    status: 403,
    message: {
      en: 'What the provider answered proves nobody.',
      'zh-CN': '身份提供方的应答未能证明任何人的身份。',
    },
    cure: {
      en: 'Begin again; where it goes on, an admin compares issuer, client id and secret with the provider. The audit names the reason.',
      'zh-CN':
        '请重新开始；若仍失败，请管理员核对提供方的签发者、客户端 ID 与密钥。审计中记录了原因。',
    },
  },
  SSO_SECRET_MISSING: {
    status: 422,
    message: {
      en: 'A new connection, or one to another issuer, needs its client secret.',
      'zh-CN': '新建连接或更换签发者时必须提供客户端密钥。',
    },
    cure: {
      en: 'Send clientSecret as the provider shows it.',
      'zh-CN': '请发送提供方显示的 clientSecret。',
    },
  },
  SSO_UNAVAILABLE: {
    status: 503,
    message: {
      en: "The tenant's identity provider does not answer.",
      'zh-CN': '租户的身份提供方没有响应。',
    },
    cure: {
      en: 'Try again in a moment. An admin sees the reason with POST /v1/tenants/{tenant}/sso/{connection}:check; a provider on an inner network has to be named in SIGNALBOX_FETCH_ALLOW.',
      'zh-CN':
        '请稍后重试。管理员可通过 POST /v1/tenants/{tenant}/sso/{connection}:check 查看原因；内网中的提供方须列入 SIGNALBOX_FETCH_ALLOW。',
    },
  },
} as const satisfies Record<string, ErrorDefinition>
