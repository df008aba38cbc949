import type { ErrorDefinition } from '../errors/coded-error.ts'

/** Refusals of `ctx.links` and of those who follow a link, part of the host's catalogue. */
export const linkCallErrors = {
  LINK_EXPIRED: {
    status: 410,
    message: {
      en: 'This link is over since {expiresAt}, or was taken back.',
      'zh-CN': '该链接已于 {expiresAt} 失效，或已被收回。',
    },
    cure: {
      en: 'Ask whoever sent it for a new one.',
      'zh-CN': '请向发送者索取新的链接。',
    },
  },
  LINK_MISSING: {
    status: 404,
    message: { en: 'There is no such link.', 'zh-CN': '不存在该链接。' },
    cure: {
      en: 'Copy the whole link; it may have been cut off.',
      'zh-CN': '请复制完整的链接；它可能被截断了。',
    },
  },
  LINK_TOO_LONG: {
    status: 422,
    message: {
      en: 'A link of {plugin} lasts at most {limit}; {reached} s were asked for.',
      'zh-CN': '{plugin} 的链接最长 {limit}，请求的是 {reached} 秒。',
    },
    cure: {
      en: 'Ask for less, or let the admin consent to a longer ttl.',
      'zh-CN': '请缩短有效期，或由管理员授权更长的 ttl。',
    },
  },
  LINKS_TOO_MANY: {
    status: 429,
    message: {
      en: '{plugin} has {limit} living links in this tenant, and there may be no more.',
      'zh-CN': '{plugin} 在该租户中已有 {limit} 个有效链接，不能再多。',
    },
    cure: {
      en: 'Take links back that nobody needs, or let them expire sooner.',
      'zh-CN': '请收回不再需要的链接，或缩短有效期。',
    },
  },
} as const satisfies Record<string, ErrorDefinition>
