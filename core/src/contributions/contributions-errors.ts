import type { ErrorDefinition } from '@signalbox/sdk/errors'

/** Refusals of what is put into an extension point when it is installed. */
export const contributionsErrors = {
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
} as const satisfies Record<string, ErrorDefinition>
