import type { ErrorDefinition } from '@signalbox/sdk/errors'

/** Refusals around extension points. */
export const contributionsErrors = {
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
  CONTRIBUTION_UNFIT: {
    status: 422,
    message: {
      en: 'What {plugin}@{version} puts into an extension point does not fit the schema of that point.',
      'zh-CN': '{plugin}@{version} 向扩展点提供的内容不符合该扩展点的模式。',
    },
    cure: {
      en: 'Correct the places of package.json named in errors[], and publish a new version.',
      'zh-CN': '请更正 errors[] 中列出的 package.json 位置，并发布新版本。',
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
