import { hasError } from '@signalbox/sdk/finding'
import { defineCommand } from 'citty'
import { checkTarget } from './check/check-target.ts'
import { findingLines } from './check/finding-lines.ts'
import { say, terminalLanguage } from './language.ts'
import { print } from './output.ts'

export const checkCommand = defineCommand({
  meta: {
    name: 'check',
    description: say({
      en: 'Find what a marketplace would find in a plugin, without publishing it',
      'zh-CN': '在不发布的情况下，找出市场会对插件提出的问题',
    }),
  },
  args: {
    target: {
      type: 'positional',
      required: false,
      default: '.',
      description: say({
        en: "The plugin's folder, which is packed as npm would, or a .tgz",
        'zh-CN': '插件文件夹（按 npm 的方式打包），或一个 .tgz 文件',
      }),
    },
    json: {
      type: 'boolean',
      description: say({ en: 'Print JSON, for machines', 'zh-CN': '输出 JSON，供程序读取' }),
    },
  },
  run: async ({ args }) => {
    const checked = await checkTarget(args.target)
    print(args.json, checked, findingLines(checked, terminalLanguage()))
    if (hasError(checked.findings)) process.exitCode = 1
  },
})
