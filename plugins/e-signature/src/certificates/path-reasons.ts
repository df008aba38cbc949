import type { Certificate } from './certificate.ts'

/** Why a chain of certificates is not trusted, or only with a doubt. */
export const pathReasons = {
  'no-trusted-root': {
    en: 'The chain leads to no trusted root.',
    'zh-CN': '证书链未能到达受信任的根证书。',
  },
  'not-yet-valid': { en: 'The certificate was not valid yet.', 'zh-CN': '证书尚未生效。' },
  expired: { en: 'The certificate had expired.', 'zh-CN': '证书已过期。' },
  'wrong-signature': {
    en: "The issuer's signature on the certificate is wrong.",
    'zh-CN': '证书上的颁发者签名不正确。',
  },
  'unsupported-algorithm': {
    en: 'The certificate is signed by an algorithm that is not known.',
    'zh-CN': '证书使用了未知的签名算法。',
  },
  'weak-signature': {
    en: 'The certificate is signed by SHA-1, which can be forged.',
    'zh-CN': '证书使用可被伪造的 SHA-1 签名。',
  },
  'weak-key': {
    en: 'The key has fewer than 2048 bits.',
    'zh-CN': '密钥长度不足 2048 位。',
  },
  'not-an-authority': {
    en: 'The issuer is no certificate authority.',
    'zh-CN': '颁发者不是证书机构。',
  },
  'path-length-exceeded': {
    en: 'There are more authorities below the issuer than it may have.',
    'zh-CN': '颁发者之下的机构层级超出限制。',
  },
  'may-not-sign-certificates': {
    en: 'The key of the issuer is not meant for signing certificates.',
    'zh-CN': '颁发者的密钥不可用于签发证书。',
  },
  'wrong-key-usage': {
    en: 'The key is not meant for this use.',
    'zh-CN': '密钥不可用于此用途。',
  },
  'wrong-purpose': {
    en: 'The certificate is not meant for this purpose.',
    'zh-CN': '证书不可用于此目的。',
  },
  'unknown-critical-extension': {
    en: 'The certificate has a critical extension that is not known.',
    'zh-CN': '证书含有未知的关键扩展。',
  },
  'name-not-permitted': {
    en: 'The issuer may not certify this name.',
    'zh-CN': '颁发者无权为该名称签发证书。',
  },
  'name-constraint-not-understood': {
    en: 'The issuer is bound to names of a kind that cannot be checked.',
    'zh-CN': '颁发者的名称限制无法校验。',
  },
  revoked: { en: 'The certificate was revoked.', 'zh-CN': '证书已被吊销。' },
  'revocation-unknown': {
    en: 'Whether the certificate was revoked is not known.',
    'zh-CN': '证书吊销状态未知。',
  },
} as const satisfies Readonly<Record<string, Readonly<Record<'en' | 'zh-CN', string>>>>

export type PathReasonCode = keyof typeof pathReasons

export interface PathReason {
  readonly code: PathReasonCode
  /** Of the certificate that it is about, as people read it. */
  readonly subject: string
}

export function pathReason(code: PathReasonCode, { subject }: Certificate): PathReason {
  return { code, subject: subject.text }
}
