import { defineCommand } from 'citty'
import { hostArguments } from './common-arguments.ts'
import { harmlessLine } from './harmless-text.ts'
import { connectionOf, HostClient } from './host-client.ts'
import { say } from './language.ts'
import { print } from './output.ts'

interface Installed {
  readonly name: string
  readonly stableVersion: string | null
}

interface PluginPage {
  readonly items: readonly Installed[]
  readonly next?: string
}

export const listCommand = defineCommand({
  meta: {
    name: 'list',
    description: say({
      en: 'The plugins that are installed on the host, and the version of each that serves',
      'zh-CN': '主机上已安装的插件及其提供服务的版本',
    }),
  },
  args: {
    cursor: {
      type: 'string',
      description: say({ en: 'Where a page before it ended', 'zh-CN': '上一页结束的位置' }),
    },
    ...hostArguments,
  },
  run: async ({ args }) => {
    const client = new HostClient(await connectionOf(args))
    const from = args.cursor === undefined ? '' : `&cursor=${encodeURIComponent(args.cursor)}`
    const page = await client.request<PluginPage>('GET', `/v1/plugins?limit=200${from}`)
    const none = say({ en: 'no version serves', 'zh-CN': '没有提供服务的版本' })
    const lines = page.items.map(({ name, stableVersion }) => `${name}  ${stableVersion ?? none}`)
    const more = { en: 'More: --cursor {cursor}', 'zh-CN': '更多：--cursor {cursor}' }
    const next = page.next === undefined ? [] : [say(more, { cursor: page.next })]
    print(args.json, page, [...lines, ...next].map(harmlessLine))
  },
})
