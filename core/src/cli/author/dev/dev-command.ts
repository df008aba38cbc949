import { defineCommand } from 'citty'
import { folderArgument } from '../../common-arguments.ts'
import { say } from '../../language.ts'

export const devCommand = defineCommand({
  meta: {
    name: 'dev',
    description: say({
      en: 'Run a plugin on a host of its own, and reload it with every save',
      'zh-CN': '在独立主机上运行插件，每次保存即重新加载',
    }),
  },
  args: {
    folder: folderArgument,
    port: {
      type: 'string',
      default: '0',
      description: say({
        en: 'The port on this machine; a free one when left out',
        'zh-CN': '本机端口；省略时使用空闲端口',
      }),
    },
    grant: {
      type: 'boolean',
      description: say({
        en: 'Grant all that the plugin asks for, without a question',
        'zh-CN': '不询问，直接授予插件申请的全部能力',
      }),
    },
    database: {
      type: 'string',
      description: say({
        en: 'A PostgreSQL of yours (postgres://…) instead of one in .signalbox/dev',
        'zh-CN': '使用自备的 PostgreSQL（postgres://…），而非 .signalbox/dev 中的实例',
      }),
    },
  },
  run: async ({ args }) => {
    // Loaded only now: help is shown without the second that the host takes.
    const { runDev } = await import('./run-dev.ts')
    await runDev(args.folder, {
      port: args.port,
      grant: args.grant === true,
      database: args.database,
    })
  },
})
