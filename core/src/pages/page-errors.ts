import type { ErrorDefinition } from '@signalbox/sdk/errors'

/** Refusals of pages that plugins offer, and of what browsers tell of them. */
export const pageErrors = {
  PAGE_ENTRY_UNUSABLE: {
    status: 422,
    message: {
      en: 'The page {path} of {plugin}@{version} cannot be shown: {entry} is not in the package, or larger than {limitKb} KiB.',
      'zh-CN':
        '{plugin}@{version} 的页面 {path} 无法显示：{entry} 不在软件包中，或大于 {limitKb} KiB。',
    },
    cure: {
      en: 'Build the user interface before you pack, list its folder under "files", and publish a new version.',
      'zh-CN': '请在打包前构建用户界面，将其文件夹列入 "files"，并发布新版本。',
    },
  },
  PAGE_FRAME_ONLY: {
    status: 403,
    message: {
      en: '{path} of {plugin}@{version} is shown in a frame only.',
      'zh-CN': '{plugin}@{version} 的 {path} 只能在框架中显示。',
    },
    cure: {
      en: 'Open the page that it is a part of, such as the console.',
      'zh-CN': '请打开包含它的页面，例如控制台。',
    },
  },
  PAGE_PATH_TAKEN: {
    status: 409,
    message: {
      en: 'The page {path} of {plugin}@{version} is {owner}’s already.',
      'zh-CN': '{plugin}@{version} 的页面 {path} 已属于 {owner}。',
    },
    cure: {
      en: 'Remove {owner} first, or ask the author for another path.',
      'zh-CN': '请先移除 {owner}，或请作者改用其他路径。',
    },
  },
  PAGE_REPORTS_TOO_MANY: {
    status: 429,
    message: {
      en: 'A session reports at most {limit} pages a minute.',
      'zh-CN': '每个会话每分钟最多报告 {limit} 个页面。',
    },
    cure: {
      en: 'Wait as Retry-After says; a page reports once each time that it is shown.',
      'zh-CN': '请按 Retry-After 等待；页面每次显示只报告一次。',
    },
  },
  PAGE_SCRIPT_FOREIGN: {
    status: 403,
    message: {
      en: 'A script of {plugin}@{version}, of the tier {tier}, does not run in the origin of the host.',
      'zh-CN': '{plugin}@{version}（层级 {tier}）的脚本不能在主机的源中运行。',
    },
    cure: {
      en: 'Show its HTML file in a frame, or make it a plugin of the tier trusted.',
      'zh-CN': '请在框架中显示其 HTML 文件，或将其改为 trusted 层级的插件。',
    },
  },
} as const satisfies Record<string, ErrorDefinition>
