import type { ErrorDefinition } from '../errors/coded-error.ts'

/** Refusals of `ctx.contributions`, part of the host's catalogue. */
export const contributionCallErrors = {
  CONTRIBUTION_MISSING: {
    status: 404,
    message: {
      en: '{plugin} puts nothing that fits into {point} in this tenant.',
      'zh-CN': '{plugin} 在该租户中没有向 {point} 提供符合要求的内容。',
    },
    cure: {
      en: 'Take a plugin that ctx.contributions lists; it may have been disabled since.',
      'zh-CN': '请选择 ctx.contributions 列出的插件；它可能已被停用。',
    },
  },
  POINT_NOT_OWN: {
    status: 403,
    message: {
      en: '{plugin} {version} does not declare the extension point {point}.',
      'zh-CN': '{plugin} {version} 未声明扩展点 {point}。',
    },
    cure: {
      en: 'Declare it in provides.extensionPoints; what others put into a point is for its owner.',
      'zh-CN': '请在 provides.extensionPoints 中声明；扩展点的内容只供其所有者读取。',
    },
  },
} as const satisfies Record<string, ErrorDefinition>
