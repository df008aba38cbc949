import type { ErrorDefinition } from '@signalbox/sdk/errors'

/** Refusals around passkeys, and around showing once more who one is. */
export const passkeyErrors = {
  LAST_WAY_IN: {
    status: 409,
    message: {
      en: 'Without this passkey you could not sign in any more.',
      'zh-CN': '移除此通行密钥后您将无法再登录。',
    },
    cure: {
      en: 'Add another passkey first, or have an admin make a link to set a password.',
      'zh-CN': '请先添加另一个通行密钥，或请管理员生成设置密码的链接。',
    },
  },
  PASSKEY_CLONED: {
    status: 401,
    message: {
      en: 'The passkey counts backwards: there may be a copy of it.',
      'zh-CN': '通行密钥的计数器发生回退：可能存在副本。',
    },
    cure: {
      en: 'Sign in in another way, remove this passkey and add a new one.',
      'zh-CN': '请用其他方式登录，移除此通行密钥并添加新的。',
    },
  },
  PASSKEY_EXISTS: {
    status: 409,
    message: {
      en: 'This passkey is known already.',
      'zh-CN': '此通行密钥已注册。',
    },
    cure: {
      en: 'Use another device or key.',
      'zh-CN': '请使用其他设备或安全密钥。',
    },
  },
  PASSKEY_LIMIT: {
    status: 409,
    message: {
      en: 'You have {limit} passkeys already.',
      'zh-CN': '您已有 {limit} 个通行密钥。',
    },
    cure: {
      en: 'Remove one that is not used any more: GET /v1/me/passkeys tells when each was last used.',
      'zh-CN': '请移除不再使用的通行密钥：GET /v1/me/passkeys 会显示各密钥的最近使用时间。',
    },
  },
  PASSKEY_MISSING: {
    status: 404,
    message: {
      en: 'You have no passkey {passkey}.',
      'zh-CN': '您没有通行密钥 {passkey}。',
    },
    cure: {
      en: 'List them with GET /v1/me/passkeys.',
      'zh-CN': '请通过 GET /v1/me/passkeys 查看。',
    },
  },
  PASSKEY_REFUSED: {
    status: 401,
    message: {
      en: 'The passkey is not known here, or what it signed is not what was asked.',
      'zh-CN': '此处不认识该通行密钥，或其签名与请求不符。',
    },
    cure: {
      en: 'Try again within ten minutes on a page of this host, or sign in in another way and add the passkey.',
      'zh-CN': '请在十分钟内于本主机页面重试，或用其他方式登录后添加通行密钥。',
    },
  },
  PROOF_REQUIRED: {
    status: 403,
    message: {
      en: 'This decides who may come in, and it is a while since you have shown who you are.',
      'zh-CN': '此操作关系到登录权限，而您上次验证身份已有一段时间。',
    },
    cure: {
      en: 'Show it once more with POST /v1/me/proof by password or passkey, or sign in again.',
      'zh-CN': '请通过 POST /v1/me/proof 用密码或通行密钥再次验证，或重新登录。',
    },
  },
} as const satisfies Record<string, ErrorDefinition>
