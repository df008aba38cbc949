import type { ErrorDefinition } from '@signalbox/sdk/errors'

/** Refusals of keys and of what is signed by them. */
export const keyErrors = {
  CERTIFICATE_REFUSED: {
    status: 422,
    message: {
      en: 'The certificate chain does not fit the key {key} of {tenant}: {reason}.',
      'zh-CN': '证书链与租户 {tenant} 的密钥 {key} 不符：{reason}。',
    },
    cure: {
      en: "Send PEM, the key's own certificate first and each followed by its issuer's.",
      'zh-CN': '请发送 PEM：首先是该密钥自己的证书，随后依次是各签发者的证书。',
    },
  },
  KEY_CERTIFICATE_MISSING: {
    status: 409,
    message: {
      en: 'The key {key} of {tenant} has no certificate that is valid now.',
      'zh-CN': '租户 {tenant} 的密钥 {key} 没有当前有效的证书。',
    },
    cure: {
      en: 'Have the request of POST /v1/tenants/{tenant}/keys/{key}/certificate-requests certified, and put the chain with PUT …/certificate.',
      'zh-CN':
        '请将 POST /v1/tenants/{tenant}/keys/{key}/certificate-requests 的请求交由 CA 签发，再以 PUT …/certificate 导入证书链。',
    },
  },
  KEY_DISABLED: {
    status: 409,
    message: {
      en: 'The key {key} of {tenant} is disabled.',
      'zh-CN': '租户 {tenant} 的密钥 {key} 已停用。',
    },
    cure: {
      en: 'Make another key; a disabled one never signs again.',
      'zh-CN': '请创建另一个密钥；已停用的密钥不再签名。',
    },
  },
  KEY_EXISTS: {
    status: 409,
    message: {
      en: 'The tenant {tenant} has a key {key} already.',
      'zh-CN': '租户 {tenant} 已有密钥 {key}。',
    },
    cure: {
      en: 'Choose another id, or rotate the key.',
      'zh-CN': '请选择其他 id，或轮换该密钥。',
    },
  },
  KEY_EXPIRED: {
    status: 409,
    message: {
      en: 'The key {key} of {tenant} signs nothing since {at}.',
      'zh-CN': '租户 {tenant} 的密钥 {key} 自 {at} 起不再签名。',
    },
    cure: {
      en: 'Make another key.',
      'zh-CN': '请创建另一个密钥。',
    },
  },
  KEY_MISSING: {
    status: 404,
    message: {
      en: 'The tenant {tenant} has no key {key}.',
      'zh-CN': '租户 {tenant} 没有密钥 {key}。',
    },
    cure: {
      en: 'Make it with POST /v1/tenants/{tenant}/keys, or correct the name.',
      'zh-CN': '请通过 POST /v1/tenants/{tenant}/keys 创建，或更正名称。',
    },
  },
  KEY_ONE_TIME_MISSING: {
    status: 409,
    message: {
      en: '{plugin} has no one-time key {oneTimeKey} in {tenant}: it has signed, its fifteen minutes are over, or it was certified by another key.',
      'zh-CN':
        '{plugin} 在租户 {tenant} 中没有一次性密钥 {oneTimeKey}：它已签过名、已超过十五分钟，或由其他密钥签发。',
    },
    cure: {
      en: 'Have the signer certified again with ctx.keys.sign({ usage: "certificate" }); no signature was made.',
      'zh-CN':
        '请通过 ctx.keys.sign({ usage: "certificate" }) 重新为签署人签发证书；尚未产生签名。',
    },
  },
  KEY_SPENT: {
    status: 429,
    message: {
      en: 'The key {key} of {tenant} has made its {limit} signatures of this hour.',
      'zh-CN': '租户 {tenant} 的密钥 {key} 已用完本小时的 {limit} 次签名。',
    },
    cure: {
      en: 'Wait as long as Retry-After says, or have the admin make a key with a higher limit.',
      'zh-CN': '请按 Retry-After 等待，或请管理员创建上限更高的密钥。',
    },
  },
  KEY_USAGE_REFUSED: {
    status: 403,
    message: {
      en: 'The key {key} of {tenant} is not there for {plugin} to sign {usage} with.',
      'zh-CN': '租户 {tenant} 的密钥 {key} 不允许 {plugin} 用于 {usage} 签名。',
    },
    cure: {
      en: 'Use a key whose usages and policy allow it; GET /v1/tenants/{tenant}/keys shows the admin all.',
      'zh-CN': '请使用用途与策略允许的密钥；管理员可通过 GET /v1/tenants/{tenant}/keys 查看。',
    },
  },
  KEY_VERSIONS_SPENT: {
    status: 409,
    message: {
      en: 'The key {key} of {tenant} has {limit} versions, and gets no more.',
      'zh-CN': '租户 {tenant} 的密钥 {key} 已有 {limit} 个版本，不再增加。',
    },
    cure: {
      en: 'Make another key.',
      'zh-CN': '请创建另一个密钥。',
    },
  },
  SIGNED_CONTENT_REFUSED: {
    status: 422,
    message: {
      en: 'The host does not sign this as {usage}: {reason}.',
      'zh-CN': '主机拒绝将其作为 {usage} 签名：{reason}。',
    },
    cure: {
      en: 'Correct what is to be signed; nothing was signed. The capability keys:sign in capabilities.md says what may be.',
      'zh-CN': '请更正待签内容；尚未产生任何签名。允许的内容见 capabilities.md 的 keys:sign。',
    },
  },
} as const satisfies Record<string, ErrorDefinition>
